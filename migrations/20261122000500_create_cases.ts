import type { Knex } from 'knex';

/** Where every case stands, what happened to it, and who did what. Events and audit are written once. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table process_cases (
      id text primary key,
      kind text not null,
      subject_id text not null,
      -- rule: one-case-per-workflow
      workflow_id text not null unique,
      enterprise_id text references enterprises,
      title text not null,
      state text not null check (state in ('open', 'completed', 'cancelled', 'expired', 'failed', 'lost')),
      stage text not null,
      whose_turn text not null,
      due_at timestamptz,
      stuck_code text,
      stuck_since timestamptz,
      opened_at timestamptz not null default now(),
      closed_at timestamptz,
      updated_at timestamptz not null default now(),
      -- rule: one-case-per-subject
      constraint process_cases_one_per_subject unique (kind, subject_id),
      constraint process_cases_closed check ((state = 'open') = (closed_at is null)),
      constraint process_cases_closed_is_nobodys_turn check (state = 'open' or whose_turn = 'nobody')
    );
    create index process_cases_open on process_cases (kind, stage) where state = 'open';
    create index process_cases_open_due on process_cases (due_at) where state = 'open';
    create index process_cases_open_newest on process_cases (id) where state = 'open';
    create index process_cases_stuck on process_cases (id) where stuck_code is not null;
    create index process_cases_by_subject on process_cases (subject_id);

    create table case_events (
      id bigint generated always as identity primary key,
      case_id text not null references process_cases,
      at timestamptz not null default clock_timestamp(),
      actor text not null,
      act text not null,
      from_state text,
      to_state text not null,
      reason text,
      request_id text
    );
    create index case_events_of_case on case_events (case_id, id);

    create table audit_log (
      id bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(),
      actor text not null,
      action text not null,
      subject_id text not null,
      enterprise_id text,
      reason text,
      request_id text
    );
    create index audit_log_by_actor on audit_log (actor, id);
    create index audit_log_by_subject on audit_log (subject_id, id);

    grant select, insert, update on process_cases to mallflow_app;
    -- rule: history-immutable
    grant select, insert on case_events, audit_log to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table audit_log, case_events, process_cases');
}
