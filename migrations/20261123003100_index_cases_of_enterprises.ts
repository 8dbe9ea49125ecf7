import type { Knex } from 'knex';

/** An operator looks for the cases of an enterprise by its id. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(
    'create index process_cases_of_enterprise on process_cases (enterprise_id, id) where enterprise_id is not null',
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index process_cases_of_enterprise');
}
