import type { Knex } from 'knex';

/**
 * 平台认证费: one row per seller and period, beside the payments of the points mall. A seller gets three accounts of the
 * ledger with the first of them: `wechat_pay` mirrors what the channel took in, `received` is what of that is neither
 * earned nor given back, `spent` is what was paid for a period.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table certification_fees (
      id text primary key,
      seller_id text not null references sellers,
      -- The seller's first period is 1.
      year integer not null check (year >= 1),
      -- As configured when the period opened.
      amount_fen bigint not null check (amount_fen > 0),
      -- rule: known-fee-states
      state text not null default 'unpaid' check (state in ('unpaid', 'paying', 'paid', 'expired')),
      state_since timestamptz not null default now(),
      -- The payment that may still pay it.
      open_payment_id text references payments,
      -- 暂不缴纳.
      deferred_at timestamptz,
      valid_from timestamptz,
      valid_until timestamptz,
      -- How many of the reminders before the end are over.
      reminded integer not null default 0 check (reminded >= 0),
      -- When its clock has something to do.
      due_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: fee-period-once
      constraint certification_fees_once unique (seller_id, year),
      -- rule: paying-fee-has-its-payment
      constraint certification_fees_paying_has_payment check ((state = 'paying') = (open_payment_id is not null)),
      -- rule: paid-fee-has-its-time
      constraint certification_fees_paid_has_time check (
        (state in ('paid', 'expired')) = (valid_from is not null)
        and (valid_from is null) = (valid_until is null) and valid_from < valid_until)
    );
    -- rule: one-payable-fee-per-seller
    create unique index certification_fees_one_payable on certification_fees (seller_id)
      where state in ('unpaid', 'paying');

    alter table payments
      drop constraint payments_subject_kind_check,
      add constraint payments_subject_kind_check check (subject_kind in ('purchase', 'certification_fee')),
      -- rule: subject-is-its-tenants
      add constraint payments_subject_of_tenant
        check ((subject_kind = 'certification_fee') = (seller_id is not null));
    alter table ledger_journals
      drop constraint ledger_journals_kind_check,
      add constraint ledger_journals_kind_check check
        (kind in ('top_up', 'purchase_payment', 'fee_payment', 'points_adjustment', 'channel_receipt',
                  'channel_refund'));

    grant select, insert, update on certification_fees to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table ledger_journals
      drop constraint ledger_journals_kind_check,
      add constraint ledger_journals_kind_check check
        (kind in ('top_up', 'purchase_payment', 'points_adjustment', 'channel_receipt', 'channel_refund'));
    alter table payments
      drop constraint payments_subject_of_tenant,
      drop constraint payments_subject_kind_check,
      add constraint payments_subject_kind_check check (subject_kind in ('purchase'));
    drop table certification_fees;
  `);
}
