import type { Knex } from 'knex';

/**
 * One row is one claim on a command: who, what, which ids it allocated, and how it ended.
 * `claimed` → (`accepted` →) `done` | `refused`; `effect_at` is set by the transaction that carried the command out,
 * and from then on the command has happened, whatever dies.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table commands (
      id text primary key,
      account_id text not null references accounts,
      route text not null,
      key text,
      body_sha256 bytea not null,
      workflow_id text,
      resource_id text not null,
      update_id text not null,
      state text not null check (state in ('claimed', 'accepted', 'done', 'refused', 'lapsed')),
      lease_until timestamptz not null,
      effect_at timestamptz,
      outcome_status integer,
      outcome_body jsonb,
      refusal jsonb,
      created_at timestamptz not null default now(),
      settled_at timestamptz,
      -- rule: one-claim-per-key
      constraint commands_one_claim_per_key unique (account_id, route, key),
      -- rule: refused-has-reason
      constraint commands_refused_has_reason check (state <> 'refused' or refusal is not null),
      -- rule: refused-has-no-effect
      constraint commands_refused_without_effect check (state <> 'refused' or effect_at is null)
    );
    create index commands_unconfirmed on commands (lease_until)
      where state in ('claimed', 'accepted') and effect_at is null;
    create index commands_by_age on commands (coalesce(settled_at, created_at));

    grant select, insert, update, delete on commands to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table commands');
}
