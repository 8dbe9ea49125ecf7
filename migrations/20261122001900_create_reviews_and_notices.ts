import type { Knex } from 'knex';

/**
 * The arrangement of 2026 as the General Office of the State Council published it on 4 November 2025
 * (国务院办公厅关于2026年部分节假日安排的通知, https://politics.gmw.cn/2025-11/04/content_38391083.htm): the days on which
 * people do not work, and the weekends on which they do. Later years: `npm run admin -- calendar set`.
 */
const holidays2026 = [
  { name: '元旦', from: '2026-01-01', until: '2026-01-03' },
  { name: '春节', from: '2026-02-15', until: '2026-02-23' },
  { name: '清明节', from: '2026-04-04', until: '2026-04-06' },
  { name: '劳动节', from: '2026-05-01', until: '2026-05-05' },
  { name: '端午节', from: '2026-06-19', until: '2026-06-21' },
  { name: '中秋节', from: '2026-09-25', until: '2026-09-27' },
  { name: '国庆节', from: '2026-10-01', until: '2026-10-07' },
] as const;

const workedWeekends2026 = [
  { name: '元旦调休上班', day: '2026-01-04' },
  { name: '春节调休上班', day: '2026-02-14' },
  { name: '春节调休上班', day: '2026-02-28' },
  { name: '劳动节调休上班', day: '2026-05-09' },
  { name: '国庆节调休上班', day: '2026-09-20' },
  { name: '国庆节调休上班', day: '2026-10-10' },
] as const;

/**
 * What a rule hands to a person (reviews, and what the person decided), the calendar its deadlines count by, and what
 * accounts are told (notices, and their deliveries by mail and SMS).
 */
export async function up(knex: Knex): Promise<void> {
  await createReviews(knex);
  await createNotices(knex);
  await knex.raw(`
    create table calendar_days (
      day date primary key,
      is_working boolean not null,
      name text not null check (name <> ''),
      updated_at timestamptz not null default now()
    );
    grant select, insert, update on calendar_days to mallflow_app;
  `);
  for (const { name, from, until } of holidays2026)
    await knex.raw(
      `insert into calendar_days (day, is_working, name)
       select day, false, ? from generate_series(?::date, ?::date, interval '1 day') as day`,
      [name, from, until],
    );
  for (const { name, day } of workedWeekends2026)
    await knex.raw(`insert into calendar_days (day, is_working, name) values (?, true, ?)`, [day, name]);
}

async function createReviews(knex: Knex): Promise<void> {
  await knex.raw(`
    create table reviews (
      id text primary key,
      kind text not null check (kind in ('enterprise_verification', 'company_information', 'shop', 'product')),
      -- rule: one-review-per-submission
      submission_id text not null constraint reviews_one_per_submission unique,
      seller_id text not null references sellers,
      -- The run of the case that waits for it.
      case_workflow_id text not null,
      -- rule: known-review-states
      state text not null check (state in ('waiting', 'claimed', 'decided', 'withdrawn')),
      assignee text references accounts,
      opened_at timestamptz not null default now(),
      remind_at timestamptz not null,
      reminded_at timestamptz,
      due_at timestamptz not null,
      escalated_at timestamptz,
      claimed_at timestamptz,
      decided_at timestamptz,
      decision_id text,
      updated_at timestamptz not null default now(),
      -- Widened since: a policy's decision has none.
      constraint reviews_claimed_has_assignee check
        (case state when 'waiting' then assignee is null when 'withdrawn' then true else assignee is not null end),
      -- rule: decided-has-decision
      constraint reviews_decided_has_decision check
        ((state = 'decided') = (decided_at is not null) and (state = 'decided') = (decision_id is not null))
    );
    create index reviews_in_state on reviews (state, due_at, id);
    create index reviews_by_due_time on reviews (due_at, id);
    create index reviews_of_assignee on reviews (assignee, id) where assignee is not null;
    create index reviews_of_seller on reviews (seller_id, id);

    -- What a reviewer decided, written down before its run is told: inert until a review names it.
    create table review_decisions (
      id text primary key,
      review_id text not null references reviews,
      account_id text not null references accounts,
      outcome text not null check (outcome in ('approve', 'request_changes', 'reject')),
      note text,
      created_at timestamptz not null default now()
    );
    create index review_decisions_of_review on review_decisions (review_id);
    alter table reviews add constraint reviews_decision_is_there foreign key (decision_id) references review_decisions;

    create table review_verdicts (
      decision_id text not null references review_decisions on delete cascade,
      item text not null,
      outcome text not null check (outcome in ('ok', 'change')),
      reason_code text check
        (reason_code in ('MISSING', 'UNREADABLE', 'MISMATCH', 'MISLEADING', 'PROHIBITED', 'QUALITY', 'OTHER')),
      note text,
      -- rule: one-verdict-per-item
      primary key (decision_id, item),
      -- rule: change-has-reason
      constraint review_verdicts_change_has_reason check (outcome = 'ok' or reason_code is not null)
    );

    grant select, insert, update on reviews to mallflow_app;
    grant select, insert, delete on review_decisions, review_verdicts to mallflow_app;
  `);
}

async function createNotices(knex: Knex): Promise<void> {
  await knex.raw(`
    create table notices (
      id text primary key,
      account_id text not null references accounts,
      kind text not null,
      subject_id text not null,
      -- Nothing personal: it is sent by mail and SMS.
      params jsonb not null,
      -- rule: notice-told-once
      once text not null constraint notices_once unique,
      created_at timestamptz not null default now(),
      read_at timestamptz
    );
    create index notices_of_account on notices (account_id, id);

    create table notice_deliveries (
      notice_id text not null references notices,
      channel text not null check (channel in ('mail', 'sms')),
      -- not_sent: there is no address or no provider, and the notice stays where the account reads it.
      state text not null default 'waiting' check (state in ('waiting', 'sent', 'not_sent')),
      attempts integer not null default 0,
      -- Why not, in a word; no address and nothing personal.
      outcome text,
      next_at timestamptz default now(),
      sent_at timestamptz,
      -- rule: one-delivery-per-channel
      primary key (notice_id, channel),
      constraint notice_deliveries_waiting_is_due check ((state = 'waiting') = (next_at is not null)),
      constraint notice_deliveries_sent_has_time check ((state = 'sent') = (sent_at is not null))
    );
    create index notice_deliveries_due on notice_deliveries (next_at) where state = 'waiting';

    grant select, insert, update on notices, notice_deliveries to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table notice_deliveries;
    drop table notices;
    alter table reviews drop constraint reviews_decision_is_there;
    drop table review_verdicts;
    drop table review_decisions;
    drop table reviews;
    drop table calendar_days;
  `);
}
