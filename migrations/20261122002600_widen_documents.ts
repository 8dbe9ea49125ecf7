import type { Knex } from 'knex';

const evidence = `'application/pdf', 'image/png', 'image/jpeg'`;
const files = `'application/msword', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.ms-powerpoint', 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  'application/zip', 'application/vnd.rar'`;

/** The document of a product may be a file that is only saved, and never held against a form. */
export async function up(knex: Knex): Promise<void> {
  await allow(knex, `${evidence}, ${files}`);
}

export async function down(knex: Knex): Promise<void> {
  await allow(knex, evidence);
}

async function allow(knex: Knex, types: string): Promise<void> {
  await knex.raw(`
    alter table documents drop constraint documents_content_type_check;
    alter table documents add constraint documents_content_type_check check (content_type in (${types}));
  `);
}
