import type { InformationFacts, SellerFacts, VerificationFacts } from '../../domain/seller/facts';
import type { OnboardingStage } from '../../domain/seller/onboarding-states';
import { firstRow, type Queryable } from '../connection';
import { merchantFactsOf } from '../merchant/queries';
import { productFactsOf } from '../product/facts';
import { shopFactsOf } from '../shop/queries';
import { agreementFactsOf } from './agreements';
import { feeFactsOf } from './fees';

interface OwnFacts {
  readonly stage: OnboardingStage;
  readonly openedAt: Date;
  readonly verifiedAt: Date | null;
  readonly informationAcceptedAt: Date | null;
  readonly centreOpenedAt: Date | null;
  readonly verification: VerificationFacts | null;
  readonly information: InformationFacts | null;
}

/** Times come as text out of JSON; these are they. */
const verificationTimes = ['since', 'dueAt', 'registryNextAt', 'proofNextAt', 'reviewDueAt'] as const;
const informationTimes = ['since', 'reviewDueAt'] as const;

/**
 * Everything the one computed answer is made of, each part from the queries of its owner.
 * Undefined when no such seller has begun.
 */
export async function sellerFacts(db: Queryable, sellerId: string): Promise<SellerFacts | undefined> {
  const own = await ownFacts(db, sellerId);
  if (own === undefined) return undefined;
  // One after the other: within a transaction there is one connection.
  const agreement = await agreementFactsOf(db, sellerId);
  const fee = await feeFactsOf(db, sellerId);
  const merchantIds = await merchantFactsOf(db, sellerId);
  const market = { products: await productFactsOf(db, sellerId), shop: await shopFactsOf(db, sellerId) };
  return { ...own, agreement, fee, merchantIds, market };
}

async function ownFacts(db: Queryable, sellerId: string): Promise<OwnFacts | undefined> {
  const row = await firstRow<OwnFacts>(
    db,
    `select o.stage, o.created_at as "openedAt", s.subject_verified_at as "verifiedAt",
            o.information_accepted_at as "informationAcceptedAt", s.centre_opened_at as "centreOpenedAt",
            case when v.id is not null then jsonb_build_object(
              'state', v.state, 'method', v.method, 'registry', v.registry, 'proof', v.proof,
              'transferArrived', v.transfer_arrived_at is not null, 'since', v.state_since, 'dueAt', v.due_at,
              'registryNextAt', v.registry_next_at, 'proofNextAt', v.proof_next_at,
              'reviewDueAt', v.review_due_at, 'errors', v.errors) end as verification,
            case when i.id is not null then jsonb_build_object(
              'state', i.state, 'since', i.state_since, 'reviewDueAt', i.review_due_at, 'errors', i.errors)
            end as information
       from seller_onboardings o join sellers s on s.id = o.seller_id
            left join enterprise_verifications v on v.id = o.verification_id
            left join company_informations i on i.id = o.information_id
      where o.seller_id = :sellerId`,
    { sellerId },
  );
  if (row === undefined) return undefined;
  return {
    ...row,
    verification: row.verification && withTimes(row.verification, verificationTimes),
    information: row.information && withTimes(row.information, informationTimes),
  };
}

function withTimes<T extends object>(found: T, names: readonly (keyof T)[]): T {
  const times = names.flatMap((name) => {
    const text = found[name];
    return typeof text === 'string' ? [[name, new Date(text)]] : [];
  });
  return { ...found, ...(Object.fromEntries(times) as Partial<T>) };
}
