import type { Knex } from 'knex';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table benefits (
      id text primary key,
      name text not null,
      kind text not null check (kind in ('coupon', 'direct_top_up', 'rights_pack')),
      price_fen bigint not null check (price_fen > 0),
      validity_days integer check (validity_days > 0),
      exchange_notes text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: validity-of-rights-packs-alone
      constraint benefits_only_rights_packs_expire check ((kind = 'rights_pack') = (validity_days is not null))
    );

    -- One row is one purchase order; the benefit is frozen into it as it was when the order was placed.
    create table purchases (
      id text primary key,
      enterprise_id text not null references enterprises,
      placed_by text not null references accounts,
      benefit jsonb not null,
      -- rule: pieces-of-an-order
      quantity integer not null check (quantity between 1 and 100000),
      unit_price_fen bigint not null check (unit_price_fen > 0),
      total_fen bigint not null,
      -- rule: known-purchase-states
      state text not null check (state in
        ('awaiting_payment', 'paid', 'stocked', 'closed', 'cancelled', 'expired')),
      due_at timestamptz,
      expires_at timestamptz not null,
      commodity_id text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: total-is-price-times-quantity
      constraint purchases_total check (total_fen = unit_price_fen * quantity),
      -- rule: stocked-has-commodity
      constraint purchases_stocked_has_commodity
        check ((state in ('stocked', 'closed')) = (commodity_id is not null))
    );
    create index purchases_of_enterprise on purchases (enterprise_id, id);
    create index purchases_of_enterprise_by_state on purchases (enterprise_id, state, id);

    create table commodities (
      id text primary key,
      enterprise_id text not null references enterprises,
      source text not null check (source in ('own', 'purchased')),
      state text not null check (state in ('draft', 'online', 'offline', 'expired', 'discarded')),
      category text not null,
      name text not null,
      price_fen bigint not null check (price_fen >= 0),
      redemption_note text not null,
      expires_at timestamptz,
      purchase_id text references purchases,
      total integer not null check (total >= 0),
      allocated integer not null default 0 check (allocated >= 0),
      -- rule: stock-held-not-negative
      held integer not null default 0 check (held >= 0),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- A paid order enters stock exactly once, whatever runs twice.
      -- rule: stocked-once-per-order
      constraint commodities_once_per_purchase unique (purchase_id),
      -- rule: purchased-stock-has-order
      constraint commodities_purchased_from_order check ((source = 'purchased') = (purchase_id is not null)),
      -- rule: stock-not-over-allocated
      constraint commodities_not_over_allocated check (allocated + held <= total)
    );
    create index commodities_of_enterprise on commodities (enterprise_id, id);

    alter table purchases add constraint purchases_commodity foreign key (commodity_id)
      references commodities deferrable initially deferred;

    grant select, insert, update on benefits, purchases, commodities to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table purchases drop constraint purchases_commodity;
    drop table commodities, purchases, benefits;
  `);
}
