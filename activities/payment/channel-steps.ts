import { codeAbout } from '../../domain/payment/codes';
import {
  ChannelError,
  type ChannelPayment,
  type ChannelRefund,
  type PaymentChannel,
  type RefundOrder,
} from '../../domain/ports/payment-channel';
import { mayBePaid } from '../../domain/payment/states';
import type { Vault } from '../../domain/ports/vault';
import { clearStuck, markStuck } from '../../db/case/repository';
import type { Db } from '../../db/connection';
import {
  attemptOf,
  paymentRecord,
  refundOf,
  type AttemptRecord,
  type PaymentRecord,
  type RefundRecord,
} from '../../db/payment/facts';
import { isOtherRefund, recordChannelRefund, recordRefundFailure } from '../../db/payment/refunds';
import { recordChannelPayment, recordFailure, recordOpened } from '../../db/payment/settlement';
import type { SettlementTerms } from '../../db/payment/subjects';
import {
  paymentWorkflowId,
  type PaymentActInput,
  type PaymentChannelSteps,
  type PaymentSnapshot,
} from '../../workflows/payment/contract';
import { inTransaction } from '../shared/transactions';
import { pauseMs } from './pauses';
import { paymentSnapshot } from './snapshot';

export interface ChannelParts {
  readonly terms: SettlementTerms;
  readonly db: Db;
  /** Undefined where none is configured: then what is owed stays owed, and is shown as stuck. */
  readonly channel: PaymentChannel | undefined;
  readonly vault: Vault;
}

/** From this failure on the case is shown as stuck: before, it may be a hiccup. */
const stuckFromFailure = 5;

/**
 * What a payment does at its channel. Each first reads what is to be asked, calls without a transaction, then writes
 * down the answer. An attempt that stands elsewhere by then is left alone.
 */
export function createPaymentChannelSteps(parts: ChannelParts): PaymentChannelSteps {
  return {
    askForPayment: (input) => aboutAttempt(parts, input, 'created', (to) => open(parts, to)),
    queryAttempt: (input) => aboutAttempt(parts, input, 'asked', (to) => look(parts, to)),
    closeAttempt: (input) => aboutAttempt(parts, input, 'open', (to) => close(parts, to)),
    sendRefund: (input) => aboutRefund(parts, input, 'send'),
    queryRefund: (input) => aboutRefund(parts, input, 'query'),
  };
}

interface Turn {
  readonly input: PaymentActInput;
  readonly channel: PaymentChannel;
  readonly payment: PaymentRecord;
  readonly attempt: AttemptRecord;
}

/** Runs one step upon an attempt that is still where the step starts; what the channel makes impossible is noted. */
async function aboutAttempt(
  parts: ChannelParts,
  input: PaymentActInput,
  where: 'created' | 'asked' | 'open',
  step: (turn: Turn) => Promise<void>,
): Promise<PaymentSnapshot> {
  const payment = await paymentRecord(parts.db, input.paymentId);
  const attempt = attemptOf(payment, input.number);
  if (isThere(attempt, where)) {
    try {
      await step({ input, channel: required(parts.channel), payment, attempt });
      if (attempt.failures >= stuckFromFailure) await clearStuck(parts.db, paymentWorkflowId(payment.id));
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      const askAgainInMs = pauseMs(input.askAgainMs, attempt.failures);
      await inTransaction(parts.db, (trx) =>
        recordFailure(trx, { channelNumber: attempt.channelNumber, code: error.message, askAgainInMs }),
      );
      await showTrouble(parts.db, payment.id, attempt.failures + 1, error);
    }
  }
  return paymentSnapshot(parts.db, input.paymentId);
}

/** `open`: at the channel, for all we know. `asked`: that, or it ended unpaid and is to be asked about all the same. */
function isThere({ state, nextAt }: AttemptRecord, where: 'created' | 'asked' | 'open'): boolean {
  if (where === 'created') return state === 'created';
  if (where === 'open') return mayBePaid({ state });
  return state === 'open' || (state === 'closed' && nextAt !== null);
}

async function open(parts: ChannelParts, turn: Turn): Promise<void> {
  const { input, channel, payment, attempt } = turn;
  const { channelNumber } = attempt;
  try {
    const answer = await channel.createAttempt({
      channelNumber,
      amountFen: attempt.amountFen,
      description: payment.title,
      expiresAt: payment.expiresAt,
      reference: payment.id,
    });
    if (answer.kind === 'already_paid') {
      await look(parts, turn);
      return;
    }
    if (answer.kind === 'number_spent') {
      await note(parts, turn, spent(channelNumber));
      return;
    }
    const { presentation } = answer;
    const code = presentation.kind === 'qr' ? presentation.codeUrl : presentation.redirectUrl;
    await inTransaction(parts.db, (trx) =>
      recordOpened(trx, {
        paymentId: payment.id,
        channelNumber,
        code: parts.vault.seal(codeAbout(channelNumber), code),
        askAgainInMs: pauseMs(input.askAgainMs, 0),
      }),
    );
    return;
  } catch (error) {
    if (!(error instanceof ChannelError)) throw error;
    // rule: refused-attempts-end
    if (error.kind === 'refused' && !isOurOwnFault(error)) {
      await note(parts, turn, spent(channelNumber), error.message);
      // Trying again will hardly help the payer: a person must see it.
      return showTrouble(parts.db, payment.id, stuckFromFailure, error);
    }
    // The order may be there, and paid.
    return lookInstead(parts, turn, error);
  }
}

/** Without an answer it may have happened all the same: the channel is asked before it is told again. */
async function lookInstead(parts: ChannelParts, turn: Turn, trouble: ChannelError): Promise<void> {
  const known = await turn.channel.query(turn.attempt.channelNumber).catch(() => undefined);
  // rule: lost-answers-are-asked-for
  if (known !== undefined && known.standing !== 'unpaid') return note(parts, turn, known);
  throw trouble;
}

/** Refused for what an operator can mend (keys, rights): the attempt waits for that. */
function isOurOwnFault(error: ChannelError): boolean {
  return ['SIGN_ERROR', 'NO_AUTH', 'APPID_MCHID_NOT_MATCH', 'MCH_NOT_EXISTS', 'NOT_CONFIGURED'].includes(error.code);
}

function spent(channelNumber: string): ChannelPayment {
  return { channelNumber, standing: 'closed', transactionId: null, amountFen: null, paidAt: null, foreign: [] };
}

async function look(parts: ChannelParts, turn: Turn): Promise<void> {
  const known = await turn.channel.query(turn.attempt.channelNumber);
  // Nothing more will come of asking: the difference of the books is left to people.
  if (known === undefined && turn.attempt.state === 'closed')
    return note(parts, turn, spent(turn.attempt.channelNumber));
  // rule: unknown-attempts-are-not-closed
  if (known === undefined) throw new ChannelError('refused', 'ORDER_UNKNOWN');
  await note(parts, turn, known);
}

async function close(parts: ChannelParts, turn: Turn): Promise<void> {
  const { channelNumber } = turn.attempt;
  const answer = await turn.channel.close(channelNumber).catch((error: unknown) => {
    if (error instanceof ChannelError) return error;
    throw error;
  });
  if (answer instanceof ChannelError) return lookInstead(parts, turn, answer);
  // rule: lost-orders-are-not-closed
  if (answer === 'unknown' && turn.attempt.state !== 'created') throw new ChannelError('refused', 'ORDER_UNKNOWN');
  if (answer === 'closed' || answer === 'unknown') return note(parts, turn, spent(channelNumber));
  // rule: busy-is-not-closed
  await look(parts, turn);
}

async function note(
  parts: ChannelParts,
  { input, payment, attempt }: Turn,
  fact: ChannelPayment,
  why?: string,
): Promise<void> {
  // rule: foreign-answers-are-not-believed
  if (fact.foreign.length > 0) throw new ChannelError('untrusted', `FOREIGN:${fact.foreign.join('+')}`);
  await inTransaction(parts.db, (trx) =>
    recordChannelPayment(trx, {
      paymentId: payment.id,
      fact,
      askAgainInMs: pauseMs(input.askAgainMs, attempt.polls + 1),
      ...parts.terms,
      ...(why === undefined ? {} : { why }),
    }),
  );
}

async function aboutRefund(
  parts: ChannelParts,
  input: PaymentActInput,
  how: 'send' | 'query',
): Promise<PaymentSnapshot> {
  const payment = await paymentRecord(parts.db, input.paymentId);
  const refund = refundOf(payment, input.number);
  if (refund.nextAt !== null) {
    try {
      const fact = await refundAt(required(parts.channel), payment, { refundNumber: refund.refundNumber, how });
      requireAboutIt(fact, refund);
      const askAgainInMs = pauseMs(input.askAgainMs, refund.polls + 1);
      await inTransaction(parts.db, (trx) => recordChannelRefund(trx, { paymentId: payment.id, fact, askAgainInMs }));
      if (refund.failures >= stuckFromFailure) await clearStuck(parts.db, paymentWorkflowId(payment.id));
    } catch (error) {
      if (!(error instanceof ChannelError)) throw error;
      const askAgainInMs = pauseMs(input.askAgainMs, refund.failures);
      await inTransaction(parts.db, (trx) =>
        recordRefundFailure(trx, { refundNumber: refund.refundNumber, code: error.message, askAgainInMs }),
      );
      await showTrouble(parts.db, payment.id, refund.failures + 1, error);
    }
  }
  return paymentSnapshot(parts.db, input.paymentId);
}

/** The same number with the same terms each time: whatever became of an earlier call, it is one refund. */
async function refundAt(
  channel: PaymentChannel,
  payment: PaymentRecord,
  { refundNumber, how }: { readonly refundNumber: string; readonly how: 'send' | 'query' },
) {
  const refund = refundOf(payment, refundNumber);
  const known = how === 'query' ? await channel.queryRefund(refundNumber) : undefined;
  if (known !== undefined) return known;
  const { channelNumber, amountFen } = refund;
  const totalFen = attemptOf(payment, channelNumber).paidFen ?? amountFen;
  const order = { refundNumber, channelNumber, amountFen, totalFen, reason: payment.title };
  return channel.refund(order).catch((error: unknown) => {
    if (error instanceof ChannelError && hopelessRefunds.has(error.code)) return whatBecameOf(channel, order, error);
    throw error;
  });
}

/** Told so about a refund, the same terms will never do; short money (NOT_ENOUGH) or rights may come. */
const hopelessRefunds: ReadonlySet<string> = new Set([
  'INVALID_REQUEST',
  'PARAM_ERROR',
  'RESOURCE_NOT_EXISTS',
  'ORDER_NOT_EXIST',
  'USER_ACCOUNT_ABNORMAL',
]);

/** Refused for good: unless it is there after all, its money is set apart again, and a person decides. */
async function whatBecameOf(
  channel: PaymentChannel,
  order: RefundOrder,
  refusal: ChannelError,
): Promise<ChannelRefund> {
  const { refundNumber, channelNumber, amountFen } = order;
  const known = await channel.queryRefund(refundNumber);
  // rule: refused-refunds-end
  return (
    known ?? {
      refundNumber,
      channelNumber,
      amountFen,
      standing: 'closed',
      refundId: refusal.code,
      succeededAt: null,
      foreign: [],
    }
  );
}

function requireAboutIt(fact: ChannelRefund, refund: RefundRecord): void {
  if (fact.foreign.length > 0) throw new ChannelError('untrusted', `FOREIGN:${fact.foreign.join('+')}`);
  // rule: refunds-of-other-terms-are-not-believed
  if (isOtherRefund(fact, refund)) throw new ChannelError('untrusted', 'OTHER_REFUND');
}

function required(channel: PaymentChannel | undefined): PaymentChannel {
  if (channel === undefined) throw new ChannelError('refused', 'NOT_CONFIGURED');
  return channel;
}

async function showTrouble(db: Db, paymentId: string, failures: number, error: ChannelError): Promise<void> {
  // rule: channel-trouble-is-shown
  if (failures >= stuckFromFailure) await markStuck(db, paymentWorkflowId(paymentId), `CHANNEL_${error.code}`);
}
