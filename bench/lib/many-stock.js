// @ts-check
'use strict';

const { idOf } = require('./many-cases');

/** @typedef {import('../../dist/db/connection').Db} Db */

/**
 * An enterprise whose stock is written: the malls it allocates to, who does it, and a picture for its commodities.
 * @typedef {object} Holder
 * @property {string} enterpriseId
 * @property {readonly string[]} mallIds in the order of how much is allocated to each
 * @property {string} accountId
 * @property {string} imageId
 */

/**
 * How many numbers make `rows` listings, which are the fewest: of 40 commodities 33 get as far (see {@link kinds}), and
 * one in twelve is for e-commerce, which no mall lists.
 * @param {number} rows
 */
const numbersFor = (rows) => Math.ceil((rows * 40 * 12) / (33 * 11));

/**
 * What becomes of the k-th commodity of an enterprise, over and over: two are never completed, two allocations in forty
 * come to nothing, three sub-stocks are deleted. What is rare and stays rare, whatever is added, comes from the first few
 * alone: proposals that wait, and whatever the last of several malls has.
 */
const kinds = `
  case k % 40 when 0 then 'draft' when 1 then 'discarded'
              when 2 then case when k <= 800 then 'awaiting' else 'cancelled' end when 3 then 'lapsed'
              when 4 then 'deleted' when 5 then 'deleted' when 6 then 'deleted'
              when 7 then 'offline' when 8 then 'offline' else 'online' end`;

/** What becomes of a listing. */
const listed = `case when k / 11 % 20 = 0 then 'void' when k / 11 % 20 < 4 then 'offline' else 'online' end`;

/** Pieces of a commodity, and how many of them are allocated. */
const pieces = 100;
const given = 10;

/**
 * Stock as it would be after long use, written by SQL: commodities, purchased ones with their orders, allocations,
 * sub-stocks, listings, and the movements that explain every number. Every tenth belongs to the first holder but for the
 * newest tenth of all, in which it has nothing; the rest to the others in turn. Can be called again for other numbers. With `shelved`, all of it stands on the shelf.
 * @param {Db} owner the owner's
 * @param {{ from: number, to: number, holders: readonly Holder[], benefitId: string, shelved?: boolean }} size
 */
async function fillStock(owner, { from, to, holders, benefitId, shelved = false }) {
  await owner.raw(
    `create unlogged table bench_stock as
       select n, k, h ->> 'enterpriseId' as enterprise_id, h ->> 'accountId' as account_id, h ->> 'imageId' as image_id,
              ${shelved ? `'online'` : kinds} as kind, k % 3 = 0 as purchased,
              ${shelved ? 'false' : 'k % 12 = 1'} as e_commerce, ${shelved ? `'online'` : listed} as listed,
              case when jsonb_array_length(h -> 'mallIds') = 1 then h #>> '{mallIds,0}'
                   when k <= 800 and k % 8 = 2 then h #>> '{mallIds,2}'
                   else h -> 'mallIds' ->> (k / 7 % 3 / 2)::int end as mall_id
         from (select n, n / 10 as k,
                      ?::jsonb -> (case when n % 10 = 0 and n <= ? or ? then 0 else 1 + (n % ?)::int end) as h
                 from generate_series(?::bigint, ?::bigint) n) numbered`,
    [
      JSON.stringify(holders),
      from + Math.floor(0.9 * (to - from)),
      holders.length === 1,
      Math.max(1, holders.length - 1),
      from,
      to,
    ],
  );
  await owner.transaction(async (trx) => {
    // What a row refers to is known to be there: checking millions of references is not what is measured.
    await trx.raw(`set local session_replication_role = replica`);
    for (const sql of [orders(benefitId), commodities, allocations, subStocks, listings, movements]) await trx.raw(sql);
  });
  await owner.raw('drop table bench_stock');
}

/** @param {string} benefitId */
const orders = (benefitId) => `
  insert into purchases (id, enterprise_id, placed_by, benefit, quantity, unit_price_fen, total_fen, state, expires_at,
                         commodity_id)
  select ${idOf('pur', 'n')}, enterprise_id, account_id,
         jsonb_build_object('id', '${benefitId}', 'name', '外卖优惠券', 'kind', 'coupon', 'priceFen', 350,
                            'validity', null, 'exchangeNotes', '没有有效期限制。'),
         ${String(pieces)}, 350, 350 * ${String(pieces)}, 'closed', now(), ${idOf('com', 'n')}
    from bench_stock where purchased and kind not in ('draft', 'discarded') order by n`;

/** Of forty that were completed, some are offline and one is expired; drafts are own ones, whatever else they were. */
const commodities = `
  insert into commodities (id, enterprise_id, source, state, purpose, category, name, price_fen, redemption_note,
                           purchase_id, total, allocated, held, award_template_id, cover_image_id, detail_image_id,
                           draft_expires_at, added_by, expires_at)
  select ${idOf('com', 'n')}, enterprise_id, case when bought then 'purchased' else 'own' end,
         case when kind in ('draft', 'discarded') then kind when k % 40 = 39 then 'expired'
              when k % 40 in (37, 38) then 'offline' else 'online' end,
         case when e_commerce then 'e_commerce' else 'points_operation' end,
         case when bought then 'coupon' when e_commerce then 'physical'
              else (array['physical', 'coupon', 'points', 'wechat_red_packet'])[1 + k % 4] end,
         case when bought then '外卖优惠券' else '积分好礼' end || ' ' || n, 350, '没有有效期限制。',
         case when bought then ${idOf('pur', 'n')} end,
         case when kind in ('draft', 'discarded') then 0 else ${String(pieces)} end,
         case when kind in ('online', 'offline') then ${String(given)} else 0 end,
         case when kind = 'awaiting' then ${String(given)} else 0 end,
         case when not bought then 'standard' end, case when not bought then image_id end,
         case when not bought then image_id end, case when not bought then now() + interval '7 days' end,
         case when not bought then account_id end,
         case when k % 40 = 39 then now() - interval '1 day' when k % 5 = 0 then now() + interval '1 year' end
    from (select *, purchased and kind not in ('draft', 'discarded') as bought from bench_stock) stock order by n`;

const allocations = `
  insert into stock_allocations (id, enterprise_id, commodity_id, mall_id, proposed_by, state, quantity, left_before,
                                 left_after, daily_limit, member_limits, auto_award, expires_at, due_at, sub_stock_id)
  select ${idOf('alo', 'n')}, enterprise_id, ${idOf('com', 'n')}, mall_id, account_id,
         case kind when 'awaiting' then 'awaiting_confirmation' when 'cancelled' then 'cancelled'
                   when 'lapsed' then 'expired' else 'confirmed' end,
         ${String(given)}, ${String(pieces)}, ${String(pieces - given)}, -1, '[{"period":"day","count":1}]', true,
         now() + interval '30 minutes', case when kind = 'awaiting' then now() + interval '30 minutes' end,
         case when kind in ('online', 'offline', 'deleted') then ${idOf('sub', 'n')} end
    from bench_stock where kind not in ('draft', 'discarded') order by n`;

const subStocks = `
  insert into sub_stocks (id, enterprise_id, commodity_id, mall_id, allocation_id, state, allocated, daily_limit,
                          member_limits, auto_award, valid_until)
  select ${idOf('sub', 'n')}, enterprise_id, ${idOf('com', 'n')}, mall_id, ${idOf('alo', 'n')}, kind,
         case when kind = 'deleted' then 0 else ${String(given)} end, -1, '[{"period":"day","count":1}]', true,
         case when k % 5 = 0 then now() + interval '1 year' end
    from bench_stock where kind in ('online', 'offline', 'deleted') order by n`;

/** One each, in the sections in turn. */
const listings = `
  insert into listings (id, enterprise_id, mall_id, sub_stock_id, section_id, state, name, exchange_kind, points_price,
                        cash_fen, rules, description)
  select ${idOf('lst', 'n')}, enterprise_id, mall_id, ${idOf('sub', 'n')}, section_ids[1 + k % cardinality(section_ids)],
         listed, '积分好礼 ' || n, case when k % 4 = 3 then 'points_and_cash' else 'points' end, 100 + k % 400,
         case when k % 4 = 3 then 100 end, '每人每天限兑一件。', '包装完好，七日内发货。'
    from bench_stock join (select mall_id, array_agg(id order by id) as section_ids from mall_sections group by mall_id)
         sections using (mall_id)
   where kind in ('online', 'offline') and not e_commerce order by n`;

/** In the order in which they happen to a commodity. */
const movements = `
  insert into stock_movements (commodity_id, sub_stock_id, kind, quantity, actor)
  select ${idOf('com', 'n')}, case when step = 1 then null else ${idOf('sub', 'n')} end,
         (array['added', 'allocated', 'deleted'])[step],
         (array[${String(pieces)}, ${String(given)}, ${String(-given)}])[step], account_id
    from bench_stock cross join generate_series(1, 3) step
   where kind not in ('draft', 'discarded')
     and step <= case when kind = 'deleted' then 3 when kind in ('online', 'offline') then 2 else 1 end
   order by n, step`;

/**
 * A sub-stock whose stock goes back and forth: restocked and returned, over and over.
 * @param {Db} owner
 * @param {{ subStockId: string, commodityId: string, accountId: string, pairs: number }} busy
 */
async function fillMovements(owner, { subStockId, commodityId, accountId, pairs }) {
  await owner.raw(
    `insert into stock_movements (commodity_id, sub_stock_id, kind, quantity, actor)
     select ?, ?, kind, quantity, ?
       from generate_series(1, ?::bigint) n, (values ('restocked', 1), ('returned', -1)) moved (kind, quantity)
      order by n, kind`,
    [commodityId, subStockId, accountId, pairs],
  );
}

/** What was written must add up as what the product writes does. @param {Db} owner @returns {Promise<number>} what does not */
async function faultsOf(owner) {
  const { rows } = await owner.raw(
    `select (select count(*) from commodities c
               left join (select commodity_id, sum(quantity) filter (where sub_stock_id is null) as total,
                                 sum(quantity) filter (where sub_stock_id is not null) as allocated
                            from stock_movements group by 1) m on m.commodity_id = c.id
              where c.total <> coalesce(m.total, 0) or c.allocated <> coalesce(m.allocated, 0))
          + (select count(*) from sub_stocks s
               left join (select sub_stock_id, sum(quantity) as allocated from stock_movements group by 1) m
                 on m.sub_stock_id = s.id
              where s.allocated <> coalesce(m.allocated, 0))
          + (select count(*) from commodities c
               left join (select commodity_id, sum(quantity) as held from stock_allocations
                           where state = 'awaiting_confirmation' group by 1) a on a.commodity_id = c.id
              where c.held <> coalesce(a.held, 0)) as faults`,
  );
  return Number(rows[0].faults);
}

/** Rows of each table that a mall's lists read. @param {Db} owner @returns {Promise<Record<string, number>>} */
async function rowCounts(owner) {
  const tables = ['commodities', 'stock_allocations', 'sub_stocks', 'stock_movements', 'listings'];
  const counts = tables.map((name) => `(select count(*) from ${name}) as ${name}`);
  const { rows } = await owner.raw(`select ${counts.join(', ')}`);
  return Object.fromEntries(tables.map((name) => [name, Number(rows[0][name])]));
}

module.exports = { fillStock, fillMovements, faultsOf, rowCounts, numbersFor };
