import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table enterprises (
      id text primary key,
      name text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );

    create table malls (
      id text primary key,
      enterprise_id text not null references enterprises,
      name text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create index malls_of_enterprise on malls (enterprise_id, id);

    create table accounts (
      id text primary key,
      login text not null,
      password_hash text not null,
      display_name text not null,
      roles text[] not null,
      enterprise_id text references enterprises,
      mall_id text references malls,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: account-of-manager-has-enterprise
      constraint accounts_manager_has_enterprise
        check (('mall_manager' = any (roles)) = (enterprise_id is not null)),
      -- rule: account-of-member-has-mall
      constraint accounts_member_has_mall check (('member' = any (roles)) = (mall_id is not null))
    );
    -- rule: login-taken-once
    create unique index accounts_login on accounts (lower(login));

    -- Tokens never stand here, only their SHA-256.
    create table sessions (
      id text primary key,
      account_id text not null references accounts,
      -- rule: token-is-one-sessions
      token_sha256 bytea not null unique,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null
    );
    create index sessions_of_account on sessions (account_id);

    -- Counters of rate-limiter-flexible, in the shape it asks for.
    create table sign_in_attempts (
      key varchar(255) primary key,
      points integer not null default 0,
      expire bigint
    );

    grant select, insert, update on enterprises, malls, accounts to mallflow_app;
    grant select, insert, update, delete on sessions, sign_in_attempts to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table sign_in_attempts, sessions, accounts, malls, enterprises');
}
