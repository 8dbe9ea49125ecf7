// @ts-check
'use strict';

const { idOf } = require('./many-cases');

/** @typedef {import('../../dist/db/connection').Db} Db */

/**
 * A queue as it would be after long use, written by SQL: the open reviews spread among the decided ones, of all kinds,
 * due over the next days, one in five of them claimed.
 * @param {Db} db the owner's
 * @param {{ open: number, decided: number, reviewerId: string }} size
 */
async function fillReviews(db, { open, decided, reviewerId }) {
  const every = Math.max(2, Math.round((open + decided) / open));
  await db.transaction(async (trx) => {
    // Submissions, sellers and decisions are not what is read.
    await trx.raw('set local session_replication_role = replica');
    await trx.raw(
      `with numbers as (
         select n, n % :every = 0 and n / :every <= :open as open, n / :every % 5 = 0 as claimed
           from generate_series(1, :all::bigint) n
       ), stated as (
         select n, case when not open then 'decided' when claimed then 'claimed' else 'waiting' end as state from numbers
       )
       insert into reviews (id, kind, submission_id, seller_id, case_workflow_id, state, assignee, opened_at, remind_at,
                            due_at, claimed_at, decided_at, decision_id, decided_by)
       select ${idOf('rev', 'n')},
              (array['enterprise_verification', 'company_information', 'shop', 'product'])[1 + n % 4],
              ${idOf('sbm', 'n')}, ${idOf('sel', 'n % 1000')}, 'bench', state,
              case when state <> 'waiting' then :reviewerId end, now(), now() + make_interval(secs => n % 300000),
              now() + make_interval(secs => n % 600000), case when state <> 'waiting' then now() end,
              case when state = 'decided' then now() end, case when state = 'decided' then ${idOf('dec', 'n')} end,
              case when state = 'decided' then 'reviewer' end
         from stated order by n`,
      { every, open, all: open + decided, reviewerId },
    );
  });
}

module.exports = { fillReviews };
