import type { Knex } from 'knex';

/**
 * 开通商户号: what a seller submitted (immutable), how it stands at each channel (one application per seller and channel,
 * under one request number for good), and what the seller said it remitted when its account was verified. Whatever is
 * personal stands sealed: a key's id beside a ciphertext.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table merchant_submissions (
      id text primary key,
      seller_id text not null references sellers,
      account_id text not null references accounts,
      -- Which applications it is for: both channels get the same data.
      channels text[] not null check (cardinality(channels) > 0 and channels <@ array['wechat_pay', 'tenpay']),
      licence_document_id text not null references documents,
      -- The form with the subject and the corporate account as they were then.
      form_key_id text not null,
      form_ciphertext bytea not null,
      created_at timestamptz not null default now()
    );
    create index merchant_submissions_of_seller on merchant_submissions (seller_id, created_at);

    create table merchant_applications (
      id text primary key,
      seller_id text not null references sellers,
      channel text not null check (channel in ('wechat_pay', 'tenpay')),
      -- rule: known-merchant-states
      state text not null check (state in
        ('submitted', 'in_review', 'verify_account', 'to_sign', 'rejected', 'opened', 'frozen')),
      state_since timestamptz not null default now(),
      -- Ours, kept through every resubmission.
      request_number text not null,
      submission_id text not null references merchant_submissions,
      -- Of the channel, as text: longer than a number can be.
      provider_id text,
      media_id text,
      merchant_id text,
      sign_url_key_id text,
      sign_url_ciphertext bytea,
      -- The remittance that verifies the account, while it is asked for.
      verification_key_id text,
      verification_ciphertext bytea,
      verification_deadline timestamptz,
      amount_tries integer not null default 0 check (amount_tries between 0 and 2),
      -- The seller said that it remitted.
      remitted_at timestamptz,
      -- What came back, at the fields of our form, in the channel's words.
      errors jsonb not null default '[]',
      polls integer not null default 0,
      failures integer not null default 0,
      failure_code text,
      asked_at timestamptz,
      -- When its run has to do something about it.
      next_at timestamptz not null default now(),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: one-application-per-channel
      constraint merchant_applications_one_per_channel unique (seller_id, channel),
      -- rule: request-number-is-one-applications
      constraint merchant_applications_request_number unique (channel, request_number),
      -- rule: opened-has-merchant-id
      constraint merchant_applications_opened_has_id check (state <> 'opened' or merchant_id is not null),
      -- rule: account-verification-is-whole
      constraint merchant_applications_verification_is_whole
        check (num_nonnulls(verification_key_id, verification_ciphertext, verification_deadline) in (0, 3)),
      constraint merchant_applications_sign_url_is_whole
        check ((sign_url_key_id is null) = (sign_url_ciphertext is null)),
      -- rule: asked-account-has-its-remittance
      constraint merchant_applications_asked_has_remittance
        check (state <> 'verify_account' or verification_deadline is not null)
    );
    create index merchant_applications_due on merchant_applications (next_at);

    -- Every form an application ever had, the rejected ones too.
    create table merchant_submission_uses (
      application_id text not null references merchant_applications,
      submission_id text not null references merchant_submissions,
      used_at timestamptz not null default now(),
      -- rule: submission-used-once
      primary key (application_id, submission_id)
    );
    create index merchant_submission_uses_of on merchant_submission_uses (submission_id);

    -- What the seller said it remitted, before anybody judged it.
    create table merchant_amounts (
      id text primary key,
      application_id text not null references merchant_applications,
      account_id text not null references accounts,
      amount_key_id text not null,
      amount_ciphertext bytea not null,
      -- Whether it was the amount asked for; once only.
      was_right boolean,
      created_at timestamptz not null default now()
    );
    create index merchant_amounts_of_application on merchant_amounts (application_id, created_at);

    -- rule: merchant-submissions-immutable
    grant select, insert, delete on merchant_submissions to mallflow_app;
    grant update (form_key_id, form_ciphertext) on merchant_submissions to mallflow_app;
    grant select, insert, update on merchant_applications, merchant_amounts to mallflow_app;
    grant select, insert on merchant_submission_uses to mallflow_app;
    grant delete on merchant_amounts to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table merchant_amounts, merchant_submission_uses, merchant_applications, merchant_submissions');
}
