import type { Knex } from 'knex';

/**
 * What one operator asked for and another has to confirm; and how a period of the certification fee was waived by it.
 * Who asked for what, why and when is written once; only the decision is added.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table approvals (
      id text primary key,
      process_id text not null references process_cases,
      -- As it was asked for, with everything it needs.
      command jsonb not null,
      reason text not null,
      asked_by text not null references accounts,
      asked_at timestamptz not null default now(),
      expires_at timestamptz not null,
      -- rule: known-approval-states
      state text not null default 'waiting' check (state in ('waiting', 'confirmed', 'refused', 'expired')),
      decided_by text references accounts,
      decided_at timestamptz,
      updated_at timestamptz not null default now(),
      -- rule: confirmed-by-another
      constraint approvals_confirmed_by_another check (state <> 'confirmed' or decided_by <> asked_by),
      -- rule: decided-approval-says-by-whom
      constraint approvals_decided check
        ((state in ('confirmed', 'refused')) = (decided_by is not null)
         and (decided_by is null) = (decided_at is null))
    );
    -- rule: asked-once-at-a-time
    create unique index approvals_one_waiting on approvals (process_id, (command ->> 'command')) where state = 'waiting';
    create index approvals_in_state on approvals (state, id);
    create index approvals_of_process on approvals (process_id, id);
    -- rule: approvals-are-not-rewritten
    grant select, insert on approvals to mallflow_app;
    grant update (state, decided_by, decided_at, updated_at) on approvals to mallflow_app;

    alter table certification_fees
      add column waived_at timestamptz,
      -- Who asked for it and who confirmed it.
      add column waiver_id text references approvals,
      -- rule: waived-fee-names-its-approval
      add constraint certification_fees_waived check
        ((waived_at is null) = (waiver_id is null) and (waived_at is null or state in ('paid', 'expired')));

    create index notices_of_subject on notices (subject_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index notices_of_subject;
    alter table certification_fees
      drop constraint certification_fees_waived, drop column waiver_id, drop column waived_at;
    drop table approvals;
  `);
}
