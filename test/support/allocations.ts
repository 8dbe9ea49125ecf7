import { randomUUID } from 'node:crypto';
import { firstRow, run, type Db } from '../../db/connection';
import { newId } from '../../db/new-id';
import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import type { CommodityState, OwnCategory } from '../../domain/stock/states';
import type { Body, HttpClient } from './http-client';
import { finished } from './purchases';
import { demoTenants } from './sub-stock-rows';

export interface CommodityOptions {
  readonly total?: number;
  readonly category?: OwnCategory;
  readonly state?: CommodityState;
  readonly expiresAt?: Date | null;
  readonly name?: string;
}

/** An own commodity as rows, without the run that adds it: of the first demo enterprise unless said otherwise. */
export async function commodityRow(
  owner: Db,
  options: CommodityOptions = {},
  whose: { readonly enterpriseId: string; readonly accountId: string } = demoTenants[0],
): Promise<string> {
  const ids = { commodityId: newId('commodity'), imageId: newId('image') };
  const plain = { total: 100, category: 'physical', state: 'online', expiresAt: null, name: '帆布袋' } as const;
  await run(
    owner,
    `with image as (
       insert into images (id, name, owner_account_id, enterprise_id, content_type, width, height, bytes)
       values (:imageId, :imageId, :accountId, :enterpriseId, 'image/png', 1, 1, 70)
     ), movement as (
       insert into stock_movements (commodity_id, kind, quantity, actor) values (:commodityId, 'added', :total, 'test')
     )
     insert into commodities (id, enterprise_id, source, state, category, name, price_fen, redemption_note, expires_at,
                              total, award_template_id, cover_image_id, detail_image_id, draft_expires_at, added_by)
     values (:commodityId, :enterpriseId, 'own', :state, :category, :name, 2900, '每人限兑一件', :expiresAt,
             :total, 'template', :imageId, :imageId, now(), :accountId)`,
    { enterpriseId: whose.enterpriseId, accountId: whose.accountId, ...ids, ...plain, ...options },
  );
  return ids.commodityId;
}

/** What 下一步 takes, over HTTP. */
export function proposalOf(commodityId: string, changes: Readonly<Record<string, unknown>> = {}) {
  const { mallId } = demoTenants[0];
  return { commodityId, mallId, quantity: 10, dailyLimit: -1, memberLimits: [], autoAward: true, ...changes };
}

/** The same as a run is given it. */
export function termsOf(commodityId: string, mallId: string, changes: Partial<AllocationTerms> = {}): AllocationTerms {
  const open = { validFrom: null, validUntil: null, remark: null, award: null };
  return { commodityId, mallId, quantity: 10, dailyLimit: -1, memberLimits: [], autoAward: true, ...open, ...changes };
}

/** 分配库存 → 下一步; where the answer is slow the same key is asked again, as a client would. */
export function propose(
  manager: HttpClient,
  commodityId: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Body> {
  const key = randomUUID();
  return finished(() => manager.post('/v1/stock-allocations', proposalOf(commodityId, changes), { key }));
}

/** Proposed and confirmed: the sub-stock, online. */
export async function allocate(
  manager: HttpClient,
  commodityId: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<Body> {
  const { id } = await propose(manager, commodityId, changes);
  const key = randomUUID();
  const { subStockId } = await finished(() => manager.post(`/v1/stock-allocations/${id}/confirm`, undefined, { key }));
  const { status, body } = await manager.get(`/v1/sub-stocks/${subStockId}`);
  if (status !== 200) throw new Error(`answered ${status}`);
  return body;
}

export interface Numbers {
  readonly total: number;
  readonly allocated: number;
  readonly held: number;
  readonly left: number;
}

/** The numbers of a commodity, after they were compared with everything that explains them. */
export async function numbersOf(db: Db, commodityId: string): Promise<Numbers> {
  const row = await firstRow<Numbers & Record<'added' | 'moved' | 'inMalls' | 'proposed' | 'unexplained', number>>(
    db,
    `select c.total, c.allocated, c.held, c.total - c.allocated - c.held as left,
            (select coalesce(sum(quantity), 0) from stock_movements where commodity_id = c.id and sub_stock_id is null) as added,
            (select coalesce(sum(quantity), 0) from stock_movements
              where commodity_id = c.id and sub_stock_id is not null) as moved,
            (select coalesce(sum(allocated), 0) from sub_stocks where commodity_id = c.id) as "inMalls",
            (select coalesce(sum(quantity), 0) from stock_allocations
              where commodity_id = c.id and state = 'awaiting_confirmation') as proposed,
            (select count(*) from sub_stocks s where s.commodity_id = c.id and s.allocated <>
              (select coalesce(sum(quantity), 0) from stock_movements m where m.sub_stock_id = s.id)) as unexplained
       from commodities c where c.id = :commodityId`,
    { commodityId },
  );
  if (row === undefined) throw new Error(`no commodity ${commodityId}`);
  const { total, allocated, held, left, ...explained } = row;
  expect(explained).toEqual({ added: total, moved: allocated, inMalls: allocated, proposed: held, unexplained: 0 });
  expect(left).toBeGreaterThanOrEqual(0);
  return { total, allocated, held, left };
}
