import { firstRow, run } from '../../db/connection';
import { openMerchantId } from '../../db/merchant/repository';
import { newId } from '../../db/new-id';
import { proposeAllocation } from '../../db/stock/allocation-repository';
import { openDraft } from '../../db/stock/draft-repository';
import type { ProcessKind } from '../../domain/case/states';
import { onboardingIdOf, processIdOf } from '../../domain/shared/ids';
import { commodityAddWorkflowId } from '../../workflows/commodity-add/contract';
import { merchantIdWorkflowId } from '../../workflows/merchant-id/contract';
import { stockAllocationWorkflowId } from '../../workflows/stock-allocation/contract';
import { newAccount } from './accounts';
import { commodityRow, termsOf } from './allocations';
import { firstFeeRow } from './certification-fees';
import { firstStep, uploadedImages } from './commodities';
import type { HttpClient } from './http-client';
import type { Installation } from './installation';
import { merchantIdRows } from './merchants';
import { paymentRows } from './payments';
import { purchaseRows } from './purchases';
import { createForms, reviewRows } from './reviews';
import { sellerRows, verificationRows } from './sellers';
import { demoTenants } from './sub-stock-rows';

export interface SteeredCase {
  readonly subjectId: string;
  readonly processId: string;
}

export interface SteeredCases {
  readonly of: Readonly<Record<ProcessKind, SteeredCase>>;
  readonly seller: HttpClient;
  readonly sellerId: string;
}

/**
 * One case of every kind, as rows without any run, each at a stage where an operator can do most: for what is done to
 * rows. Needs `reviewSubjects: formSubjects`.
 */
export async function steeredCases(mallflow: Installation): Promise<SteeredCases> {
  const { owner } = mallflow.database;
  await createForms(mallflow.database);
  const seller = await newAccount(mallflow, { login: 'steered@test', roles: ['seller'] });
  const sellerId = await sellerRows(mallflow, seller);
  const verificationId = await verificationRows(mallflow, seller, sellerId);
  await run(
    owner,
    `with proof as (
       update enterprise_verifications
          set registry = 'agreed', proof = 'begun', transfer_arrived_at = now(), due_at = now() + interval '1 hour'
        where id = :verificationId returning due_at)
     update process_cases set whose_turn = 'seller', due_at = (select due_at from proof)
      where kind = 'seller_onboarding' and seller_id = :sellerId`,
    { verificationId, sellerId },
  );
  const subjects: Readonly<Record<ProcessKind, string>> = {
    purchase: (await purchaseRows(mallflow)).id,
    payment: (await paymentRows(mallflow)).id,
    commodity_add: await draftRow(mallflow),
    stock_allocation: await allocationRow(mallflow),
    seller_onboarding: onboardingIdOf(sellerId),
    certification_fee: await firstFeeRow(mallflow, sellerId),
    merchant_id: await merchantRow(mallflow),
    review: (await reviewRows(mallflow.database, sellerId)).reviewId,
  };
  const withProcess = Object.entries(subjects).map(([kind, subjectId]) => [
    kind,
    { subjectId, processId: processIdOf(subjectId) },
  ]);
  return { of: Object.fromEntries(withProcess) as SteeredCases['of'], seller, sellerId };
}

async function draftRow({ database }: Installation): Promise<string> {
  const commodityId = newId('commodity');
  const [{ enterpriseId, accountId }] = demoTenants;
  const images = await uploadedImages({ database }, { enterpriseId, accountId });
  const opening = { commodityId, workflowId: commodityAddWorkflowId(commodityId), enterpriseId };
  const kept = { draftKeptMs: 3_600_000, remindBeforeMs: 600_000, by: { actor: accountId, requestId: null } };
  await database.db.transaction((trx) => openDraft(trx, { ...opening, ...kept, firstStep: firstStep(images, {}) }));
  return commodityId;
}

async function allocationRow({ database }: Installation): Promise<string> {
  const allocationId = newId('allocation');
  const [{ enterpriseId, accountId, mallId }] = demoTenants;
  const terms = termsOf(await commodityRow(database.owner), mallId);
  const opening = { allocationId, workflowId: stockAllocationWorkflowId(allocationId), enterpriseId, terms };
  const by = { actor: accountId, requestId: null };
  await database.db.transaction((trx) =>
    proposeAllocation(trx, { ...opening, confirmWithinMs: 3_600_000, commandId: null, by }),
  );
  return allocationId;
}

/** Of a seller of its own, whose account is to be verified. */
async function merchantRow(mallflow: Installation): Promise<string> {
  const { db, owner } = mallflow.database;
  const client = await newAccount(mallflow, { login: 'merchant@steered', roles: ['seller'] });
  const sellerId = await sellerRows(mallflow, client);
  const submissionId = await merchantIdRows(mallflow, client, sellerId);
  // Its rows are those of an application that was opened by hand; the case comes with one that opens by itself.
  await run(owner, 'delete from merchant_applications where seller_id = :sellerId', { sellerId });
  await run(
    owner,
    `insert into certification_fees (id, seller_id, year, amount_fen, state, valid_from, valid_until)
     values (:id, :sellerId, 1, 30000, 'paid', now() - interval '1 day', now() + interval '300 days')`,
    { id: newId('certificationFee'), sellerId },
  );
  const place = { sellerId, channel: 'wechat_pay' } as const;
  const by = { actor: 'system', requestId: null };
  await db.transaction((trx) =>
    openMerchantId(trx, { ...place, submissionId, workflowId: merchantIdWorkflowId(place), commandId: null, by }),
  );
  const asked = await owner.transaction(async (trx) => {
    const application = await firstRow<{ id: string }>(
      trx,
      'select id from merchant_applications where seller_id = :sellerId',
      { sellerId },
    );
    await run(
      trx,
      `update merchant_applications
          set state = 'verify_account', verification_key_id = 'k', verification_ciphertext = 'x',
              verification_deadline = now() + interval '1 hour'
        where seller_id = :sellerId`,
      { sellerId },
    );
    await run(
      trx,
      `update process_cases set stage = 'verify_account', whose_turn = 'seller', due_at = now() + interval '1 hour'
        where subject_id = :id`,
      { id: application?.id ?? '' },
    );
    return application?.id ?? '';
  });
  return asked;
}
