import { grantRole } from '../../db/account/repository';
import { run, type Queryable } from '../../db/connection';
import { addImage } from '../../db/image/repository';
import { newId } from '../../db/new-id';
import { createProduct } from '../../db/product/repository';
import { currentAgreement } from '../../db/seller/agreements';
import { openOnboarding } from '../../db/seller/onboarding-repository';
import type { ProductBody } from '../../domain/product/schemas';
import { sellerIdOf } from '../../domain/shared/ids';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import { resumeCase } from '../../runs/resume-case';
import { newAccount } from './accounts';
import type { TestDatabase } from './database';
import { eventually } from './eventually';
import type { Body, HttpClient, Reply } from './http-client';
import type { Installation } from './installation';
import { someCompany } from './seller-journey';

export interface CentreSeller {
  readonly accountId: string;
  readonly sellerId: string;
  readonly onboardingId: string;
}

/** How the fee of a seller in the seller centre stands. */
export type CentreFee = 'paid' | 'over' | 'none';

/**
 * The account becomes a seller whose centre is open, with its case, but without a run: rows only, the steps before are
 * not played.
 */
export async function centreRows(
  { db, owner }: Pick<TestDatabase, 'db' | 'owner'>,
  accountId: string,
  { fee = 'paid', open = true }: { readonly fee?: CentreFee; readonly open?: boolean } = {},
): Promise<CentreSeller> {
  const onboardingId = newId('onboarding');
  const sellerId = sellerIdOf(onboardingId);
  await db.transaction(async (trx) => {
    const { version: agreementVersion } = await currentAgreement(trx);
    const by = { actor: accountId, requestId: null };
    const workflowId = sellerOnboardingWorkflowId(onboardingId);
    await openOnboarding(trx, { onboardingId, workflowId, accountId, agreementVersion, by });
    if (open) await grantRole(trx, accountId, 'seller');
  });
  const stage = open ? 'seller_centre' : 'certification_fee';
  await run(
    owner,
    `update sellers set subject_name = :name, subject_code = :code, subject_verified_at = now(),
            subject_verified_by = 'registry', centre_opened_at = case when :open then now() end,
            centre_opened_by = case when :open then 'fee' end where id = :sellerId`,
    { ...someCompany(), sellerId, open },
  );
  await run(
    owner,
    'update seller_onboardings set stage = :stage, information_accepted_at = now() where id = :onboardingId',
    { stage, onboardingId },
  );
  await run(owner, 'update process_cases set stage = :stage where subject_id = :onboardingId', { stage, onboardingId });
  if (fee !== 'none') await feeRow(owner, sellerId, fee === 'paid' ? '364 days' : '-1 days');
  return { accountId, sellerId, onboardingId };
}

async function feeRow(owner: Queryable, sellerId: string, ends: string): Promise<void> {
  await run(
    owner,
    `insert into certification_fees (id, seller_id, year, amount_fen, state, valid_from, valid_until)
     values (:id, :sellerId, 1, 30000, 'paid', now() - interval '1 year', now() + cast(:ends as interval))`,
    { id: newId('certificationFee'), sellerId, ends },
  );
}

/** The fee of the seller is over, as if its year had passed. */
export async function endFee({ owner }: Pick<TestDatabase, 'owner'>, sellerId: string): Promise<void> {
  await run(
    owner,
    `update certification_fees set valid_from = now() - interval '2 years', valid_until = now() - interval '1 day'
      where seller_id = :sellerId`,
    { sellerId },
  );
}

/** A picture of the seller's, as a row alone. */
export async function pictureRow(
  { db }: Pick<TestDatabase, 'db'>,
  of: Pick<CentreSeller, 'accountId' | 'sellerId'>,
  more: { readonly width?: number; readonly contentType?: 'image/png' | 'image/jpeg' } = {},
): Promise<string> {
  const id = newId('image');
  await db.transaction((trx) =>
    addImage(trx, {
      ...{ id, name: `${id}.png`, ownerAccountId: of.accountId, enterpriseId: null, sellerId: of.sellerId },
      ...{ contentType: 'image/png', width: 390, height: 260, bytes: 1, ...more },
    }),
  );
  return id;
}

/** A merchant ID of the seller's that is open, as rows alone: nobody asks its channel, and its form cannot be read. */
export async function openMerchantId(
  { owner }: Pick<TestDatabase, 'owner'>,
  { sellerId, accountId }: Pick<CentreSeller, 'accountId' | 'sellerId'>,
  channel: 'wechat_pay' | 'tenpay' = 'wechat_pay',
): Promise<void> {
  const [id, documentId] = [newId('merchantApplication'), newId('document')];
  await run(
    owner,
    `with document as (
       insert into documents (id, owner_account_id, content_type, bytes, sha256, name, key_id)
       values (:documentId, :accountId, 'image/png', 1, repeat('0', 64), :documentId, 'test') returning id
     ), form as (
       insert into merchant_submissions (id, seller_id, account_id, channels, licence_document_id, form_key_id,
                                         form_ciphertext)
       select :id, :sellerId, :accountId, array[:channel], id, 'test', '' from document returning id
     )
     insert into merchant_applications (id, seller_id, channel, state, request_number, submission_id, merchant_id)
     select :id, :sellerId, :channel, 'opened', :sellerId, id, '1900000109' from form`,
    { id, documentId, sellerId, accountId, channel },
  );
}

/** A product that is a name and no more, as a row; its id. */
export async function productRow({ db }: Pick<TestDatabase, 'db'>, sellerId: string): Promise<string> {
  const id = newId('product');
  const body = { categoryId: 'cat_migration', name: '上云迁移服务' };
  await db.transaction((trx) => createProduct(trx, { id, sellerId, deliveryType: 'manual', body }));
  return id;
}

/** Everything a manual product tells, with nothing for the reviewers' rules to find. */
export function manualBody(pictureId: string, more: Partial<ProductBody> = {}): ProductBody {
  return {
    categoryId: 'cat_migration',
    name: '上云迁移服务',
    tags: ['迁移', '咨询'],
    agreementText: '双方按本协议约定的范围提供迁移服务，验收后交付完成。',
    pictureIds: [pictureId],
    summary: '由工程师协助把业务迁移到云上。',
    details: '包含现状评估、迁移方案、实施与验收。服务时间为每周七天，每天八小时。',
    deliveryDays: 15,
    specs: [{ name: '标准版', onShelf: true, price: { per: 'once', amountFen: 500_000 } }],
    ...more,
  };
}

export interface ProductSeller extends CentreSeller {
  readonly client: HttpClient;
  readonly pictureId: string;
}

/** Signed in, with a picture; its onboarding has no run. */
export async function centreSeller(
  mallflow: Installation,
  login: string,
  options: Parameters<typeof centreRows>[2] = {},
): Promise<ProductSeller> {
  const client = await newAccount(mallflow, { login, roles: [] });
  const { body } = await client.get('/v1/me');
  const seller = await centreRows(mallflow.database, body.id as string, options);
  return { ...seller, client, pictureId: await pictureRow(mallflow.database, seller) };
}

/** The onboarding of a seller of rows gets its run, as the watchdog starts one. */
export async function beginOnboarding(
  { services, database }: Pick<Installation, 'services' | 'database'>,
  onboardingId: string,
): Promise<void> {
  const workflowId = sellerOnboardingWorkflowId(onboardingId);
  const at = { kind: 'seller_onboarding', subjectId: onboardingId, workflowId, stuckCode: null } as const;
  await resumeCase(database.db, services.gateway, at, services.settings);
}

/** 创建商品: a manual one that is whole; the product. */
export async function createManual(
  { client, sellerId, pictureId }: ProductSeller,
  more: Partial<ProductBody> = {},
): Promise<Body> {
  const product = { deliveryType: 'manual', ...manualBody(pictureId, more) };
  const reply = await client.post(`/v1/sellers/${sellerId}/products`, product);
  if (reply.status !== 201) throw new Error(`answered ${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply.body;
}

/** What waits for a reviewer of this seller's, newest first. */
export async function waitingReview(reviewer: HttpClient, sellerId: string): Promise<Body> {
  return eventually(
    async () => {
      const { items } = (await reviewer.get('/v1/reviews?kind=product&limit=200')).body;
      return (items as Body[]).find((one) => one.sellerId === sellerId && ['waiting', 'claimed'].includes(one.state));
    },
    (review) => review !== undefined,
  );
}

/** Submits a product and has a reviewer decide it; the answer to the decision. */
export async function judged(
  { client, sellerId }: ProductSeller,
  reviewer: HttpClient,
  productId: string,
  decision: unknown = { outcome: 'approve', verdicts: [] },
): Promise<Reply> {
  const submitted = await client.post(`/v1/products/${productId}/submit`);
  if (submitted.status !== 200) throw new Error(`answered ${submitted.status}: ${JSON.stringify(submitted.body)}`);
  const { id } = await waitingReview(reviewer, sellerId);
  return reviewer.post(`/v1/reviews/${id as string}/decide`, decision);
}
