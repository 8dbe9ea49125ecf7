import type { Knex } from 'knex';

/** Stock on its way to a mall (分配库存), and what a mall has (产品子库存). One confirmed allocation makes one sub-stock. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table stock_allocations (
      id text primary key,
      enterprise_id text not null references enterprises,
      commodity_id text not null references commodities,
      mall_id text not null references malls,
      proposed_by text not null references accounts,
      -- rule: known-allocation-states
      state text not null check (state in ('awaiting_confirmation', 'confirmed', 'cancelled', 'expired')),
      -- rule: allocation-is-a-quantity
      quantity integer not null check (quantity > 0),
      -- What was left of the commodity before and after the hold was placed: the preview.
      left_before integer not null,
      left_after integer not null,
      -- -1 = unlimited
      -- rule: daily-limit-bounds
      daily_limit integer not null check (daily_limit = -1 or daily_limit >= 1),
      member_limits jsonb not null,
      valid_from timestamptz,
      valid_until timestamptz,
      auto_award boolean not null,
      remark text,
      award jsonb,
      expires_at timestamptz not null,
      due_at timestamptz,
      sub_stock_id text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: preview-adds-up
      constraint stock_allocations_preview check (left_after = left_before - quantity and left_after >= 0),
      -- rule: validity-runs-forward
      constraint stock_allocations_validity check (valid_from is null or valid_until is null or valid_from < valid_until),
      -- rule: confirmed-has-sub-stock
      constraint stock_allocations_confirmed check ((state = 'confirmed') = (sub_stock_id is not null))
    );
    create index stock_allocations_of_enterprise on stock_allocations (enterprise_id, id);
    create index stock_allocations_of_commodity on stock_allocations (commodity_id, id);

    create table sub_stocks (
      id text primary key,
      enterprise_id text not null references enterprises,
      commodity_id text not null references commodities,
      mall_id text not null references malls,
      -- rule: allocated-once
      allocation_id text not null unique references stock_allocations,
      -- 'deleted' keeps the row for its movements; nobody sees it any more.
      -- rule: known-sub-stock-states
      state text not null check (state in ('online', 'offline', 'deleted')),
      allocated integer not null check (allocated >= 0),
      held integer not null default 0 check (held >= 0),
      consumed integer not null default 0 check (consumed >= 0),
      daily_limit integer not null check (daily_limit = -1 or daily_limit >= 1),
      member_limits jsonb not null,
      valid_from timestamptz,
      valid_until timestamptz,
      auto_award boolean not null,
      remark text,
      award jsonb,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- rule: sub-stock-not-overdrawn
      constraint sub_stocks_not_overdrawn check (held + consumed <= allocated),
      constraint sub_stocks_validity check (valid_from is null or valid_until is null or valid_from < valid_until),
      -- rule: deleted-has-nothing-left
      constraint sub_stocks_deleted_is_empty check (state <> 'deleted' or (held = 0 and consumed = allocated))
    );
    create index sub_stocks_of_enterprise on sub_stocks (enterprise_id, id);
    create index sub_stocks_of_mall on sub_stocks (mall_id, id);
    create index sub_stocks_of_commodity on sub_stocks (commodity_id);

    alter table stock_allocations add constraint stock_allocations_sub_stock foreign key (sub_stock_id)
      references sub_stocks deferrable initially deferred;
    alter table stock_movements add constraint stock_movements_sub_stock foreign key (sub_stock_id)
      references sub_stocks;

    grant select, insert, update on stock_allocations, sub_stocks to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table stock_movements drop constraint stock_movements_sub_stock;
    alter table stock_allocations drop constraint stock_allocations_sub_stock;
    drop table sub_stocks, stock_allocations;
  `);
}
