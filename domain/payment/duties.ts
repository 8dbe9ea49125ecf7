import {
  isUnsettled,
  mayBePaid,
  type AttemptState,
  type Owed,
  type PaymentException,
  type PaymentState,
} from './states';
import type { RefundState } from './states';

/** What of a payment's rows decides what is to be done next. Times are by the database's clock. */
export interface PaymentFacts {
  readonly now: Date;
  readonly state: PaymentState;
  readonly exception: PaymentException | null;
  readonly expiresAt: Date;
  readonly closeAsked: boolean;
  /** The attempt whose money was delivered for. */
  readonly settledBy: string | null;
  /** Messages of the channel that nobody has acted on. */
  readonly unappliedReports: number;
  readonly attempts: readonly AttemptFacts[];
  readonly refunds: readonly RefundFacts[];
}

export interface AttemptFacts {
  readonly channelNumber: string;
  readonly state: AttemptState;
  readonly nextAt: Date | null;
  /** What came in and is promised to no refund. */
  readonly keptFen: number;
}

export interface RefundFacts {
  readonly refundNumber: string;
  readonly state: RefundState;
  readonly nextAt: Date | null;
}

/** `apply` what the channel told; `ask` it to open an attempt; `query`, `close` one; `end` what nobody paid; `refund`, `query_refund`. */
export const dutyActs = ['apply', 'ask', 'query', 'close', 'end', 'refund', 'query_refund'] as const;
export type DutyAct = (typeof dutyActs)[number];

export interface Duty {
  readonly act: DutyAct;
  /** Channel number or refund number. */
  readonly number: string;
  readonly at: Date;
}

/** Nobody is to pay (any more): asked for, settled otherwise, or the time is over. */
export function isClosing(
  facts: Pick<PaymentFacts, 'state' | 'exception' | 'closeAsked' | 'expiresAt' | 'now'>,
): boolean {
  // rule: expired-payments-close, asked-payments-close, settled-payments-close-the-rest
  return facts.closeAsked || !isUnsettled(facts.state, facts.exception) || facts.expiresAt <= facts.now;
}

/**
 * What a payment has to do next, and when: the earliest of everything it owes. Undefined when nothing is owed. That the
 * rows decide, not what a run remembers, lets any run go on where another was killed.
 */
export function nextDuty(facts: PaymentFacts): Duty | undefined {
  const duties = [...dutiesOfReports(facts), ...facts.refunds.flatMap(dutyOfRefund), ...dutiesOfAttempts(facts)];
  return duties.reduce<Duty | undefined>(
    (first, duty) => (first !== undefined && first.at <= duty.at ? first : duty),
    undefined,
  );
}

function dutiesOfReports(facts: PaymentFacts): Duty[] {
  return facts.unappliedReports > 0 ? [{ act: 'apply', number: '', at: new Date(0) }] : [];
}

function dutyOfRefund({ state, refundNumber, nextAt }: RefundFacts): Duty[] {
  if (nextAt === null) return [];
  if (state === 'created') return [{ act: 'refund', number: refundNumber, at: nextAt }];
  // An abnormal one is asked about too: it may be mended at the channel.
  return state === 'processing' || state === 'abnormal'
    ? [{ act: 'query_refund', number: refundNumber, at: nextAt }]
    : [];
}

function dutiesOfAttempts(facts: PaymentFacts): Duty[] {
  const closing = isClosing(facts);
  const asked = facts.attempts.flatMap(dutyOfEndedAttempt);
  const open = facts.attempts.filter(mayBePaid);
  if (open.length > 0) return [...asked, ...open.flatMap((attempt) => dutyOfAttempt(attempt, facts, closing))];
  if (!isUnsettled(facts.state, facts.exception)) return asked;
  // rule: unpaid-payments-end
  return [...asked, { act: 'end', number: '', at: closing ? facts.now : facts.expiresAt }];
}

/** An attempt that ended unpaid is asked about again when the channel's books say otherwise. */
function dutyOfEndedAttempt({ channelNumber, state, nextAt }: AttemptFacts): Duty[] {
  // rule: ended-attempts-may-be-asked-about
  return state === 'closed' && nextAt !== null ? [{ act: 'query', number: channelNumber, at: nextAt }] : [];
}

function dutyOfAttempt(attempt: AttemptFacts, facts: PaymentFacts, closing: boolean): Duty[] {
  const { channelNumber: number, state } = attempt;
  const at = attempt.nextAt ?? facts.now;
  // rule: refused-attempts-are-closed
  if (closing || state === 'refused') return [{ act: 'close', number, at }];
  const turn: Duty = { act: state === 'created' ? 'ask' : 'query', number, at };
  return turn.at <= facts.expiresAt ? [turn] : [{ act: 'close', number, at: facts.expiresAt }];
}

/** Who has to do something, for the lists of cases. */
export function owedBy(facts: PaymentFacts): Owed {
  return {
    exception: facts.exception,
    asking: facts.attempts.some(({ state }) => state === 'created'),
    closing: isClosing(facts),
    refunding: facts.refunds.some(({ state }) => state === 'created' || state === 'processing'),
    needsOperator: facts.refunds.some(({ state }) => state === 'abnormal') || facts.attempts.some(isSurplus(facts)),
  };
}

/**
 * Money that nothing was delivered for and that is not on its way back: of a wrong amount, or the channel could not give
 * it back. It stays set apart until an operator decides.
 */
export function isSurplus(facts: Pick<PaymentFacts, 'settledBy'>): (attempt: AttemptFacts) => boolean {
  return ({ keptFen, channelNumber }) => keptFen > 0 && channelNumber !== facts.settledBy;
}

/** Nothing is owed by anybody: its run may end. */
export function isOver(facts: PaymentFacts): boolean {
  const { needsOperator, refunding } = owedBy(facts);
  const final = facts.state === 'succeeded' || facts.state === 'cancelled' || facts.state === 'refunded';
  return final && !needsOperator && !refunding && nextDuty(facts) === undefined;
}
