import { currentAgreement } from '../../db/seller/agreements';
import { openOnboarding } from '../../db/seller/onboarding-repository';
import { submitVerification } from '../../db/seller/submissions';
import { startVerification } from '../../db/seller/verification-repository';
import { newId } from '../../db/new-id';
import { onboardingIdOf, sellerIdOf } from '../../domain/shared/ids';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import type { HttpClient } from './http-client';
import type { Installation } from './installation';

/** Makes the account a seller who has signed the current agreement and done nothing since: rows only, without a run. */
export async function sellerRows(mallflow: Pick<Installation, 'database'>, account: HttpClient): Promise<string> {
  const accountId = (await account.get('/v1/me')).body.id as string;
  const onboardingId = newId('onboarding');
  await mallflow.database.db.transaction(async (trx) => {
    const { version: agreementVersion } = await currentAgreement(trx);
    const workflowId = sellerOnboardingWorkflowId(onboardingId);
    const by = { actor: accountId, requestId: null };
    await openOnboarding(trx, { onboardingId, workflowId, accountId, agreementVersion, by });
  });
  return sellerIdOf(onboardingId);
}

/** A verification under way, of a seller of rows; its id. */
export async function verificationRows(
  mallflow: Pick<Installation, 'database' | 'services'>,
  account: HttpClient,
  sellerId: string,
): Promise<string> {
  const accountId = (await account.get('/v1/me')).body.id as string;
  const { vault } = mallflow.services;
  const submissionId = await submitVerification(mallflow.database.db, vault, {
    sellerId,
    claimedAs: newId('command'),
    form: {
      method: 'corporate_transfer',
      enterpriseName: '深圳市星河软件有限公司',
      unifiedSocialCreditCode: '91350100M000100Y43',
      licenceDocumentId: await documentOf(account),
      contactName: '张三丰',
      contactMobile: '13800138000',
      bank: { accountNumber: '110907700310888', bankName: '招商银行', branchName: '科技园支行', location: '深圳' },
    },
  });
  await mallflow.database.db.transaction((trx) =>
    startVerification(trx, {
      ...{ onboardingId: onboardingIdOf(sellerId), commandId: null, by: { actor: accountId, requestId: null } },
      ...{ submissionId, accountsPerCompany: 10, keeps: () => ({ registry: false, proof: false }) },
    }),
  );
  return submissionId;
}

/** The beginning of a PDF: as much of one as anybody here looks at. */
export const pdfBytes = Buffer.from('%PDF-1.7\n% licence of a company that is none\n%%EOF\n');

/** Uploads a document as this account; its id. */
export async function documentOf(account: HttpClient, bytes = pdfBytes): Promise<string> {
  const reply = await account.upload('/v1/documents', bytes, 'application/pdf');
  if (reply.status !== 201) throw new Error(`POST /v1/documents answered ${reply.status}`);
  return reply.body.id as string;
}
