import { newId } from '../../db/new-id';
import { run, type Db } from '../../db/connection';
import type { CommodityCategory, CommodityPurpose } from '../../domain/stock/states';

/** An enterprise with its mall and its manager. */
export interface Tenant {
  readonly enterpriseId: string;
  readonly mallId: string;
  readonly accountId: string;
}

export interface GoodsOptions {
  readonly name?: string;
  readonly category?: Exclude<CommodityCategory, 'direct_top_up' | 'rights_pack'>;
  readonly purpose?: CommodityPurpose;
  readonly state?: 'online' | 'offline';
  readonly allocated?: number;
  readonly consumed?: number;
  readonly expiresAt?: Date | null;
  readonly validFrom?: Date | null;
  readonly validUntil?: Date | null;
}

/** What the case does not say. */
const plain = {
  name: '帆布袋',
  category: 'physical',
  purpose: 'points_operation',
  state: 'online',
  allocated: 10,
  consumed: 0,
  expiresAt: null,
  validFrom: null,
  validUntil: null,
} as const;

/**
 * An own commodity that is allocated whole to one mall, as rows: for what is shown in malls, without the runs that bring
 * it there, and with times that have passed. Written by the owner of the database.
 */
export async function subStockRows(owner: Db, of: Tenant, options: GoodsOptions = {}): Promise<SubStockRows> {
  const ids = {
    subStockId: newId('subStock'),
    commodityId: newId('commodity'),
    allocationId: newId('allocation'),
    imageId: newId('image'),
  };
  await run(
    owner,
    `with image as (
       insert into images (id, name, owner_account_id, enterprise_id, content_type, width, height, bytes)
       values (:imageId, :imageId, :accountId, :enterpriseId, 'image/png', 1, 1, 70)
     ), commodity as (
       insert into commodities (id, enterprise_id, source, state, category, name, price_fen, redemption_note, expires_at,
                                total, allocated, purpose, award_template_id, cover_image_id, detail_image_id,
                                draft_expires_at, added_by)
       values (:commodityId, :enterpriseId, 'own', 'online', :category, :name, 2900, '每人限兑一件', :expiresAt,
               :allocated, :allocated, :purpose, 'template', :imageId, :imageId, now(), :accountId)
     ), allocation as (
       insert into stock_allocations (id, enterprise_id, commodity_id, mall_id, proposed_by, state, quantity, left_before,
                                      left_after, daily_limit, member_limits, auto_award, expires_at, sub_stock_id)
       values (:allocationId, :enterpriseId, :commodityId, :mallId, :accountId, 'confirmed', :allocated, :allocated,
               0, -1, '[]', true, now(), :subStockId)
     ), movements as (
       insert into stock_movements (commodity_id, sub_stock_id, kind, quantity, actor)
       values (:commodityId, null, 'added', :allocated, :accountId),
              (:commodityId, :subStockId, 'allocated', :allocated, :accountId)
     )
     insert into sub_stocks (id, enterprise_id, commodity_id, mall_id, allocation_id, state, allocated, consumed,
                             daily_limit, member_limits, valid_from, valid_until, auto_award)
     values (:subStockId, :enterpriseId, :commodityId, :mallId, :allocationId, :state, :allocated, :consumed, -1, '[]',
             :validFrom, :validUntil, true)`,
    { ...of, ...ids, ...plain, ...options },
  );
  return ids;
}

export interface SubStockRows {
  readonly subStockId: string;
  readonly commodityId: string;
  readonly allocationId: string;
  readonly imageId: string;
}

/** The first demo enterprise's, with its mall and manager; and the second's. */
export const demoTenants = [1, 2].map((n) => ({
  enterpriseId: `ent_01demo0000000000000000000${n}`,
  mallId: `mal_01demo0000000000000000000${n}`,
  accountId: `acc_01demo0000000000000000000${n}`,
})) as [Tenant, Tenant];
