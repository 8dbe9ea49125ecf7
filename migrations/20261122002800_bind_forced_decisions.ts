import type { Knex } from 'knex';

/** A review that operators decided names a decision that a second one confirmed, and no other review does. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table review_decisions
      add column by_two boolean generated always as (confirmed_by is not null) stored,
      add constraint review_decisions_by_two unique (id, by_two);
    alter table reviews
      add column by_two boolean generated always as (decided_by = 'operator') stored,
      -- rule: operators-decide-by-two
      add constraint reviews_by_two foreign key (decision_id, by_two) references review_decisions (id, by_two);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table reviews drop constraint reviews_by_two, drop column by_two;
    alter table review_decisions drop constraint review_decisions_by_two, drop column by_two;
  `);
}
