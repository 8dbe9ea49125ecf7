import type { Knex } from 'knex';

/**
 * Double entry in fen. Journals and lines are written once: the app role may not update or delete them. Balances are
 * the only rows that change, and CHECK keeps them from going below zero.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table ledger_accounts (
      id text primary key,
      enterprise_id text not null references enterprises,
      purpose text not null check (purpose in ('funding', 'balance', 'spent')),
      created_at timestamptz not null default now(),
      unique (enterprise_id, purpose)
    );

    create table ledger_balances (
      account_id text primary key references ledger_accounts,
      posted_fen bigint not null default 0,
      held_fen bigint not null default 0,
      may_be_negative boolean not null,
      -- rule: held-never-below-zero
      constraint ledger_balances_hold_not_negative check (held_fen >= 0),
      -- rule: balance-never-below-zero
      constraint ledger_balances_not_overdrawn check (may_be_negative or posted_fen - held_fen >= 0)
    );

    create table ledger_journals (
      id text primary key,
      source text not null,
      kind text not null check (kind in ('top_up', 'purchase_payment')),
      posted_at timestamptz not null default now(),
      -- The transaction that booked it: nothing is added to a journal later.
      booked_by xid8 not null default pg_current_xact_id(),
      -- rule: fact-booked-once
      constraint ledger_journals_once unique (source, kind)
    );

    create table ledger_lines (
      id bigint generated always as identity primary key,
      journal_id text not null references ledger_journals,
      account_id text not null references ledger_accounts,
      -- rule: no-empty-line
      amount_fen bigint not null check (amount_fen <> 0),
      -- rule: one-line-per-account
      unique (journal_id, account_id)
    );
    create index ledger_lines_of_account on ledger_lines (account_id, id);

    create table ledger_holds (
      id text primary key,
      account_id text not null references ledger_accounts,
      -- rule: hold-is-an-amount
      amount_fen bigint not null check (amount_fen > 0),
      state text not null default 'pending' check (state in ('pending', 'posted', 'voided')),
      source text not null,
      kind text not null,
      journal_id text references ledger_journals,
      created_at timestamptz not null default now(),
      settled_at timestamptz,
      -- rule: fact-held-once
      constraint ledger_holds_once unique (source, kind),
      -- rule: settled-has-time
      constraint ledger_holds_settled check ((state = 'pending') = (settled_at is null)),
      -- rule: posted-has-journal
      constraint ledger_holds_posted_by_journal check ((state = 'posted') = (journal_id is not null))
    );

    -- Checked at commit, so that the lines of one journal may be inserted one after another.
    create function ledger_journal_sums_to_zero() returns trigger language plpgsql as $$
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
    create constraint trigger ledger_journal_sums_to_zero after insert on ledger_lines
      deferrable initially deferred for each row execute function ledger_journal_sums_to_zero();

    -- rule: ledger-immutable
    grant select, insert on ledger_accounts, ledger_journals, ledger_lines to mallflow_app;
    -- rule: balances-lose-no-row, terms-of-balances-stay, terms-of-holds-stay
    grant select, insert, update (posted_fen, held_fen) on ledger_balances to mallflow_app;
    grant select, insert, update (state, journal_id, settled_at) on ledger_holds to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table ledger_holds, ledger_lines, ledger_journals, ledger_balances, ledger_accounts;
    drop function ledger_journal_sums_to_zero();
  `);
}
