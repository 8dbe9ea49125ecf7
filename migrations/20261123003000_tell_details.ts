import type { Knex } from 'knex';

/**
 * What a hand decided or set, beside the reason: `{outcome}` of a decision, `{to}` the account something was given to,
 * `{until}` a deadline's new time, `{step}` what a second operator was asked for.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table case_events add column detail jsonb;
    alter table audit_log add column detail jsonb;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table audit_log drop column detail;
    alter table case_events drop column detail;
  `);
}
