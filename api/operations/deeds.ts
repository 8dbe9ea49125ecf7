import type { ProcessKind } from '../../domain/case/states';
import type { OperatorCommand } from '../../domain/operations/command-schemas';
import { possibleCommands, requireLater, type OperatorCommandName } from '../../domain/operations/commands';
import { caseById, type CaseRow } from '../../db/case/queries';
import { recordIntervention, type By } from '../../db/case/record-transition';
import type { Trx } from '../../db/connection';
import { extendAccountVerification, retryMerchantId } from '../../db/merchant/interventions';
import { retryPayment } from '../../db/payment/interventions';
import { askToClose } from '../../db/payment/repository';
import { extendPurchase } from '../../db/purchase/interventions';
import { endPurchase } from '../../db/purchase/repository';
import { forceDecision } from '../../db/review/forced';
import { cancelReview, extendReview, reassignByOperator, remindNow } from '../../db/review/interventions';
import { waiveFee } from '../../db/seller/fee-payment';
import { extendProof, remindOfFee, remindSellerByHand, retryOnboarding } from '../../db/seller/interventions';
import { giveUpAllocation } from '../../db/stock/allocation-repository';
import { discardDraft } from '../../db/stock/draft-repository';
import { extendAllocation, extendDraft } from '../../db/stock/interventions';
import { DomainError } from '../../domain/shared/errors';
import type { Services } from '../services';
import { isConcerned } from './concerned';

/** A command upon a case, about to be carried out in a transaction. */
export interface Hand<C extends OperatorCommand = OperatorCommand> {
  readonly trx: Trx;
  readonly services: Services;
  readonly row: CaseRow;
  readonly command: C;
  /** Whoever asked for it, with the reason. */
  readonly by: By;
  /** Of two persons: what was agreed upon, and who agreed. */
  readonly approval: { readonly id: string; readonly confirmedBy: string } | null;
}

type Deed<N extends OperatorCommandName> = (hand: Hand<Extract<OperatorCommand, { command: N }>>) => Promise<void>;

type Deeds = { readonly [N in Exclude<OperatorCommandName, 'resume' | 'retry_now'>]?: Deed<N> };

const until = ({ command }: { readonly command: { readonly until: string } }): Date => new Date(command.until);

/** What makes a reminder another one than those before; a command that is repeated under its key is not. */
const once = ({ by }: Pick<Hand, 'by'>): string => `by-hand:${by.requestId ?? ''}`;

/** What takes two persons is never carried out without the second. */
function agreedIn(approval: Hand['approval']): NonNullable<Hand['approval']> {
  if (approval === null) throw new DomainError('SECOND_OPERATOR_NEEDED', { allowed: [] });
  return approval;
}

const reviewOf = ({ row, by }: Pick<Hand, 'row' | 'by'>) => ({ reviewId: row.subjectId, by });

/** Each is one transaction upon the rows of its aggregate: its run, if there is one, reads them afterwards. */
const deeds: Readonly<Record<ProcessKind, Deeds>> = {
  purchase: {
    extend_deadline: (hand) =>
      extendPurchase(hand.trx, { purchaseId: hand.row.subjectId, until: until(hand), by: hand.by }),
    cancel: async ({ trx, row, by }) => {
      const after = await endPurchase(trx, { purchaseId: row.subjectId, commandId: null, by, act: 'cancel' });
      // rule: order-with-open-payment-is-not-cancelled-by-hand
      if (after.state !== 'cancelled') throw new DomainError('PAYMENT_IN_PROGRESS', { allowed: [] });
    },
  },
  payment: { cancel: ({ trx, row, by }) => askToClose(trx, row.subjectId, by) },
  commodity_add: {
    extend_deadline: (hand) =>
      extendDraft(hand.trx, { subjectId: hand.row.subjectId, until: until(hand), by: hand.by }),
    cancel: async ({ trx, row, by }) => {
      await discardDraft(trx, { commodityId: row.subjectId, commandId: null, by });
    },
  },
  stock_allocation: {
    extend_deadline: (hand) =>
      extendAllocation(hand.trx, { subjectId: hand.row.subjectId, until: until(hand), by: hand.by }),
    cancel: async ({ trx, row, by }) => {
      await giveUpAllocation(trx, { allocationId: row.subjectId, commandId: null, by, act: 'cancel' });
    },
  },
  seller_onboarding: {
    extend_deadline: (hand) =>
      extendProof(hand.trx, { subjectId: hand.row.subjectId, until: until(hand), by: hand.by }),
    resend: (hand) => remindSellerByHand(hand.trx, { subjectId: hand.row.subjectId, by: hand.by, once: once(hand) }),
  },
  certification_fee: {
    resend: (hand) => remindOfFee(hand.trx, { subjectId: hand.row.subjectId, by: hand.by, once: once(hand) }),
    waive_fee: async ({ trx, services, row, by, approval }) => {
      const { policies, feeValidForMs } = services.settings;
      const terms = { ...policies.certificationFee, validForMs: feeValidForMs };
      await waiveFee(trx, { feeId: row.subjectId, approvalId: agreedIn(approval).id, by }, terms);
    },
  },
  merchant_id: {
    extend_deadline: (hand) =>
      extendAccountVerification(hand.trx, { applicationId: hand.row.subjectId, until: until(hand), by: hand.by }),
  },
  review: {
    extend_deadline: (hand) => {
      requireLater(until(hand), { dueAt: hand.row.dueAt, now: new Date() });
      return extendReview(hand.trx, { ...reviewOf(hand), until: until(hand) }, hand.services.reviewSubjects);
    },
    reassign: async (hand) => {
      const to = { ...reviewOf(hand), toAccountId: hand.command.accountId };
      await reassignByOperator(hand.trx, to, hand.services.reviewSubjects);
    },
    resend: (hand) => remindNow(hand.trx, reviewOf(hand), hand.services.reviewSubjects),
    cancel: (hand) => cancelReview(hand.trx, reviewOf(hand), hand.services.reviewSubjects),
    force_decision: async (hand) => {
      const { command, approval, trx, services } = hand;
      const { outcome, verdicts, note } = command;
      const decision = { outcome, verdicts, ...(note === undefined ? {} : { note }) };
      const forced = { ...reviewOf(hand), decision, second: agreedIn(approval).confirmedBy };
      await forceDecision(trx, forced, services.reviewSubjects);
    },
  },
};

/** Where duties stand in rows, the next of them is due now; what a run is waiting to try again is up to the engine. */
const retries: Readonly<Partial<Record<ProcessKind, (trx: Trx, subjectId: string) => Promise<void>>>> = {
  payment: retryPayment,
  merchant_id: retryMerchantId,
  seller_onboarding: retryOnboarding,
};

/**
 * Carries the command out, as far as rows go.
 *
 * @throws DomainError what its rows refuse: WRONG_STATE and the like; OWN_SUBMISSION
 */
export async function carryOut(hand: Hand): Promise<void> {
  const { command, row, trx, by } = hand;
  if (command.command === 'resume') return;
  if (command.command === 'retry_now') {
    await retries[row.kind]?.(trx, row.subjectId);
    return recordIntervention(trx, { kind: row.kind, subjectId: row.subjectId, act: 'retry_now', by });
  }
  const deed = deeds[row.kind][command.command] as ((hand: Hand) => Promise<void>) | undefined;
  if (deed === undefined) throw new Error(`nobody knows how to ${command.command} a ${row.kind}`);
  if (command.command !== 'resend') await refuseOwn(hand);
  try {
    await deed(hand);
  } catch (error) {
    throw await inOperatorsWords(error, hand);
  }
}

/** Who asks and who confirms have nothing to do with the company whose case it is; to look after its run they may. */
async function refuseOwn({ trx, services, row, by, approval }: Hand): Promise<void> {
  // rule: nobody-steers-their-own
  for (const accountId of [by.actor, approval?.confirmedBy ?? by.actor])
    if (await isConcerned(trx, services, row, accountId)) throw new DomainError('OWN_SUBMISSION');
}

/** Rows refuse in the words of whoever works there; `allowed` tells an operator what operators may do. */
async function inOperatorsWords(error: unknown, { trx, row, command }: Hand): Promise<unknown> {
  // rule: operators-are-refused-in-their-words
  if (!(error instanceof DomainError && error.code === 'WRONG_STATE')) return error;
  const now = (await caseById(trx, row.id)) ?? row;
  const allowed = possibleCommands(now).filter((name) => name !== command.command);
  return new DomainError('WRONG_STATE', { ...error.facts, state: now.stage, allowed });
}
