import type { Knex } from 'knex';

/**
 * The group role the product runs as. Roles belong to the whole cluster, so another database of the same cluster may
 * be creating it this very moment: every race is tolerated. Membership is granted with SET, which PostgreSQL 16 and
 * later do not give to the creator of a role by itself.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    do $$ begin
      if not exists (select from pg_roles where rolname = 'mallflow_app') then
        create role mallflow_app nologin;
      end if;
    exception when duplicate_object or unique_violation then null;
    end $$`);
  await knex.raw(`
    do $$ begin
      if not pg_has_role(current_user, 'mallflow_app', 'SET') then
        execute format('grant mallflow_app to %I with set true', current_user);
      end if;
    exception when unique_violation or internal_error then null;
    end $$`);
  await knex.raw('grant usage on schema public to mallflow_app');
}

export async function down(knex: Knex): Promise<void> {
  // The role stays: other databases of the cluster may use it.
  await knex.raw('revoke usage on schema public from mallflow_app');
}
