import type { Knex } from 'knex';

/**
 * 店铺: what a seller works on (draft), what was handed in (submissions, as they were) and what buyers see (revisions,
 * never changed). The shop's row names the one that is published. And what operators take down: shops, listings of a
 * mall, benefits.
 */
export async function up(knex: Knex): Promise<void> {
  await createShops(knex);
  await createPublishing(knex);
  await addTakeDowns(knex);
}

async function createShops(knex: Knex): Promise<void> {
  await knex.raw(`
    create table shops (
      seller_id text primary key references sellers,
      draft jsonb not null,
      draft_version integer not null default 1 check (draft_version > 0),
      -- rule: known-shop-draft-states
      draft_state text not null check (draft_state in ('editing', 'in_review', 'changes_requested')),
      draft_since timestamptz not null default now(),
      draft_errors jsonb not null default '[]',
      -- What is with a reviewer.
      submission_id text,
      -- The draft that was rejected: it is edited before it is submitted again.
      rejected_version integer,
      published_revision_id text,
      taken_down_at timestamptz,
      taken_down_by text references accounts,
      taken_down_reason text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: shop-in-review-names-its-submission
      constraint shops_in_review_names_its_submission check
        ((draft_state = 'in_review') = (submission_id is not null)),
      -- rule: shop-take-down-says-why
      constraint shops_take_down_is_whole check
        ((taken_down_at is null) = (taken_down_by is null) and (taken_down_at is null) = (taken_down_reason is null)),
      -- rule: only-published-shops-are-taken-down
      constraint shops_taken_down_was_published check (taken_down_at is null or published_revision_id is not null)
    );

    grant select, insert, update on shops to mallflow_app;
  `);
}

async function createPublishing(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What was handed in, frozen; inert until its review is opened.
    create table shop_submissions (
      id text primary key,
      seller_id text not null references shops,
      draft_version integer not null check (draft_version > 0),
      body jsonb not null,
      opened_at timestamptz,
      outcome text check (outcome in ('approve', 'request_changes', 'reject', 'withdraw')),
      closed_at timestamptz,
      created_at timestamptz not null default now(),
      -- rule: shop-submission-closes-with-its-outcome
      constraint shop_submissions_closed_has_outcome check ((outcome is null) = (closed_at is null)),
      -- rule: shop-submission-is-opened-before-it-closes
      constraint shop_submissions_closed_was_open check (closed_at is null or opened_at is not null)
    );
    create index shop_submissions_of_seller on shop_submissions (seller_id, id);
    create index shop_submissions_inert on shop_submissions (created_at) where opened_at is null;

    create table shop_revisions (
      id text primary key,
      seller_id text not null references shops,
      number integer not null check (number > 0),
      -- Null where an automatic check sufficed.
      -- rule: shop-published-once-per-submission
      submission_id text constraint shop_revisions_one_per_submission unique references shop_submissions,
      body jsonb not null,
      published_at timestamptz not null default now(),
      -- rule: shop-revisions-are-numbered
      constraint shop_revisions_numbered unique (seller_id, number)
    );

    alter table shops
      add constraint shops_submission_is_there foreign key (submission_id) references shop_submissions,
      add constraint shops_revision_is_there foreign key (published_revision_id) references shop_revisions;

    -- What was handed in stays as it was; what is published stays for good.
    grant select, insert, delete, update (opened_at, outcome, closed_at) on shop_submissions to mallflow_app;
    grant select, insert on shop_revisions to mallflow_app;
  `);
}

async function addTakeDowns(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table listings
      add column taken_down_at timestamptz,
      add column taken_down_by text references accounts,
      add column taken_down_reason text,
      -- rule: listing-take-down-says-why
      add constraint listings_take_down_is_whole check
        ((taken_down_at is null) = (taken_down_by is null) and (taken_down_at is null) = (taken_down_reason is null)),
      -- rule: taken-down-listing-is-not-online
      add constraint listings_taken_down_is_not_online check (taken_down_at is null or state <> 'online');
    alter table benefits
      add column taken_down_at timestamptz,
      add column taken_down_by text references accounts,
      add column taken_down_reason text,
      -- rule: benefit-take-down-says-why
      add constraint benefits_take_down_is_whole check
        ((taken_down_at is null) = (taken_down_by is null) and (taken_down_at is null) = (taken_down_reason is null));
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table benefits drop column taken_down_at, drop column taken_down_by, drop column taken_down_reason;
    alter table listings drop column taken_down_at, drop column taken_down_by, drop column taken_down_reason;
    alter table shops drop constraint shops_submission_is_there, drop constraint shops_revision_is_there;
    drop table shop_revisions;
    drop table shop_submissions;
    drop table shops;
  `);
}
