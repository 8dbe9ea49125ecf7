import { createHash, timingSafeEqual } from 'node:crypto';
import { systemActor } from '../../domain/case/states';
import type { Vault } from '../../domain/ports/vault';
import { DomainError } from '../../domain/shared/errors';
import type { Db, Trx } from '../../db/connection';
import { recordCreation, recordEffect } from '../../db/command/repository';
import { takeInformation } from '../../db/seller/information-repository';
import {
  lockOnboarding,
  openOnboarding,
  openSellerCentre,
  passTurn,
  remindSeller,
  requireStage,
} from '../../db/seller/onboarding-repository';
import { markDeferred } from '../../db/seller/fee-repository';
import { amountAbout, openDetails, openInformation, type VerificationRow } from '../../db/seller/submissions';
import { endProof, judgeAmount } from '../../db/seller/verification-legs';
import {
  startVerification,
  withdrawVerification,
  type Kept,
  type OnboardingOrder,
} from '../../db/seller/verification-repository';
import { certificationFeeWorkflowId } from '../../workflows/certification-fee/contract';
import {
  sellerOnboardingWorkflowId,
  type OnboardingActInput,
  type OnboardingActivities,
  type OnboardingSnapshotDto,
  type OnboardingSubmissionInput,
} from '../../workflows/seller-onboarding/contract';
import { inTransaction } from '../shared/transactions';
import { onboardingSnapshot } from './snapshot';

/** What an onboarding does among our own rows. */
export function createOnboardingActivities(db: Db, vault: Vault): OnboardingActivities {
  /** A person's step: a refusal is told beside where the onboarding stands, and undoes the whole step. */
  const step = async (
    input: OnboardingActInput,
    work: (trx: Trx, order: OnboardingOrder) => Promise<DomainError | void>,
  ): Promise<OnboardingSnapshotDto> => {
    const refused = await outcomeOf(() => db.transaction((trx) => work(trx, orderOf(input))));
    const snapshot = await onboardingSnapshot(db, input.onboardingId, input.policy);
    return refused === undefined ? snapshot : { ...snapshot, refused: { code: refused.code, facts: refused.facts } };
  };

  return {
    openOnboarding: async (input) => {
      const { onboardingId, accountId, agreementVersion, requestId } = input;
      await inTransaction(db, async (trx) => {
        const workflowId = sellerOnboardingWorkflowId(onboardingId);
        const by = { actor: accountId, requestId };
        await openOnboarding(trx, { onboardingId, workflowId, accountId, agreementVersion, by });
        if (input.commandId !== null) await recordCreation(trx, input.commandId, onboardingId);
      });
      return onboardingSnapshot(db, onboardingId, input.policy);
    },

    loadOnboarding: ({ onboardingId, policy }) => onboardingSnapshot(db, onboardingId, policy),

    startVerification: (input) =>
      step(input, (trx, order) =>
        startVerification(trx, {
          ...order,
          submissionId: input.submissionId,
          accountsPerCompany: input.policy.accountsPerCompany,
          keeps: (before, now) => keptOf(vault, before, now),
        }),
      ),

    judgeAmount: (input) => step(input, (trx, order) => judge(trx, vault, { ...order, input })),

    withdrawVerification: (input) => step(input, withdrawVerification),

    acceptInformation: (input) =>
      step(input, (trx, order) =>
        takeInformation(trx, {
          ...order,
          submissionId: input.submissionId,
          fee: { amountFen: input.policy.feeAmountFen, workflowIdOf: certificationFeeWorkflowId },
          accountNameOf: (form) => openInformation(vault, form).bank.accountName,
        }),
      ),

    deferFee: (input) => step(input, deferFee),

    openPaidCentre: (input) =>
      step(input, async (trx, { onboardingId, by }) =>
        openSellerCentre(trx, await lockOnboarding(trx, onboardingId), { how: 'fee', by }),
      ),

    passTurn: (input) => step(input, (trx, { onboardingId, by }) => passTurn(trx, onboardingId, by)),
    endProof: (input) => step(input, endProof),
    remindSeller: (input) => step(input, (trx, { onboardingId }) => remindSeller(trx, onboardingId)),
  };
}

/** Told, not thrown: a wrong sum is one of the tries, and its count must stay. */
async function judge(
  trx: Trx,
  vault: Vault,
  { input, ...order }: OnboardingOrder & { readonly input: OnboardingSubmissionInput },
): Promise<DomainError | undefined> {
  const judged = await judgeAmount(trx, {
    ...order,
    entryId: input.submissionId,
    accountsPerCompany: input.policy.accountsPerCompany,
    isRight: (entry, verificationId, amount) => {
      const about = amountAbout(verificationId);
      return isEqual(vault.open(about, entry), vault.open(about, amount));
    },
  });
  return judged.verdict === 'wrong' ? new DomainError('AMOUNT_WRONG', { triesLeft: judged.triesLeft }) : undefined;
}

/** The refusal a step ended in, or told; undefined when it was carried out. */
async function outcomeOf(work: () => Promise<DomainError | void>): Promise<DomainError | undefined> {
  try {
    return (await work()) ?? undefined;
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

/** 暂不缴纳; who comes again finds it done. */
async function deferFee(trx: Trx, { onboardingId, commandId, by }: OnboardingOrder): Promise<void> {
  const onboarding = await lockOnboarding(trx, onboardingId);
  if (onboarding.stage !== 'seller_centre') requireStage(onboarding, 'certification_fee');
  const deferred = await markDeferred(trx, { sellerId: onboarding.sellerId, by });
  if (deferred === 'paid') throw new DomainError('FEE_ALREADY_PAID');
  await openSellerCentre(trx, onboarding, { how: 'defer', by });
  if (commandId !== null) await recordEffect(trx, commandId);
}

/**
 * What an earlier form had settled and this one leaves as it was. The registry was asked about name and code, and about
 * the legal representative where that person is to scan; a reviewer accepted what the licence shows.
 */
function keptOf(vault: Vault, before: VerificationRow, now: VerificationRow): Kept {
  const sameSubject =
    before.enterpriseName === now.enterpriseName &&
    before.code === now.code &&
    before.licenceDocumentId === now.licenceDocumentId;
  const person = (row: VerificationRow): string => {
    const details = openDetails(vault, row);
    return details.method === 'legal_person_scan' ? JSON.stringify(details.legalRepresentative) : '';
  };
  const samePerson = now.method === 'corporate_transfer' || person(before) === person(now);
  const settled = before.registry === 'agreed' || before.registry === 'accepted';
  const proven = before.proof === 'proven' && before.method === now.method && now.method === 'legal_person_scan';
  // rule: kept-only-if-unchanged
  return {
    registry: sameSubject && samePerson && settled,
    proof: proven && before.enterpriseName === now.enterpriseName && before.code === now.code && samePerson,
  };
}

/** In the same time whatever the difference. */
function isEqual(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function orderOf({ onboardingId, commandId, actor, requestId }: OnboardingActInput): OnboardingOrder {
  return { onboardingId, commandId, by: { actor: actor === '' ? systemActor : actor, requestId } };
}
