import { DomainError } from '../shared/errors';
import type { CommodityState } from './states';

/** Each names the field it is about, beside the facts (api.md §1, `errors[].path`). */
function at(
  path: string,
  code: 'COMMODITY_OFFLINE' | 'STOCK_SHORT' | 'AWARD_MISMATCH' | 'TIME_PAST' | 'TIME_ORDER',
  message: string,
) {
  return { errors: [{ path, code, message }] };
}

export function stockShort(left: number): DomainError {
  return new DomainError('STOCK_SHORT', { left, ...at('/quantity', 'STOCK_SHORT', `only ${left} are left`) });
}

/** Only online stock is allocated; of an expired commodity nothing is, not even what was proposed in time. */
export function commodityOffline(commodityState: CommodityState, allowed?: readonly string[]): DomainError {
  return new DomainError('COMMODITY_OFFLINE', { commodityState, ...(allowed === undefined ? {} : { allowed }) });
}

/** {@link commodityOffline} of a proposal: the field that named the commodity is told. */
export function notProposable(commodityState: CommodityState): DomainError {
  return new DomainError('COMMODITY_OFFLINE', {
    commodityState,
    ...at('/commodityId', 'COMMODITY_OFFLINE', `the commodity is ${commodityState}; only online stock is allocated`),
  });
}

export function awardMismatch(category: string): DomainError {
  return new DomainError('AWARD_MISMATCH', at('/award', 'AWARD_MISMATCH', `not the award settings of ${category}`));
}

export function validityOver(): DomainError {
  return new DomainError('TIME_PAST', at('/validUntil', 'TIME_PAST', 'must lie ahead'));
}

/** The ends of a validity, one of which was set before. */
export function validityReversed(path: '/validFrom' | '/validUntil'): DomainError {
  return new DomainError('TIME_ORDER', at(path, 'TIME_ORDER', 'validFrom must lie before validUntil'));
}
