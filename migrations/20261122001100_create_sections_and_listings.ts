import type { Knex } from 'knex';

/** How a mall shows its sub-stock: sections (商品分组) and listings (商品上下架). */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table mall_sections (
      id text primary key,
      mall_id text not null references malls,
      name text not null,
      is_default boolean not null default false,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: section-name-once-per-mall
      constraint mall_sections_name_once unique (mall_id, name)
    );
    -- rule: one-default-section
    create unique index mall_sections_one_default on mall_sections (mall_id) where is_default;
    create index mall_sections_of_mall on mall_sections (mall_id, id);

    -- Malls that were there before sections get the section every new mall starts with.
    insert into mall_sections (id, mall_id, name, is_default)
      select 'sec_' || substr(id, 5), id, '默认分区', true from malls;

    create table listings (
      id text primary key,
      enterprise_id text not null references enterprises,
      mall_id text not null references malls,
      sub_stock_id text not null references sub_stocks,
      -- A void listing outlives its section.
      section_id text references mall_sections on delete set null,
      -- rule: known-listing-states
      state text not null check (state in ('offline', 'online', 'void')),
      name text not null,
      exchange_kind text not null check (exchange_kind in ('points', 'points_and_cash')),
      -- rule: listing-points-bounds
      points_price integer not null check (points_price between 1 and 100000000),
      -- rule: listing-cash-bounds
      cash_fen integer check (cash_fen between 1 and 10000000),
      strike_price_fen bigint check (strike_price_fen >= 1),
      sale_from timestamptz,
      sale_until timestamptz,
      rules text,
      description text,
      arrival_days integer check (arrival_days >= 0),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: cash-goes-with-its-kind
      constraint listings_cash_goes_with_kind check ((exchange_kind = 'points_and_cash') = (cash_fen is not null)),
      -- rule: listing-has-section
      constraint listings_have_section check (state = 'void' or section_id is not null),
      -- rule: sale-runs-forward
      constraint listings_sale check (sale_from is null or sale_until is null or sale_from < sale_until)
    );
    create index listings_of_mall on listings (mall_id, id);
    create index listings_of_mall_by_state on listings (mall_id, state, id);
    create index listings_of_section on listings (section_id, id) where state <> 'void';
    create index listings_on_shelf on listings (mall_id, section_id, id) where state = 'online';
    create index listings_of_sub_stock on listings (sub_stock_id) where state <> 'void';

    grant select, insert, update, delete on mall_sections to mallflow_app;
    grant select, insert, update on listings to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop table listings, mall_sections');
}
