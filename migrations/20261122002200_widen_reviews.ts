import type { Knex } from 'knex';

type Criterion = readonly [zh: string, en: string, fields: readonly string[]];

/** 店铺发布: what is looked at beside the fields (domain.md §2.6). */
const shop: readonly Criterion[] = [
  [
    'Banner 清晰，主标题不超过 12 字、副标题不超过 20 字，与店铺相符',
    'The banner is clear and this shop’s own; its title has at most 12 characters, its second line at most 20',
    ['/bannerImageId', '/headline', '/slogan'],
  ],
  ['Logo 为服务商自有标识，未冒用他人商标', 'The logo is the seller’s own mark and nobody else’s', ['/logoImageId']],
  [
    '店铺名称、经营范围与认证主体相符',
    'Name and scope of business agree with the verified company',
    ['/name', '/businessScope'],
  ],
  [
    '无极限广告用语，如“最佳”“第一”“国家级”',
    'No extreme advertising words',
    ['/name', '/headline', '/slogan', '/businessScope', '/introduction'],
  ],
  [
    '店铺简介真实完整，无引导至站外交易的链接，无其他云厂商广告',
    'The introduction is true and whole; no links leading buyers off the market, no other clouds’ adverts',
    ['/introduction', '/headline', '/slogan'],
  ],
  [
    '客服 QQ、邮箱、电话各一个，可联系，均提供 7×8 小时以上服务',
    'One QQ, e-mail and phone of customer service, reachable, each at least 7×8 hours',
    ['/service'],
  ],
];

/** 商品审核标准, of every delivery type (domain.md §2.7). */
const product: readonly Criterion[] = [
  [
    '商品与描述一致；页面、文档、界面之间无矛盾',
    'It works as described; page, document and interface do not contradict each other',
    ['/name', '/summary', '/details', '/documentId'],
  ],
  [
    '商品名称不超过 30 字，无“免费使用”等用语',
    'The name has at most 30 characters, and no words such as “free to use”',
    ['/name'],
  ],
  [
    '无极限广告用语，如“最佳”“第一”“国家级”',
    'No extreme advertising words',
    ['/name', '/tags', '/summary', '/details', '/highlight', '/features'],
  ],
  [
    '无引导买家离开云市场的链接或联系方式',
    'No links leading buyers off the market',
    ['/summary', '/details', '/agreementText', '/documentId', '/features', '/afterSales'],
  ],
  [
    '无其他云厂商的广告',
    'No other clouds’ adverts',
    ['/pictureIds', '/summary', '/details', '/documentId', '/features'],
  ],
  [
    '商品图片清晰，PNG，390×260，非纯白底',
    'The pictures are clear, PNG, 390×260, and not on a pure white ground',
    ['/pictureIds'],
  ],
  ['商品服务协议完整，不含银行账号', 'The service agreement is whole and holds no bank account', ['/agreementText']],
  [
    '详情页有客服电话，提供 7×8 小时以上服务',
    'The page gives a phone number, and service of at least 7×8 hours',
    ['/details', '/afterSales'],
  ],
];

/** Fields that other delivery types do not have. */
const ofImagesAlone: readonly string[] = ['/highlight', '/features', '/afterSales'];

const customised: Criterion = [
  '非定制化商品；需定制开发的应以人工服务交付',
  'Nothing made to order: customised goods are delivered as manual services',
  ['/summary', '/details'],
];

const prices: Criterion = [
  '规格与价格清楚，按周期或按次售卖；无招代理、加盟用语',
  'Specs and prices are clear, sold per period or per time; no recruiting of agents or franchisees',
  ['/specs'],
];

/** 人工, SaaS, 镜像, API: what is looked at beside what every product is asked. */
const ofDeliveryType: Readonly<Record<string, readonly Criterion[]>> = {
  manual: [
    [
      '交付天数合理，需求单模板能说明所需资料',
      'The days of delivery are sound, and the requirement sheet asks for what is needed',
      ['/deliveryDays', '/requirementTemplate'],
    ],
    prices,
  ],
  saas: [
    customised,
    [
      '交付接口（创建、续费、到期、销毁）已调试通过；需人工实施的已说明',
      'The endpoints of delivery (create, renew, expire, destroy) have passed debugging, or it says that people set it up',
      ['/endpoints', '/needsImplementation'],
    ],
    prices,
  ],
  image: [
    customised,
    [
      '镜像已通过主机安全检测，版本号相符',
      'The image has passed the host security report, and its version is the one that is told',
      ['/imageId', '/regions', '/version'],
    ],
    [
      '预装软件标签齐全，使用文档可用',
      'The list of installed software is whole, and the document can be used',
      ['/softwareTags', '/documentId'],
    ],
  ],
  api: [
    customised,
    [
      '绑定的 API 服务已发布且可调用，试用方式与说明一致',
      'The bound service is published and answers; trying before buying is as described',
      ['/publishedService', '/tryBeforeBuy'],
    ],
  ],
};

/**
 * What a reviewer of a shop or product goes by (numbered criteria in versions), whose submissions a policy may approve
 * (trusted sellers), who decided, and by what sellers are recognised as one (marks).
 */
export async function up(knex: Knex): Promise<void> {
  await createCriteria(knex);
  await widenReviews(knex);
  await createTrustAndMarks(knex);
}

async function createCriteria(knex: Knex): Promise<void> {
  await knex.raw(`
    -- A version is never changed: a review names the one it was opened with.
    create table review_criteria_sets (
      id text primary key,
      kind text not null check (kind in ('shop', 'product')),
      delivery_type text check (delivery_type in ('manual', 'saas', 'image', 'api')),
      version integer not null check (version > 0),
      published_at timestamptz not null default now(),
      constraint review_criteria_sets_one_per_version unique nulls not distinct (kind, delivery_type, version),
      constraint review_criteria_sets_of_a_type check ((kind = 'product') = (delivery_type is not null))
    );
    create table review_criteria (
      set_id text not null references review_criteria_sets,
      number integer not null check (number > 0),
      zh text not null,
      en text not null,
      -- JSON Pointers of what it is about, with all that is below them.
      fields text[] not null,
      -- rule: criteria-are-numbered
      primary key (set_id, number)
    );
    grant select on review_criteria_sets, review_criteria to mallflow_app;
  `);
  await addSet(knex, 'crs_01kaq0000000000000000000s1', 'shop', null, shop);
  let nth = 0;
  for (const [deliveryType, own] of Object.entries(ofDeliveryType)) {
    const fitting = product.map(([zh, en, fields]): Criterion => {
      return [zh, en, fields.filter((field) => deliveryType === 'image' || !ofImagesAlone.includes(field))];
    });
    await addSet(knex, `crs_01kaq0000000000000000000p${++nth}`, 'product', deliveryType, [...fitting, ...own]);
  }
}

async function addSet(
  knex: Knex,
  id: string,
  kind: string,
  deliveryType: string | null,
  criteria: readonly Criterion[],
): Promise<void> {
  const set = [id, kind, deliveryType];
  await knex.raw(`insert into review_criteria_sets (id, kind, delivery_type, version) values (?, ?, ?, 1)`, set);
  for (const [index, [zh, en, fields]] of criteria.entries())
    await knex.raw(
      `insert into review_criteria (set_id, number, zh, en, fields)
       values (?, ?, ?, ?, array(select jsonb_array_elements_text(?::jsonb)))`,
      [id, index + 1, zh, en, JSON.stringify(fields)],
    );
}

async function widenReviews(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table reviews
      add column criteria_set_id text references review_criteria_sets,
      add column decided_by text check (decided_by in ('reviewer', 'policy', 'operator'));
    update reviews set decided_by = 'reviewer' where state = 'decided';
    alter table reviews
      drop constraint reviews_claimed_has_assignee,
      -- rule: claimed-has-assignee
      add constraint reviews_claimed_has_assignee check
        (case state when 'waiting' then assignee is null
                    when 'claimed' then assignee is not null
                    when 'decided' then decided_by <> 'reviewer' or assignee is not null
                    else true end),
      -- rule: decided-says-by-what
      add constraint reviews_decided_says_by_what check ((state = 'decided') = (decided_by is not null));
    -- A worker of the version before knows nothing of it, and decides while this schema is there already.
    create function reviews_decided_by_reviewer() returns trigger language plpgsql as $$
      begin
        -- rule: earlier-workers-decide-too
        new.decided_by := 'reviewer';
        return new;
      end $$;
    create trigger reviews_decided_by_reviewer before update of state on reviews for each row
      when (new.state = 'decided' and old.state <> 'decided' and new.decided_by is null)
      execute function reviews_decided_by_reviewer();
    create index reviews_of_kind on reviews (state, kind, due_at, id);
    create index reviews_decided_lately on reviews (kind, decided_at desc) where state = 'decided';

    -- Nobody's where a policy decided; confirmed by a second operator where one forced it.
    alter table review_decisions
      alter column account_id drop not null,
      add column confirmed_by text references accounts,
      -- rule: forced-by-two
      add constraint review_decisions_confirmed_by_another check (confirmed_by <> account_id);
  `);
}

async function createTrustAndMarks(knex: Knex): Promise<void> {
  await knex.raw(`
    create table trusted_sellers (
      id bigint generated always as identity primary key,
      seller_id text not null references sellers,
      kind text not null check (kind in ('shop', 'product')),
      granted_by text not null references accounts,
      reason text not null,
      granted_at timestamptz not null default now(),
      revoked_by text references accounts,
      revoked_reason text,
      revoked_at timestamptz,
      constraint trusted_sellers_revoked_is_whole check (num_nonnulls(revoked_by, revoked_reason, revoked_at) in (0, 3))
    );
    -- rule: trusted-once-at-a-time
    create unique index trusted_sellers_one_at_a_time on trusted_sellers (seller_id, kind) where revoked_at is null;
    grant select, insert, update (revoked_by, revoked_reason, revoked_at) on trusted_sellers to mallflow_app;

    -- Recognised by the fingerprint; sealed, so that a new key can make new fingerprints.
    create table seller_marks (
      id bigint generated always as identity primary key,
      seller_id text not null references sellers,
      kind text not null check (kind in ('code', 'bank_account', 'phone')),
      key_id text not null,
      ciphertext bytea not null,
      fingerprint bytea not null,
      -- What was handed in with it first.
      source text not null,
      created_at timestamptz not null default now(),
      -- rule: marked-once
      constraint seller_marks_once unique (seller_id, kind, fingerprint)
    );
    create index seller_marks_alike on seller_marks (kind, fingerprint);
    grant select, insert on seller_marks to mallflow_app;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop table seller_marks;
    drop table trusted_sellers;
    alter table review_decisions drop constraint review_decisions_confirmed_by_another, drop column confirmed_by;
    drop trigger reviews_decided_by_reviewer on reviews;
    drop function reviews_decided_by_reviewer();
    drop index reviews_of_kind;
    drop index reviews_decided_lately;
    alter table reviews
      drop constraint reviews_decided_says_by_what,
      drop constraint reviews_claimed_has_assignee,
      drop column decided_by,
      drop column criteria_set_id;
    -- What was decided without a reviewer stays as it was.
    alter table reviews add constraint reviews_claimed_has_assignee check
      (case state when 'waiting' then assignee is null when 'withdrawn' then true else assignee is not null end) not valid;
    drop table review_criteria;
    drop table review_criteria_sets;
  `);
}
