import type { Knex } from 'knex';

/** What was uploaded and re-encoded; the bytes lie in the image store under the name. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table images (
      id text primary key,
      -- Random, so that knowing one image's address tells nothing of another's.
      name text not null unique,
      owner_account_id text not null references accounts,
      enterprise_id text references enterprises,
      content_type text not null check (content_type in ('image/png', 'image/jpeg')),
      width integer not null check (width > 0),
      height integer not null check (height > 0),
      bytes integer not null check (bytes > 0),
      created_at timestamptz not null default now()
    );
    create index images_of_enterprise on images (enterprise_id, id);

    grant select, insert on images to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table images');
}
