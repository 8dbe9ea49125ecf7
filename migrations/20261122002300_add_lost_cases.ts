import type { Knex } from 'knex';

/**
 * `lost`: a case that is not over, of which the engine has no run. Its stage, turn and due time stay what they are. And
 * what the engine's own note said when it was last written: where the two fall apart, one store was restored from before.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table process_cases
      add column lost_at timestamptz,
      add column lost_why text check (lost_why in ('missing', 'terminated', 'failed', 'timed_out', 'ended')),
      drop constraint process_cases_closed,
      -- rule: closed-has-time
      add constraint process_cases_closed check ((state in ('open', 'lost')) = (closed_at is null)),
      drop constraint process_cases_closed_is_nobodys_turn,
      -- rule: closed-is-nobodys-turn
      add constraint process_cases_closed_is_nobodys_turn check (state in ('open', 'lost') or whose_turn = 'nobody'),
      -- rule: lost-says-why
      add constraint process_cases_lost_says_why check (state <> 'lost' or (lost_at is not null and lost_why is not null));
    create index process_cases_lost on process_cases (id) where state = 'lost';

    create table engine_witness (
      queue text primary key,
      last_event bigint not null
    );
    grant select, insert, update on engine_witness to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table engine_witness;
    update process_cases set state = 'open' where state = 'lost';
    drop index process_cases_lost;
    alter table process_cases
      drop constraint process_cases_lost_says_why,
      drop constraint process_cases_closed_is_nobodys_turn,
      add constraint process_cases_closed_is_nobodys_turn check (state = 'open' or whose_turn = 'nobody'),
      drop constraint process_cases_closed,
      add constraint process_cases_closed check ((state = 'open') = (closed_at is null)),
      drop column lost_at,
      drop column lost_why;
  `);
}
