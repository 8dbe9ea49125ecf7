import type { ListingState } from './listing-states';

/** Why a member cannot redeem a listing now, in the order in which they are looked for (api.md §3). */
export const redemptionRefusals = [
  'LISTING_OFFLINE',
  'SUB_STOCK_OFFLINE',
  'SOLD_OUT',
  'DAILY_LIMIT_REACHED',
  'MEMBER_LIMIT_REACHED',
  'NOT_YET_VALID',
  'EXPIRED',
  'SALE_NOT_OPEN',
  'SALE_OVER',
  'POINTS_SHORT',
] as const;
export type RedemptionRefusal = (typeof redemptionRefusals)[number];

/** Everything that decides whether a listing can be redeemed, at one moment. Ranges are half-open: [from, until). */
export interface RedemptionFacts {
  readonly at: Date;
  readonly listing: {
    readonly state: ListingState;
    readonly pointsPrice: number;
    readonly saleFrom: Date | null;
    readonly saleUntil: Date | null;
  };
  readonly subStock: {
    readonly state: 'online' | 'offline' | 'deleted';
    readonly left: number;
    readonly validFrom: Date | null;
    readonly validUntil: Date | null;
  };
  readonly commodityExpiresAt: Date | null;
  /** Whether a limit is used up; without redemptions none ever is. */
  readonly limitReached: { readonly daily: boolean; readonly member: boolean };
  /** Of the member who looks; null when it is not a member who looks. */
  readonly availablePoints: number | null;
}

/** The first thing that stands in the way, or null: then it can be redeemed. */
export function redemptionRefusal(facts: RedemptionFacts): RedemptionRefusal | null {
  const { at, listing, subStock, limitReached } = facts;
  // rule: only-online-listings
  if (listing.state !== 'online') return 'LISTING_OFFLINE';
  // rule: offline-sub-stock-is-shown-not-redeemed
  if (subStock.state !== 'online') return 'SUB_STOCK_OFFLINE';
  // rule: nothing-left-nothing-redeemed
  if (subStock.left <= 0) return 'SOLD_OUT';
  // rule: daily-limit-bites
  if (limitReached.daily) return 'DAILY_LIMIT_REACHED';
  // rule: member-limit-bites
  if (limitReached.member) return 'MEMBER_LIMIT_REACHED';
  // rule: validity-begins
  if (subStock.validFrom !== null && at < subStock.validFrom) return 'NOT_YET_VALID';
  // rule: validity-ends
  if (isOver(at, subStock.validUntil) || isOver(at, facts.commodityExpiresAt)) return 'EXPIRED';
  // rule: sale-opens
  if (listing.saleFrom !== null && at < listing.saleFrom) return 'SALE_NOT_OPEN';
  // rule: sale-ends
  if (isOver(at, listing.saleUntil)) return 'SALE_OVER';
  // rule: points-must-suffice
  if (facts.availablePoints !== null && facts.availablePoints < listing.pointsPrice) return 'POINTS_SHORT';
  return null;
}

/** True once `until` is reached; what has no end is never over. */
export function isOver(at: Date, until: Date | null): boolean {
  return until !== null && until <= at;
}
