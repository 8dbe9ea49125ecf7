import { createOnboardingActivities } from '../../activities/seller-onboarding/activities';
import { createOnboardingProviderSteps } from '../../activities/seller-onboarding/provider-steps';
import { dataKeys, parseEnvironment } from '../../config/env';
import { casePolicies } from '../../config/policies';
import { addAccount } from '../../db/account/repository';
import { firstRow, run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { sellerFacts } from '../../db/seller/facts';
import { enterAmount, submitInformation, submitVerification, verificationById } from '../../db/seller/submissions';
import { sellerReviewSubjects } from '../../db/seller/review-subjects';
import { KeyedVault } from '../../db/secrets/keyed-vault';
import type { Outside } from '../../domain/ports/outside';
import type { RegistryAnswer } from '../../domain/ports/enterprise-registry';
import { NotificationRefused } from '../../domain/ports/payment-channel';
import type { ScanState } from '../../domain/ports/identity-scan';
import type { TransferState } from '../../domain/ports/corporate-transfers';
import type { VerificationForm } from '../../domain/seller/schemas';
import { amountAbout } from '../../db/seller/submissions';
import { sellerIdOf } from '../../domain/shared/ids';
import { reviewTerms } from '../../temporal/review-terms';
import type { OnboardingSnapshotDto } from '../../workflows/seller-onboarding/contract';
import { cloneDatabase } from '../support/database';
import { someCompany } from '../support/seller-journey';

export const agrees: RegistryAnswer = {
  ...{ found: true, name: 'same', legalRepresentative: 'not_asked', operating: 'active' },
};

/** What the outside says next; a function throws as it likes. */
interface Says {
  registry: () => RegistryAnswer;
  transfer: () => TransferState | 'unknown';
  scan: () => ScanState | 'unknown';
}

/** A database of its own, the steps of onboardings, and an outside that says what it is told to. */
export async function openSellerRoom(accountsPerCompany: number) {
  const room = await furnishRoom(accountsPerCompany);
  return { ...room, begin: (company = someCompany()) => beginSeller(room, company) };
}

async function furnishRoom(accountsPerCompany: number) {
  const database = await cloneDatabase();
  const { db, owner } = database;
  const config = parseEnvironment({ DATABASE_URL: database.url, MALLFLOW_TIME_PROFILE: 'short' });
  const vault = new KeyedVault(dataKeys(config));
  const policy = { ...casePolicies(config).sellerOnboarding, accountsPerCompany };
  const says: Says = { registry: () => agrees, transfer: () => 'sent', scan: () => 'pending' };
  const sent: number[] = [];
  const outside: Pick<Outside, 'registry' | 'transfers' | 'identity'> = {
    registry: { check: () => Promise.resolve().then(() => says.registry()) },
    transfers: {
      send: ({ amountFen }) => {
        sent.push(amountFen);
        return Promise.resolve().then(() => says.transfer() as TransferState);
      },
      query: () => Promise.resolve().then(() => says.transfer()),
    },
    identity: {
      begin: () => Promise.resolve({ scanUrl: 'https://scan.example/1' }),
      query: () => Promise.resolve().then(() => says.scan()),
      verifyNotification: () => {
        throw new NotificationRefused('signature');
      },
    },
  };
  const steps = { ...createOnboardingActivities(db, vault), ...createOnboardingProviderSteps({ db, vault, outside }) };
  const reviews = sellerReviewSubjects({ vault, ...reviewTerms(policy) });
  return { database, db, owner, vault, policy, says, sent, steps, reviews };
}

type Room = Awaited<ReturnType<typeof furnishRoom>>;
type Step = Exclude<
  {
    [K in keyof Room['steps']]: Parameters<Room['steps'][K]>[0] extends { onboardingId: string } ? K : never;
  }[keyof Room['steps']],
  'openOnboarding'
>;

/** One seller at the beginning, and what it and its run do. */
async function beginSeller(room: Room, company: { readonly name: string; readonly code: string }) {
  const { db, owner, vault, policy, steps } = room;
  const accountId = newId('account');
  const login = `s-${accountId}`;
  await db.transaction((trx) =>
    addAccount(trx, {
      ...{ id: accountId, login, passwordHash: 'x', displayName: '卖家', roles: [], enterpriseId: null, mallId: null },
    }),
  );
  const documentId = newId('document');
  await run(
    owner,
    `insert into documents (id, owner_account_id, content_type, bytes, sha256, name, key_id)
     values (:documentId, :accountId, 'application/pdf', 1, repeat('0', 64), :documentId, 'demo')`,
    { documentId, accountId },
  );
  const onboardingId = newId('onboarding');
  const sellerId = sellerIdOf(onboardingId);
  const opening = { onboardingId, accountId, agreementVersion: '1.0', commandId: null, requestId: null, policy };
  await steps.openOnboarding(opening);
  const by = { onboardingId, commandId: null, actor: accountId, requestId: null, policy };
  const transfer = (bank = '110907700310888'): VerificationForm => ({
    ...{ method: 'corporate_transfer', enterpriseName: company.name, unifiedSocialCreditCode: company.code },
    ...{ licenceDocumentId: documentId, contactName: '张三丰', contactMobile: '13800138000' },
    bank: { accountNumber: bank, bankName: '招商银行', branchName: '支行', location: '深圳' },
  });
  const scan = (name = '李四'): VerificationForm => ({
    ...{ method: 'legal_person_scan', enterpriseName: company.name, unifiedSocialCreditCode: company.code },
    ...{ licenceDocumentId: documentId, legalRepresentative: { name, idNumber: '11010519491231002X' } },
  });
  const currentId = async (): Promise<string> =>
    (await firstRow<{ id: string }>(
      db,
      'select verification_id as id from seller_onboardings where id = :onboardingId',
      {
        onboardingId,
      },
    ))!.id;
  return {
    ...{ accountId, onboardingId, sellerId, opening, by, transfer, scan, documentId, company, currentId },
    act: (step: Step, more: object = {}): Promise<OnboardingSnapshotDto> =>
      (steps[step] as (input: object) => Promise<OnboardingSnapshotDto>)({ ...by, ...more }),
    /** Hands a verification in. */
    verify: async (form: VerificationForm, claimedAs: string = newId('command')): Promise<OnboardingSnapshotDto> => {
      const submissionId = await submitVerification(db, vault, { sellerId, claimedAs, form });
      return steps.startVerification({ ...by, submissionId });
    },
    /** The sum that was transferred. */
    amountFen: async (): Promise<number> => {
      const row = await verificationById(db, await currentId());
      return Number(vault.open(amountAbout(row!.id), row!.amount!));
    },
    tell: async (amountFen: number, id: string = newId('command'), before: string | null = null) => {
      const entry = { id, before, verificationId: await currentId(), amountFen };
      return steps.judgeAmount({ ...by, submissionId: await enterAmount(db, vault, entry) });
    },
    inform: async (change: { readonly accountName?: string; readonly code?: string } = {}) => {
      const bank = { accountNumber: '110907700310888', bankName: '行', branchName: '支行', location: '深圳' };
      const form = {
        ...{ unifiedSocialCreditCode: change.code ?? company.code, contactName: '张', contactPhone: '95588' },
        bank: { ...bank, accountName: change.accountName ?? company.name },
      };
      const submissionId = await submitInformation(db, vault, { sellerId, claimedAs: newId('command'), form });
      return steps.acceptInformation({ ...by, submissionId });
    },
    row: async () => (await verificationById(db, await currentId()))!,
    facts: async () => (await sellerFacts(db, sellerId))!,
  };
}
