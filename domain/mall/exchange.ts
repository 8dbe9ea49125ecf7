import type { CommodityCategory, CommodityPurpose } from '../stock/states';
import { DomainError } from '../shared/errors';

/** Bounds of domain.md §5.8: points of a price, of one adjustment, of a member; cash in fen. */
export const maxPoints = 100_000_000;
export const maxCashFen = 10_000_000;

/** 兑换方式 (guide A, 步骤3): points alone (纯积分兑换), or points and cash (积分加钱兑换). */
export const exchangeKinds = ['points', 'points_and_cash'] as const;
export type ExchangeKind = (typeof exchangeKinds)[number];

export type Exchange =
  | { readonly kind: 'points'; readonly pointsPrice: number }
  | { readonly kind: 'points_and_cash'; readonly pointsPrice: number; readonly cashFen: number };

/** What is behind a sub-stock, as far as it decides whether and how it may be listed. */
export interface Listable {
  readonly purpose: CommodityPurpose;
  readonly category: CommodityCategory;
}

/**
 * E-commerce goods are sold, not redeemed for points (domain.md §5.12).
 *
 * @throws DomainError NOT_LISTABLE at /subStockId
 */
export function requireListable(goods: Listable): void {
  // rule: e-commerce-is-not-listed
  if (goods.purpose === 'e_commerce') throw refusedAt('NOT_LISTABLE', '/subStockId', 'e-commerce goods are not listed');
}

/**
 * "目前用户领取红包需通过活动，或者配置积分加钱的现金红包才能领取，纯积分暂时无法实现领取红包。" (guide A, 步骤3)
 *
 * @throws DomainError RED_PACKET_NEEDS_CASH at /exchange/kind
 */
export function requireExchangeFor(goods: Listable, kind: ExchangeKind): void {
  // rule: red-packet-needs-cash
  if (goods.category === 'wechat_red_packet' && kind === 'points')
    throw refusedAt('RED_PACKET_NEEDS_CASH', '/exchange/kind', 'a red packet takes points and cash');
}

function refusedAt(code: 'NOT_LISTABLE' | 'RED_PACKET_NEEDS_CASH', path: string, message: string): DomainError {
  return new DomainError(code, { errors: [{ path, code, message }] });
}
