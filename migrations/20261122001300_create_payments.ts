import type { Knex } from 'knex';

/**
 * Payments through outside channels: what is owed (payments), each try to collect it (attempts), what goes back
 * (refunds), what the channel told us (inbox), and how its books compare with ours (reconciliations). Every enterprise
 * gets two more ledger accounts: `wechat_pay` mirrors what the channel took in for it, `received` is what of that is
 * neither delivered for nor given back.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table payments (
      id text primary key,
      enterprise_id text not null references enterprises,
      channel text not null check (channel in ('wechat_pay')),
      method text not null check (method in ('wechat_native')),
      subject_kind text not null check (subject_kind in ('purchase')),
      subject_id text not null,
      -- What the payer reads; no personal data.
      title text not null,
      amount_fen bigint not null check (amount_fen > 0),
      -- rule: known-payment-states
      state text not null check (state in
        ('created', 'awaiting_payer', 'processing', 'succeeded', 'cancelled', 'refunding', 'refunded')),
      exception text check (exception in ('late_paid', 'duplicate_paid', 'amount_mismatch')),
      requested_by text not null references accounts,
      expires_at timestamptz not null,
      close_asked_at timestamptz,
      -- The attempt whose money was delivered for.
      settled_by text,
      settled_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    -- rule: one-open-payment-per-subject
    create unique index payments_one_open_per_subject on payments (subject_kind, subject_id)
      where state in ('created', 'awaiting_payer', 'processing') and exception is null;
    -- rule: subject-paid-once
    create unique index payments_one_success_per_subject on payments (subject_kind, subject_id)
      where state = 'succeeded';
    create index payments_of_subject on payments (subject_id, id);
    create index payments_of_enterprise on payments (enterprise_id, id);

    -- One try to collect a payment; its number is ours and is never used twice.
    create table payment_attempts (
      channel_number text primary key,
      payment_id text not null references payments,
      state text not null default 'created' check (state in ('created', 'open', 'refused', 'paid', 'closed')),
      amount_fen bigint not null check (amount_fen > 0),
      expires_at timestamptz not null,
      -- What the payer scans, sealed.
      code_key_id text,
      code_ciphertext bytea,
      transaction_id text,
      paid_fen bigint check (paid_fen > 0),
      paid_at timestamptz,
      -- Promised to refunds, whatever became of them.
      -- rule: no-more-back-than-came
      returned_fen bigint not null default 0 check (returned_fen >= 0 and returned_fen <= coalesce(paid_fen, 0)),
      polls integer not null default 0,
      failures integer not null default 0,
      failure_code text,
      -- When its run has to do something about it; null when nothing is owed.
      next_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: transaction-booked-once
      constraint payment_attempts_one_per_transaction unique (transaction_id),
      -- rule: paid-has-amount
      constraint payment_attempts_paid_has_amount
        check ((state = 'paid') = (paid_fen is not null) and (state = 'paid') = (paid_at is not null))
    );
    create index payment_attempts_of_payment on payment_attempts (payment_id, channel_number);
    create index payment_attempts_due on payment_attempts (next_at) where next_at is not null;
    create index payment_attempts_paid on payment_attempts (paid_at) where paid_at is not null;

    create table payment_refunds (
      refund_number text primary key,
      payment_id text not null references payments,
      channel_number text not null references payment_attempts,
      amount_fen bigint not null check (amount_fen > 0),
      reason text not null check (reason in ('late_paid', 'duplicate_paid', 'amount_mismatch')),
      state text not null default 'created'
        check (state in ('created', 'processing', 'succeeded', 'closed', 'abnormal')),
      hold_id text not null references ledger_holds,
      refund_id text,
      requested_by text not null,
      polls integer not null default 0,
      failures integer not null default 0,
      failure_code text,
      next_at timestamptz,
      settled_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: refund-ends-with-time
      constraint payment_refunds_settled check ((state in ('succeeded', 'closed')) = (settled_at is not null))
    );
    create index payment_refunds_of_payment on payment_refunds (payment_id, refund_number);
    create index payment_refunds_of_attempt on payment_refunds (channel_number);
    create index payment_refunds_due on payment_refunds (next_at) where next_at is not null;
    create index payment_refunds_succeeded on payment_refunds (settled_at) where state = 'succeeded';

    -- What a channel told us, signed and verified, once per event: the truth of a notification before anybody acts on it.
    create table payment_inbox (
      id bigint generated always as identity primary key,
      channel text not null,
      -- Channel number or refund number.
      number text not null,
      event text not null,
      event_type text not null,
      payment_id text references payments,
      -- What it says, without anything about the payer.
      report jsonb not null,
      state text not null check (state in ('waiting', 'told', 'applied', 'quarantined')),
      problem text,
      received_at timestamptz not null default clock_timestamp(),
      told_at timestamptz,
      applied_at timestamptz,
      -- rule: event-taken-in-once
      constraint payment_inbox_once unique (channel, number, event),
      constraint payment_inbox_quarantined_has_problem check ((state = 'quarantined') = (problem is not null)),
      constraint payment_inbox_applied_has_time check ((state = 'applied') = (applied_at is not null))
    );
    create index payment_inbox_waiting on payment_inbox (id) where state = 'waiting';
    create index payment_inbox_unapplied on payment_inbox (payment_id, id) where state in ('waiting', 'told');
    create index payment_inbox_quarantined on payment_inbox (id) where state = 'quarantined';

    create table reconciliations (
      channel text not null,
      day date not null,
      bill_sha1 text not null,
      bill_rows integer not null,
      -- By the channel's book, and what our ledger has booked for the same numbers.
      paid_fen bigint not null,
      refunded_fen bigint not null,
      booked_paid_fen bigint not null,
      booked_refunded_fen bigint not null,
      -- Numbers that differed when the day was last compared.
      exceptions integer not null,
      created_at timestamptz not null default now(),
      checked_at timestamptz not null default now(),
      primary key (channel, day)
    );

    create table reconciliation_exceptions (
      id text primary key,
      channel text not null,
      day date not null,
      kind text not null,
      -- Channel number or refund number.
      number text not null,
      payment_id text references payments,
      bill_fen bigint,
      payment_fen bigint,
      ledger_fen bigint,
      state text not null default 'open' check (state in ('open', 'resolved')),
      found_at timestamptz not null default now(),
      resolved_at timestamptz,
      resolved_by text,
      resolution text,
      -- rule: difference-noted-once
      constraint reconciliation_exceptions_once unique (channel, day, kind, number),
      constraint reconciliation_exceptions_resolved
        check ((state = 'resolved') = (resolved_at is not null) and (state = 'resolved') = (resolved_by is not null))
    );
    create index reconciliation_exceptions_open on reconciliation_exceptions (id) where state = 'open';
    create index reconciliation_exceptions_of_number on reconciliation_exceptions (number);
    create index ledger_journals_of_channels on ledger_journals (posted_at)
      where kind in ('channel_receipt', 'channel_refund');

    alter table payments
      add constraint payments_settled_by foreign key (settled_by) references payment_attempts,
      -- rule: succeeded-by-an-attempt
      add constraint payments_succeeded_by_attempt check ((state = 'succeeded') = (settled_by is not null)),
      add constraint payments_succeeded_has_time check ((state = 'succeeded') = (settled_at is not null));

    alter table purchases
      -- The payment that may still pay the order.
      add column open_payment_id text references payments,
      -- What is to become of the order once that payment is certainly closed.
      add column closing_act text check (closing_act in ('cancel', 'expire', 'switch')),
      add column closing_command_id text,
      add column closing_actor text,
      add column closing_request_id text,
      -- rule: only-unpaid-orders-have-open-payments
      add constraint purchases_open_payment_before_payment
        check (open_payment_id is null or state = 'awaiting_payment'),
      -- rule: closing-closes-a-payment
      add constraint purchases_closing_closes check (closing_act is null or open_payment_id is not null);

    alter table ledger_accounts
      drop constraint ledger_accounts_purpose_check,
      add constraint ledger_accounts_purpose_check check
        (purpose in ('funding', 'balance', 'spent', 'wechat_pay', 'received', 'points_granted', 'points'));
    insert into ledger_accounts (id, enterprise_id, purpose)
      select purpose || ':' || e.id, e.id, purpose
        from enterprises e, unnest(array['wechat_pay', 'received']) as purpose;
    insert into ledger_balances (account_id, may_be_negative)
      select id, purpose = 'wechat_pay' from ledger_accounts where purpose in ('wechat_pay', 'received');
    alter table ledger_journals
      drop constraint ledger_journals_kind_check,
      add constraint ledger_journals_kind_check check
        (kind in ('top_up', 'purchase_payment', 'points_adjustment', 'channel_receipt', 'channel_refund'));

    grant select, insert, update on payments, payment_attempts, payment_refunds, payment_inbox to mallflow_app;
    grant select, insert, update on reconciliations, reconciliation_exceptions to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table ledger_journals
      drop constraint ledger_journals_kind_check,
      add constraint ledger_journals_kind_check
        check (kind in ('top_up', 'purchase_payment', 'points_adjustment'));
    delete from ledger_balances using ledger_accounts a
     where a.id = account_id and a.purpose in ('wechat_pay', 'received');
    delete from ledger_accounts where purpose in ('wechat_pay', 'received');
    alter table ledger_accounts
      drop constraint ledger_accounts_purpose_check,
      add constraint ledger_accounts_purpose_check
        check (purpose in ('funding', 'balance', 'spent', 'points_granted', 'points'));
    alter table purchases
      drop constraint purchases_closing_closes,
      drop column open_payment_id, drop column closing_act, drop column closing_command_id, drop column closing_actor,
      drop column closing_request_id;
    alter table payments drop column settled_by;
    drop index ledger_journals_of_channels;
    drop table reconciliation_exceptions, reconciliations, payment_inbox, payment_refunds, payment_attempts, payments;
  `);
}
