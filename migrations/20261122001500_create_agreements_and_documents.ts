import type { Knex } from 'knex';

/** What a seller signs first; later versions come through `npm run admin -- agreement publish`. */
const firstAgreement = {
  version: '1.0',
  title: '云市场服务商接入协议',
  text: `本协议由云市场平台（下称“平台”）与申请接入的服务商（下称“服务商”）订立。服务商勾选同意并提交入驻，即表示已阅读并接受本协议全部内容。

一、入驻。服务商应完成企业实名认证，并如实填写统一社会信用代码、联系人、联系电话及银行信息；资料变更时应及时更新。

二、平台认证费。服务商按平台公布的标准缴纳平台认证费，可在入驻时缴纳，也可在创建商品前缴纳；未缴纳平台认证费的，不能创建商品，也不能开通商户号。认证费自缴纳成功之日起一年有效，缴纳后不予退还。

三、商户号。服务商至少开通微信商户号或财付通商户号中的一种，否则用户无法购买其店铺商品。

四、店铺与商品。店铺信息与商品须经平台审核，审核通过后方可发布；服务商对所发布内容的真实性、合法性负责。

五、个人信息。平台仅为入驻、审核与结算之目的处理服务商提交的个人信息，并加密保存。

六、协议更新。平台更新本协议时将公布新版本及签署期限，服务商应在期限前签署；逾期未签署的，平台可暂停其新增业务。`,
};

/**
 * A seller's account, what sellers agree to, and what they upload for us to look at. What is personal stands sealed: a
 * key's id beside a ciphertext.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table accounts
      add column mobile_key_id text,
      add column mobile_ciphertext bytea,
      add column email_key_id text,
      add column email_ciphertext bytea,
      -- rule: sealed-mobile-names-its-key
      add constraint accounts_mobile_names_its_key check ((mobile_key_id is null) = (mobile_ciphertext is null)),
      -- rule: sealed-email-names-its-key
      add constraint accounts_email_names_its_key check ((email_key_id is null) = (email_ciphertext is null));

    create table agreement_versions (
      version text primary key check (version ~ '^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$'),
      -- The order of publication; the last one is what is signed now.
      sequence integer generated always as identity unique,
      title text not null check (title <> ''),
      text text not null check (text <> ''),
      sha256 text not null,
      -- Until when those who signed an earlier version must have signed again; null asks nobody.
      sign_by timestamptz,
      published_at timestamptz not null default now(),
      -- rule: agreement-hash-is-of-its-text
      constraint agreement_versions_hash_is_of_its_text check (sha256 = encode(sha256(convert_to(text, 'UTF8')), 'hex')),
      unique (version, sha256)
    );

    -- Who agreed for a seller to which text, and when; never changed.
    create table agreement_signatures (
      seller_id text not null references sellers,
      version text not null,
      sha256 text not null,
      account_id text not null references accounts,
      signed_at timestamptz not null default now(),
      -- rule: agreement-signed-once
      primary key (seller_id, version),
      -- rule: signature-names-the-text
      foreign key (version, sha256) references agreement_versions (version, sha256)
    );

    -- Uploads only their owner and the reviewers of their case may see; the bytes lie encrypted in the document store.
    create table documents (
      id text primary key,
      owner_account_id text not null references accounts,
      content_type text not null check (content_type in ('application/pdf', 'image/png', 'image/jpeg')),
      bytes integer not null check (bytes > 0),
      -- Of the bytes as they were sent.
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      name text not null unique,
      key_id text not null,
      created_at timestamptz not null default now()
    );
    create index documents_of_owner on documents (owner_account_id, id);
    create index documents_by_key on documents (key_id, id);

    alter table images
      add column seller_id text references sellers,
      -- rule: image-has-a-tenant
      add constraint images_have_a_tenant check (num_nonnulls(enterprise_id, seller_id) >= 1);
    create index images_of_seller on images (seller_id, id) where seller_id is not null;

    -- rule: agreements-immutable
    grant select, insert on agreement_versions, agreement_signatures to mallflow_app;
    -- rule: documents-immutable
    grant select, insert on documents to mallflow_app;
  `);
  await knex.raw(
    `insert into agreement_versions (version, title, text, sha256)
     values (?, ?, ?, encode(sha256(convert_to(?, 'UTF8')), 'hex'))`,
    [firstAgreement.version, firstAgreement.title, firstAgreement.text, firstAgreement.text],
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table images drop column seller_id;
    drop table documents, agreement_signatures, agreement_versions;
    alter table accounts
      drop column mobile_key_id,
      drop column mobile_ciphertext,
      drop column email_key_id,
      drop column email_ciphertext;
  `);
}
