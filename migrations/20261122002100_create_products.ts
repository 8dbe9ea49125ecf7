import type { Knex } from 'knex';

/** 商品分类, as deep as they go; products take a leaf. Ids are fixed: one of them asks for a document. */
const categories = [
  ['cat_software', null, '基础软件', 'Infrastructure software'],
  ['cat_operating_system', 'cat_software', '操作系统', 'Operating systems'],
  ['cat_database', 'cat_software', '数据库', 'Databases'],
  ['cat_runtime', 'cat_software', '运行环境', 'Runtimes'],
  ['cat_middleware', 'cat_software', '中间件', 'Middleware'],
  ['cat_business', null, '企业应用', 'Business applications'],
  ['cat_office', 'cat_business', '协同办公', 'Office and collaboration'],
  ['cat_customer_management', 'cat_business', '客户管理', 'Customer management'],
  ['cat_finance', 'cat_business', '财务管理', 'Finance'],
  ['cat_human_resources', 'cat_business', '人力资源', 'Human resources'],
  ['cat_commerce', 'cat_business', '电商零售', 'Commerce and retail'],
  ['cat_website', null, '建站与推广', 'Websites and marketing'],
  ['cat_site_building', 'cat_website', '网站建设', 'Website building'],
  ['cat_mini_program', 'cat_website', '小程序', 'Mini programs'],
  ['cat_security', null, '安全', 'Security'],
  ['cat_host_security', 'cat_security', '主机安全', 'Host security'],
  ['cat_data_security', 'cat_security', '数据安全', 'Data security'],
  ['cat_data', null, '数据与 API', 'Data and APIs'],
  ['cat_enterprise_data', 'cat_data', '企业数据', 'Data about companies'],
  ['cat_recognition', 'cat_data', '图像与文字识别', 'Image and text recognition'],
  ['cat_service', null, '专家服务', 'Expert services'],
  ['cat_maintenance', 'cat_service', '运维服务', 'Operation and maintenance'],
  ['cat_migration', 'cat_service', '上云迁移', 'Migration to the cloud'],
  ['cat_training', 'cat_service', '培训与咨询', 'Training and consulting'],
] as const;

/**
 * 商品: what a seller works on (draft), what it handed in (submissions, as they were) and what buyers see (revisions,
 * never changed). The product's row names the one that is published.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create table product_categories (
      id text primary key,
      parent_id text references product_categories,
      zh text not null,
      en text not null,
      position integer not null unique
    );
    grant select on product_categories to mallflow_app;
  `);
  let position = 0;
  for (const [id, parent, zh, en] of categories)
    await knex.raw('insert into product_categories (id, parent_id, zh, en, position) values (?, ?, ?, ?, ?)', [
      ...[id, parent, zh, en],
      ++position,
    ]);
  await createProducts(knex);
  await createPublishing(knex);
}

async function createProducts(knex: Knex): Promise<void> {
  await knex.raw(`
    create table products (
      id text primary key,
      seller_id text not null references sellers,
      delivery_type text not null check (delivery_type in ('manual', 'saas', 'image', 'api')),
      -- rule: known-product-states
      state text not null check
        (state in ('draft', 'in_review', 'changes_requested', 'rejected', 'approved', 'listed', 'unlisted')),
      state_since timestamptz not null default now(),
      draft jsonb not null,
      draft_version integer not null default 1 check (draft_version > 0),
      draft_state text not null check (draft_state in ('editing', 'in_review', 'changes_requested')),
      draft_since timestamptz not null default now(),
      draft_errors jsonb not null default '[]',
      -- What is with a reviewer.
      submission_id text,
      -- The draft that was rejected: it is edited before it is submitted again.
      rejected_version integer,
      published_revision_id text,
      first_listed_at timestamptz,
      listed_at timestamptz,
      taken_down_at timestamptz,
      taken_down_by text references accounts,
      taken_down_reason text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      category_id text not null generated always as (draft ->> 'categoryId') stored references product_categories,
      name text not null generated always as (draft ->> 'name') stored,
      -- rule: sale-needs-a-published-revision
      constraint products_sale_needs_a_revision check
        ((published_revision_id is null) = (state in ('draft', 'in_review', 'changes_requested', 'rejected'))),
      -- rule: unpublished-is-as-its-draft
      constraint products_unpublished_is_as_its_draft check
        (case state when 'draft' then draft_state = 'editing' when 'rejected' then draft_state = 'editing'
                    when 'in_review' then draft_state = 'in_review'
                    when 'changes_requested' then draft_state = 'changes_requested' else true end),
      -- rule: in-review-names-its-submission
      constraint products_in_review_names_its_submission check
        ((draft_state = 'in_review') = (submission_id is not null)),
      constraint products_take_down_is_whole check
        ((taken_down_at is null) = (taken_down_by is null) and (taken_down_at is null) = (taken_down_reason is null)),
      -- rule: taken-down-is-not-sold
      constraint products_taken_down_is_unlisted check (taken_down_at is null or state = 'unlisted'),
      constraint products_listed_has_its_time check
        (state <> 'listed' or (listed_at is not null and first_listed_at is not null))
    );
    create index products_of_seller on products (seller_id, id);
    create index products_listed on products (id) where state = 'listed';
    create index products_listed_of_seller on products (seller_id, id) where state = 'listed';

    grant select, insert, update on products to mallflow_app;
  `);
}

async function createPublishing(knex: Knex): Promise<void> {
  await knex.raw(`
    -- What was handed in, frozen; inert until its review is opened.
    create table product_submissions (
      id text primary key,
      product_id text not null references products,
      seller_id text not null references sellers,
      draft_version integer not null check (draft_version > 0),
      body jsonb not null,
      opened_at timestamptz,
      outcome text check (outcome in ('approve', 'request_changes', 'reject', 'withdraw')),
      closed_at timestamptz,
      created_at timestamptz not null default now(),
      constraint product_submissions_closed_has_outcome check ((outcome is null) = (closed_at is null)),
      constraint product_submissions_closed_was_open check (closed_at is null or opened_at is not null)
    );
    create index product_submissions_of_product on product_submissions (product_id, id);
    create index product_submissions_inert on product_submissions (created_at) where opened_at is null;

    create table product_revisions (
      id text primary key,
      product_id text not null references products,
      seller_id text not null references sellers,
      number integer not null check (number > 0),
      -- rule: published-once-per-submission
      submission_id text not null constraint product_revisions_one_per_submission unique references product_submissions,
      body jsonb not null,
      published_at timestamptz not null default now(),
      category_id text not null generated always as (body ->> 'categoryId') stored references product_categories,
      name text not null generated always as (body ->> 'name') stored,
      constraint product_revisions_numbered unique (product_id, number)
    );
    create index product_revisions_in_category on product_revisions (category_id);

    alter table products
      add constraint products_submission_is_there foreign key (submission_id) references product_submissions,
      add constraint products_revision_is_there foreign key (published_revision_id) references product_revisions;

    -- What was handed in stays as it was; what is published stays for good.
    grant select, insert, delete, update (opened_at, outcome, closed_at) on product_submissions to mallflow_app;
    grant select, insert on product_revisions to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table products drop constraint products_submission_is_there, drop constraint products_revision_is_there;
    drop table product_revisions;
    drop table product_submissions;
    drop table products;
    drop table product_categories;
  `);
}
