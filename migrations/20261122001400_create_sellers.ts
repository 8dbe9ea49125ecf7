import type { Knex } from 'knex';

/**
 * Sellers of the cloud market: each is an account's, and a tenant beside the enterprises of the points mall. What belongs
 * to a tenant (a case, an audit row, a payment, an account of the ledger) is an enterprise's or a seller's.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table sellers (
      id text primary key,
      -- rule: one-seller-per-account
      account_id text not null references accounts constraint sellers_one_per_account unique,
      -- The subject 企业实名认证 found: its name as registered, and its 统一社会信用代码.
      subject_name text,
      subject_code text,
      subject_verified_at timestamptz,
      -- Whether the registry agreed, or a reviewer decided.
      subject_verified_by text check (subject_verified_by in ('registry', 'reviewer')),
      centre_opened_at timestamptz,
      -- 立即缴纳 or 暂不缴纳.
      centre_opened_by text check (centre_opened_by in ('fee', 'defer')),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: verified-is-whole
      constraint sellers_verified_is_whole
        check (num_nonnulls(subject_name, subject_code, subject_verified_at, subject_verified_by) in (0, 4)),
      -- rule: opened-centre-says-how
      constraint sellers_opened_centre_says_how check ((centre_opened_at is null) = (centre_opened_by is null))
    );
    create index sellers_of_subject on sellers (subject_code) where subject_code is not null;

    alter table process_cases add column seller_id text references sellers;
    create index process_cases_of_seller on process_cases (seller_id, id) where seller_id is not null;
    alter table audit_log add column seller_id text;

    alter table payments
      alter column enterprise_id drop not null,
      add column seller_id text references sellers,
      -- rule: payment-is-one-tenants
      add constraint payments_one_tenant check (num_nonnulls(enterprise_id, seller_id) = 1);
    create index payments_of_seller on payments (seller_id, id) where seller_id is not null;

    alter table ledger_accounts
      alter column enterprise_id drop not null,
      add column seller_id text references sellers,
      -- rule: ledger-account-is-one-tenants
      add constraint ledger_accounts_one_tenant check (num_nonnulls(enterprise_id, seller_id) = 1),
      drop constraint ledger_accounts_once,
      add constraint ledger_accounts_once unique nulls not distinct (enterprise_id, member_id, seller_id, purpose);

    grant select, insert, update on sellers to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table ledger_accounts
      drop constraint ledger_accounts_once,
      drop constraint ledger_accounts_one_tenant,
      drop column seller_id,
      alter column enterprise_id set not null,
      add constraint ledger_accounts_once unique nulls not distinct (enterprise_id, member_id, purpose);
    alter table payments drop constraint payments_one_tenant, drop column seller_id, alter column enterprise_id set not null;
    alter table audit_log drop column seller_id;
    alter table process_cases drop column seller_id;
    drop table sellers;
  `);
}
