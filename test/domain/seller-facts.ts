import type { ProductState } from '../../domain/product/states';
import type { SellerFacts, VerificationFacts } from '../../domain/seller/facts';
import type { MarketFacts } from '../../domain/seller/market-facts';
import { requirementsOf, type RequirementKey } from '../../domain/seller/requirements';

type Products = MarketFacts['products'];
export const at = (day: number): Date => new Date(Date.UTC(2026, 10, day));

export const begun: SellerFacts = {
  stage: 'enterprise_verification',
  openedAt: at(1),
  agreement: { signedAt: at(1), newer: null, overdue: false },
  verifiedAt: null,
  verification: null,
  informationAcceptedAt: null,
  information: null,
  fee: null,
  centreOpenedAt: null,
  merchantIds: [],
  market: { products: { listedNow: 0, newest: null }, shop: null },
};
export const transfer: VerificationFacts = {
  ...{ state: 'in_progress', method: 'corporate_transfer', registry: 'pending', proof: 'pending' },
  ...{ transferArrived: false, since: at(2), dueAt: null, registryNextAt: at(3), proofNextAt: at(3) },
  ...{ reviewDueAt: null, errors: [] },
};
export const scan: VerificationFacts = { ...transfer, method: 'legal_person_scan' };
export const verified: SellerFacts = { ...begun, stage: 'company_information', verifiedAt: at(4) };
export const informed: SellerFacts = {
  ...verified,
  stage: 'certification_fee',
  informationAcceptedAt: at(5),
  fee: { state: 'unpaid', deferredAt: null, since: at(5), validUntil: null, amountFen: 30_000, renewable: false },
};
export const fee = informed.fee!;
export const deferred: SellerFacts = {
  ...informed,
  stage: 'seller_centre',
  centreOpenedAt: at(6),
  fee: { ...fee, deferredAt: at(6) },
};
export const paid: SellerFacts = { ...deferred, fee: { ...fee, state: 'paid', since: at(7), validUntil: at(30) } };
/** The product begun last stands so. */
export const withProduct = (state: ProductState, more: Partial<NonNullable<Products['newest']>> = {}): SellerFacts => ({
  ...paid,
  market: {
    ...paid.market,
    products: {
      listedNow: state === 'listed' ? 1 : 0,
      newest: { id: 'prd_1', state, since: at(9), expectedAt: null, errors: [], ...more },
    },
  },
});
export const withShop = (shop: Partial<NonNullable<MarketFacts['shop']>>): SellerFacts => ({
  ...paid,
  market: {
    ...paid.market,
    shop: { published: false, since: at(9), draft: 'editing', expectedAt: null, errors: [], ...shop },
  },
});
export const selling: MarketFacts = { ...begun.market, products: { listedNow: 1, newest: null } };
export const merchant = { channel: 'wechat_pay', since: at(8), whoseTurn: 'provider', errors: [] } as const;

export function told(facts: SellerFacts, key: RequirementKey): string {
  const found = requirementsOf(facts).find((requirement) => requirement.key === key);
  return [found?.state, found?.whoseTurn, found?.nextAction ?? '-'].join(' ');
}

export const done = 'met nobody -';
export const action = (next: string): string => `action_needed seller ${next}`;

/** A newer agreement is to be signed. */
export const newer = (overdue: boolean) => ({
  agreement: { signedAt: at(1), newer: { version: '2', signBy: at(20) }, overdue },
});
