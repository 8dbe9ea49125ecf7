import type { Knex } from 'knex';

/**
 * A seller's way in: where it stands, the forms that were handed in (never changed afterwards), and how far what they
 * ask for has come. What is personal or a bank's stands sealed; the sum of a transfer too, since whoever knows it proves
 * to own the account.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table seller_onboardings (
      id text primary key,
      seller_id text not null unique references sellers,
      account_id text not null references accounts,
      agreement_version text not null,
      stage text not null check (stage in
        ('enterprise_verification', 'company_information', 'certification_fee', 'seller_centre', 'complete')),
      -- The submissions that count; null before the first.
      verification_id text,
      information_id text,
      information_accepted_at timestamptz,
      -- Since when nothing happened, and how often the seller was reminded of it.
      turn_since timestamptz not null default now(),
      reminders_sent integer not null default 0,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint seller_onboardings_information_before_fee check
        ((stage in ('enterprise_verification', 'company_information')) = (information_accepted_at is null))
    );

    -- 企业实名认证, one row per form that was handed in; 'submitted' means nothing until its case takes it up.
    create table enterprise_verifications (
      id text primary key,
      seller_id text not null references sellers,
      -- Of the claim it came with: a repeated delivery finds its row.
      claimed_as text not null unique,
      method text not null check (method in ('corporate_transfer', 'legal_person_scan')),
      enterprise_name text not null,
      code text not null,
      licence_document_id text not null references documents,
      -- Contact and bank, or the legal representative.
      details_key_id text not null,
      details_ciphertext bytea not null,
      state text not null default 'submitted'
        check (state in ('submitted', 'in_progress', 'in_review', 'action_needed', 'withdrawn', 'met')),
      state_since timestamptz not null default now(),
      registry text not null default 'pending'
        check (registry in ('pending', 'not_found', 'differs', 'agreed', 'accepted')),
      registry_next_at timestamptz,
      registry_polls integer not null default 0,
      registry_failures integer not null default 0,
      proof text not null default 'pending' check (proof in ('pending', 'begun', 'proven', 'failed')),
      proof_next_at timestamptz,
      proof_polls integer not null default 0,
      proof_failures integer not null default 0,
      -- What was transferred, in fen.
      amount_key_id text,
      amount_ciphertext bytea,
      transfer_arrived_at timestamptz,
      tries_left integer not null default 0 check (tries_left >= 0),
      scan_url_key_id text,
      scan_url_ciphertext bytea,
      -- Until when the seller has to prove.
      due_at timestamptz,
      review_id text,
      review_due_at timestamptz,
      errors jsonb not null default '[]',
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: met-has-both-legs
      constraint enterprise_verifications_met_has_both_legs
        check (state <> 'met' or (registry in ('agreed', 'accepted') and proof = 'proven')),
      constraint enterprise_verifications_amount_names_its_key
        check ((amount_key_id is null) = (amount_ciphertext is null)),
      constraint enterprise_verifications_scan_url_names_its_key
        check ((scan_url_key_id is null) = (scan_url_ciphertext is null))
    );
    -- rule: one-verification-under-way
    create unique index enterprise_verifications_one_under_way on enterprise_verifications (seller_id)
      where state in ('in_progress', 'in_review');
    create index enterprise_verifications_of_seller on enterprise_verifications (seller_id, id);
    create index enterprise_verifications_inert on enterprise_verifications (created_at) where state = 'submitted';

    -- Each time a seller told the sum of a transfer: the row is the try, so that it counts once however often it is sent.
    create table transfer_amount_entries (
      id text primary key,
      verification_id text not null references enterprise_verifications,
      amount_key_id text not null,
      amount_ciphertext bytea not null,
      outcome text check (outcome in ('right', 'wrong')),
      tries_left integer,
      entered_at timestamptz not null default now(),
      judged_at timestamptz,
      constraint transfer_amount_entries_judged check ((outcome is null) = (judged_at is null))
    );
    create index transfer_amount_entries_of_verification on transfer_amount_entries (verification_id);
    create index transfer_amount_entries_inert on transfer_amount_entries (entered_at) where outcome is null;

    -- What the partner told about scans, signed and verified, once per event.
    create table scan_reports (
      -- rule: scan-report-taken-in-once
      event_id text primary key,
      reference text not null,
      outcome text not null check (outcome in ('passed', 'failed')),
      received_at timestamptz not null default clock_timestamp(),
      applied_at timestamptz
    );
    create index scan_reports_waiting on scan_reports (received_at) where applied_at is null;

    -- 填写信息, one row per form that was handed in.
    create table company_informations (
      id text primary key,
      seller_id text not null references sellers,
      claimed_as text not null unique,
      code text not null,
      details_key_id text not null,
      details_ciphertext bytea not null,
      bank_proof_document_id text references documents,
      state text not null default 'submitted' check (state in ('submitted', 'in_review', 'action_needed', 'accepted')),
      state_since timestamptz not null default now(),
      review_id text,
      review_due_at timestamptz,
      errors jsonb not null default '[]',
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index company_informations_one_accepted on company_informations (seller_id) where state = 'accepted';
    create index company_informations_of_seller on company_informations (seller_id, id);
    create index company_informations_inert on company_informations (created_at) where state = 'submitted';

    alter table seller_onboardings
      add constraint seller_onboardings_verification foreign key (verification_id) references enterprise_verifications,
      add constraint seller_onboardings_information foreign key (information_id) references company_informations;

    grant select, insert, update on seller_onboardings, scan_reports to mallflow_app;
    -- rule: submissions-immutable
    grant select, insert, delete on enterprise_verifications, company_informations, transfer_amount_entries to mallflow_app;
    grant update (state, state_since, registry, registry_next_at, registry_polls, registry_failures, proof, proof_next_at,
                  proof_polls, proof_failures, amount_key_id, amount_ciphertext, transfer_arrived_at, tries_left,
                  scan_url_key_id, scan_url_ciphertext, due_at, review_id, review_due_at, errors, updated_at)
      on enterprise_verifications to mallflow_app;
    grant update (state, state_since, review_id, review_due_at, errors, updated_at) on company_informations to mallflow_app;
    grant update (id, outcome, tries_left, judged_at) on transfer_amount_entries to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table seller_onboardings
      drop constraint seller_onboardings_verification,
      drop constraint seller_onboardings_information;
    drop table company_informations, scan_reports, transfer_amount_entries, enterprise_verifications, seller_onboardings;
  `);
}
