import type { Knex } from 'knex';

/**
 * The ledger books members' points beside money: an account has a unit, and amounts are whole numbers of it. A member
 * has two accounts, so that granting points meets no row that all members share.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table ledger_balances rename column posted_fen to posted;
    alter table ledger_balances rename column held_fen to held;
    alter table ledger_lines rename column amount_fen to amount;
    alter table ledger_holds rename column amount_fen to amount;

    create table members (
      id text primary key,
      mall_id text not null references malls,
      -- Who this is in the enterprise's own user system.
      external_id text not null,
      display_name text not null,
      account_id text unique references accounts,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: member-once-per-mall
      constraint members_once_per_mall unique (mall_id, external_id)
    );
    create index members_of_mall on members (mall_id, id);

    alter table ledger_accounts
      add column member_id text references members,
      add column unit text not null default 'fen' check (unit in ('fen', 'points')),
      drop constraint ledger_accounts_enterprise_id_purpose_key,
      drop constraint ledger_accounts_purpose_check,
      add constraint ledger_accounts_purpose_check
        check (purpose in ('funding', 'balance', 'spent', 'points_granted', 'points')),
      -- rule: points-are-a-members
      add constraint ledger_accounts_points_are_a_members check ((unit = 'points') = (member_id is not null)),
      add constraint ledger_accounts_once unique nulls not distinct (enterprise_id, member_id, purpose);

    alter table ledger_journals
      drop constraint ledger_journals_kind_check,
      add constraint ledger_journals_kind_check
        check (kind in ('top_up', 'purchase_payment', 'points_adjustment')),
      -- Why a person moved it; no personal data.
      add column reason text;

    create or replace function ledger_journal_sums_to_zero() returns trigger language plpgsql as $$
    begin
      -- rule: journal-sums-to-zero
      if (select sum(amount) from ledger_lines where journal_id = new.journal_id) <> 0 then
        raise exception 'journal % does not sum to zero', new.journal_id
          using errcode = 'check_violation', constraint = 'ledger_journal_sums_to_zero';
      end if;
      -- rule: journal-is-closed
      if (select booked_by from ledger_journals where id = new.journal_id) <> pg_current_xact_id() then
        raise exception 'journal % is closed', new.journal_id
          using errcode = 'check_violation', constraint = 'ledger_journal_is_closed';
      end if;
      return null;
    end $$;

    grant select, insert, update on members to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    create or replace function ledger_journal_sums_to_zero() returns trigger language plpgsql as $$
    begin
      if (select sum(amount_fen) from ledger_lines where journal_id = new.journal_id) <> 0 then
        raise exception 'journal % does not sum to zero', new.journal_id
          using errcode = 'check_violation', constraint = 'ledger_journal_sums_to_zero';
      end if;
      if (select booked_by from ledger_journals where id = new.journal_id) <> pg_current_xact_id() then
        raise exception 'journal % is closed', new.journal_id
          using errcode = 'check_violation', constraint = 'ledger_journal_is_closed';
      end if;
      return null;
    end $$;
    alter table ledger_journals
      drop column reason,
      drop constraint ledger_journals_kind_check,
      add constraint ledger_journals_kind_check check (kind in ('top_up', 'purchase_payment'));
    alter table ledger_accounts
      drop constraint ledger_accounts_once,
      drop column unit,
      drop column member_id,
      drop constraint ledger_accounts_purpose_check,
      add constraint ledger_accounts_purpose_check check (purpose in ('funding', 'balance', 'spent')),
      add constraint ledger_accounts_enterprise_id_purpose_key unique (enterprise_id, purpose);
    drop table members;
    alter table ledger_holds rename column amount to amount_fen;
    alter table ledger_lines rename column amount to amount_fen;
    alter table ledger_balances rename column held to held_fen;
    alter table ledger_balances rename column posted to posted_fen;
  `);
}
