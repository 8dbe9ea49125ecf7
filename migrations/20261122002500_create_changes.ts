import type { Knex } from 'knex';

/**
 * What changed, to be told to whoever looks on. A change is put into the outbox by the transaction that makes it; one
 * sequencer at a time moves what is committed to the feed, so that the numbers there come in the order in which they can
 * be read: whoever has read up to a number has missed nothing below it.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table change_outbox (
      id bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(),
      type text not null,
      subject_id text not null,
      process_id text,
      enterprise_id text,
      seller_id text
    );

    create table changes (
      seq bigint generated always as identity primary key,
      at timestamptz not null,
      type text not null,
      subject_id text not null,
      process_id text,
      enterprise_id text,
      seller_id text
    );
    create index changes_by_time on changes (at);

    -- Its only row is what sequencers lock; changes up to the number are no longer kept.
    create table change_cursor (
      only_one boolean primary key default true check (only_one),
      swept_to bigint not null default 0
    );
    insert into change_cursor default values;

    grant select, insert, delete on change_outbox, changes to mallflow_app;
    grant select, update on change_cursor to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table change_cursor, changes, change_outbox');
}
