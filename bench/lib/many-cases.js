// @ts-check
'use strict';

/** @typedef {import('../../dist/db/connection').Db} Db */

/**
 * Ids that sort like real ones: a time-ordered number in the 26 characters of a ULID.
 * @param {string} prefix @param {string} number an SQL expression
 */
const idOf = (prefix, number) => `'${prefix}_01' || lpad((${number})::text, 24, '0')`;

/**
 * Purchases as they would be after long use, written by SQL: every tenth belongs to the one enterprise whose manager
 * asks, the rest to the others in turn. The open ones are spread among the old, with two in three awaiting payment.
 * @param {Db} db the owner's
 * @param {{ open: number, closed: number, enterpriseIds: readonly string[], accountId: string, benefitId: string }} size
 */
async function fillCases(db, { open, closed, enterpriseIds, accountId, benefitId }) {
  const every = Math.max(2, Math.round((open + closed) / open));
  // An open case stands at each multiple of `every`, until there are enough; the rest has ended in one of three ways.
  await db.raw(
    `create unlogged table bench_numbers as
       select n, n % ? = 0 and n / ? <= ? as open,
              (?::text[])[case when n % 10 = 0 then 1 else 2 + (n % ?)::int end] as enterprise_id
         from generate_series(1, ?::bigint) n`,
    [every, every, open, [...enterpriseIds], enterpriseIds.length - 1, open + closed],
  );
  await db.raw(
    `alter table bench_numbers add state text;
     update bench_numbers set state = case
       when open then case when n % 3 = 0 then 'stocked' else 'awaiting_payment' end
       when n / 10 % 10 < 7 then 'closed' when n / 10 % 10 < 9 then 'expired' else 'cancelled' end`,
  );
  await insertPurchases(db, { accountId, benefitId });
  await insertCases(db);
  const { rows } = await db.raw('select count(*) filter (where open) as open, count(*) as all from bench_numbers');
  await db.raw('drop table bench_numbers');
  return { open: Number(rows[0].open), closed: Number(rows[0].all) - Number(rows[0].open) };
}

/** @param {Db} db @param {{ accountId: string, benefitId: string }} by */
async function insertPurchases(db, { accountId, benefitId }) {
  await db.transaction(async (trx) => {
    // What a row refers to is known to be there: checking two million references is not what is measured.
    await trx.raw(`set local session_replication_role = replica`);
    await trx.raw(
      `insert into purchases (id, enterprise_id, placed_by, benefit, quantity, unit_price_fen, total_fen, state, due_at,
                              expires_at, commodity_id, created_at, updated_at)
       select ${idOf('pur', 'n')}, enterprise_id, ?, jsonb_build_object('id', ?::text, 'name', '外卖优惠券', 'kind', 'coupon',
                'priceFen', 350, 'validity', null, 'exchangeNotes', '没有有效期限制。购买的权益不能退回。'),
              1, 350, 350, state, case when open then now() + interval '20 minutes' end, now() + interval '20 minutes',
              case when state in ('stocked', 'closed') then ${idOf('com', 'n')} end, now(), now()
         from bench_numbers order by n`,
      [accountId, benefitId],
    );
    await trx.raw(
      `insert into commodities (id, enterprise_id, source, state, category, name, price_fen, redemption_note, purchase_id, total)
       select ${idOf('com', 'n')}, enterprise_id, 'purchased', 'online', 'coupon', '外卖优惠券', 350, '没有有效期限制。',
              ${idOf('pur', 'n')}, 1
         from bench_numbers where state in ('stocked', 'closed') order by n`,
    );
  });
}

/** @param {Db} db */
async function insertCases(db) {
  await db.raw(
    `insert into process_cases (id, kind, subject_id, workflow_id, enterprise_id, title, state, stage, whose_turn, due_at,
                                closed_at)
     select ${idOf('prc', 'n')}, 'purchase', ${idOf('pur', 'n')}, 'purchase:' || ${idOf('pur', 'n')}, enterprise_id,
            '外卖优惠券 × 1',
            case when open then 'open' when state = 'closed' then 'completed' else state end, state,
            case when open then 'manager' else 'nobody' end,
            case when open then now() + interval '20 minutes' end, case when open then null else now() end
       from bench_numbers order by n`,
  );
}

module.exports = { fillCases, idOf };
