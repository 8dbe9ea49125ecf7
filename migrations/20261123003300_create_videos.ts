import type { Knex } from 'knex';

/** Videos of products, sent piece by piece; the bytes lie in the video store under the name. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table videos (
      id text primary key,
      -- Random, so that knowing one video's address tells nothing of another's.
      name text not null unique,
      owner_account_id text not null references accounts,
      seller_id text not null references sellers,
      bytes integer not null check (bytes between 1 and 104857600),
      -- From the beginning on; it is stored once all are here.
      received_bytes integer not null default 0,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: no-more-than-announced
      constraint videos_are_no_longer check (received_bytes between 0 and bytes)
    );
    create index videos_of_seller on videos (seller_id, id);

    grant select, insert, delete, update (received_bytes, updated_at) on videos to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table videos');
}
