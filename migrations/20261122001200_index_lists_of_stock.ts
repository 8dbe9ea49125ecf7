import type { Knex } from 'knex';

/** A page of a list of stock is one walk along an index, whatever it is filtered by and however little it finds. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create index commodities_of_enterprise_by_category on commodities (enterprise_id, category, id);
    create index commodities_of_enterprise_by_source on commodities (enterprise_id, source, id);
    create index stock_allocations_of_enterprise_by_state on stock_allocations (enterprise_id, state, id);
    create index stock_allocations_of_mall on stock_allocations (mall_id, id);
    create index sub_stocks_of_enterprise_by_state on sub_stocks (enterprise_id, state, id);
    drop index sub_stocks_of_commodity;
    create index sub_stocks_of_commodity on sub_stocks (commodity_id, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop index sub_stocks_of_commodity;
    create index sub_stocks_of_commodity on sub_stocks (commodity_id);
    drop index sub_stocks_of_enterprise_by_state, stock_allocations_of_mall, stock_allocations_of_enterprise_by_state,
      commodities_of_enterprise_by_source, commodities_of_enterprise_by_category;
  `);
}
