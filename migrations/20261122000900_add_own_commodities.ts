import type { Knex } from 'knex';

/**
 * Commodities an enterprise adds itself, in two steps (guide A, 自行添加积分商品), their codes, and the movements that
 * explain every number of the stock.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table commodities
      add column purpose text not null default 'points_operation',
      add column award_template_id text,
      add column cover_image_id text references images,
      add column detail_image_id text references images,
      add column platforms text[] not null default '{}',
      add column tags text[] not null default '{}',
      add column remark text,
      add column draft_expires_at timestamptz,
      add column reminded_at timestamptz,
      add column added_by text references accounts,
      -- rule: known-purposes
      add constraint commodities_purpose check (purpose in ('points_operation', 'e_commerce')),
      -- rule: known-categories
      add constraint commodities_category check (category in
        ('physical', 'coupon', 'points', 'cdk', 'wechat_red_packet', 'direct_top_up', 'rights_pack')),
      -- rule: e-commerce-is-physical
      add constraint commodities_e_commerce_is_physical check (purpose = 'points_operation' or category = 'physical'),
      -- rule: own-has-first-step
      add constraint commodities_own_has_first_step check (source = 'purchased' or
        (award_template_id is not null and cover_image_id is not null and detail_image_id is not null
         and added_by is not null and draft_expires_at is not null)),
      -- Only the second step creates stock.
      -- rule: draft-has-no-stock
      add constraint commodities_draft_has_no_stock check (state not in ('draft', 'discarded') or total = 0);
    create index commodities_of_enterprise_by_state on commodities (enterprise_id, state, id);
    create index commodities_by_expiry on commodities (expires_at) where state in ('online', 'offline');

    -- A code is stored encrypted; its fingerprint is keyed and tells equal codes apart from different ones, nothing else.
    create table commodity_codes (
      id bigint generated always as identity primary key,
      commodity_id text not null references commodities,
      key_id text not null,
      ciphertext bytea not null,
      fingerprint bytea not null,
      imported_at timestamptz not null default now(),
      -- rule: code-once-per-commodity
      constraint commodity_codes_once unique (commodity_id, fingerprint)
    );

    -- Signed quantities, written once: of a commodity's own rows they sum to its total, of all rows of its sub-stocks to
    -- what is allocated, of one sub-stock's rows to what that was given.
    create table stock_movements (
      id bigint generated always as identity primary key,
      at timestamptz not null default clock_timestamp(),
      commodity_id text not null references commodities,
      sub_stock_id text,
      kind text not null check (kind in ('added', 'increased', 'allocated', 'restocked', 'returned', 'deleted')),
      -- rule: movement-moves
      quantity integer not null check (quantity <> 0),
      actor text not null,
      request_id text,
      -- rule: movement-where-it-belongs
      constraint stock_movements_level check ((kind in ('added', 'increased')) = (sub_stock_id is null)),
      -- rule: movement-direction
      constraint stock_movements_direction check ((kind in ('returned', 'deleted')) = (quantity < 0))
    );
    create index stock_movements_of_commodity on stock_movements (commodity_id, id);
    create index stock_movements_of_sub_stock on stock_movements (sub_stock_id, id) where sub_stock_id is not null;

    insert into stock_movements (commodity_id, kind, quantity, actor)
      select id, 'added', total, 'system' from commodities where total > 0;

    -- rule: codes-stay
    grant select, insert on commodity_codes to mallflow_app;
    -- rule: movements-immutable
    grant select, insert on stock_movements to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table stock_movements, commodity_codes;
    drop index commodities_by_expiry, commodities_of_enterprise_by_state;
    alter table commodities
      drop constraint commodities_draft_has_no_stock,
      drop constraint commodities_own_has_first_step,
      drop constraint commodities_e_commerce_is_physical,
      drop constraint commodities_category,
      drop constraint commodities_purpose,
      drop column added_by, drop column reminded_at, drop column draft_expires_at, drop column remark,
      drop column tags, drop column platforms, drop column detail_image_id, drop column cover_image_id,
      drop column award_template_id, drop column purpose;
  `);
}
