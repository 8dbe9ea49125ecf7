/**
 * An outside channel that takes money for us, told in our words. Whoever implements it speaks the channel's own protocol
 * and keeps its own secrets; nobody else knows field names, signatures or codes of a channel.
 *
 * Amounts are whole fen, times are instants. A *channel number* is ours: the merchant order number of one attempt to
 * collect one payment, allocated and stored before the channel is asked for the first time. A *refund number* likewise.
 * Both are 6 to 32 characters of `0-9 a-z A-Z _ - *`, and asking twice with one number and the same terms is safe.
 */
export interface PaymentChannel {
  readonly capabilities: ChannelCapabilities;

  /**
   * Opens an order at the channel, or finds the one that is there under this number.
   * @throws ChannelError
   */
  createAttempt(order: AttemptOrder): Promise<AttemptAnswer>;

  /**
   * What the channel knows of a number; undefined when it knows nothing.
   * @throws ChannelError
   */
  query(channelNumber: string): Promise<ChannelPayment | undefined>;

  /**
   * `closed`: nobody can pay it any more (closing again is `closed` too). `already_paid`: payment was faster. `busy`:
   * not known, the payer may be paying this moment: query, and never take it for closed. A number the channel does not
   * know is `unknown`.
   * @throws ChannelError
   */
  close(channelNumber: string): Promise<'closed' | 'already_paid' | 'busy' | 'unknown'>;

  /**
   * Gives money of a paid attempt back. The same number again asks about the same refund, whatever became of the first
   * call; a new number would pay out twice.
   * @throws ChannelError
   */
  refund(order: RefundOrder): Promise<ChannelRefund>;

  /**
   * Undefined when the channel knows nothing under this number.
   * @throws ChannelError
   */
  queryRefund(refundNumber: string): Promise<ChannelRefund | undefined>;

  /**
   * What a notification says, once it is certain who says it: signature over the raw bytes, then decryption, then shape.
   * @throws NotificationRefused
   */
  verifyNotification(headers: RawHeaders, rawBody: Uint8Array): ChannelReport;

  /**
   * The channel's own book of one day (its calendar: Asia/Shanghai, `YYYY-MM-DD`), whole and with its hash checked.
   * `not_ready` while the channel has not closed the day.
   * @throws ChannelError
   */
  bill(day: string): Promise<ChannelBill | 'not_ready'>;
}

export const channelNames = ['wechat_pay'] as const;
export type ChannelName = (typeof channelNames)[number];

export interface ChannelCapabilities {
  readonly channel: ChannelName;
  /** How a payer is asked. */
  readonly presents: Presentation['kind'];
  /** An attempt is open this long at most, in milliseconds; minutes at a wallet, days at a bank. */
  readonly longestAttemptMs: number;
  /** How long after payment money can be given back, in milliseconds. */
  readonly refundableForMs: number;
}

export interface AttemptOrder {
  readonly channelNumber: string;
  /** At least 1. */
  readonly amountFen: number;
  /** What the payer reads; no personal data. */
  readonly description: string;
  /** Our payment id, at most 128 bytes, no personal data: the channel keeps it with the order and its staff find it by it. */
  readonly reference: string;
  /** The channel takes no money after it. Whole seconds. */
  readonly expiresAt: Date;
}

export type AttemptAnswer =
  | { readonly kind: 'open'; readonly presentation: Presentation }
  /** Somebody has paid it: query. */
  | { readonly kind: 'already_paid' }
  /** The number is closed or was used with other terms: it can never be paid again, a new attempt needs a new number. */
  | { readonly kind: 'number_spent' };

export type Presentation =
  /** The text of a QR code to be scanned with the payer's wallet. */
  { readonly kind: 'qr'; readonly codeUrl: string } | { readonly kind: 'redirect'; readonly redirectUrl: string };

/**
 * `unpaid`: open, nobody has paid. `in_progress`: the payer is paying. `accepted`: taken by a bank, not yet paid.
 * `paid`. `closed`: can no longer be paid. `failed`: the payer was refused. `bounced`: paid and taken back by the bank.
 * `part_refunded`, `refunded`: paid, and (partly) given back.
 */
export const channelStandings = [
  'unpaid',
  'in_progress',
  'accepted',
  'paid',
  'closed',
  'failed',
  'bounced',
  'part_refunded',
  'refunded',
] as const;
export type ChannelStanding = (typeof channelStandings)[number];

export interface ChannelPayment {
  readonly channelNumber: string;
  readonly standing: ChannelStanding;
  /** The channel's own number of the transaction; null before payment. */
  readonly transactionId: string | null;
  /** The whole order's amount, not what the payer gave after coupons; null where the channel does not say. */
  readonly amountFen: number | null;
  readonly paidAt: Date | null;
  /** What is not ours in it (`merchant`, `app`, `currency`): validly signed, but nothing may be delivered for it. */
  readonly foreign: readonly string[];
}

export interface RefundOrder {
  readonly refundNumber: string;
  readonly channelNumber: string;
  /** At least 1, at most what is left of the whole. */
  readonly amountFen: number;
  /** The whole order's amount. */
  readonly totalFen: number;
  /** What the payer reads; no personal data. */
  readonly reason: string;
}

/** `closed` and `abnormal` end without money moving: a person must look. */
export const refundStandings = ['processing', 'succeeded', 'closed', 'abnormal'] as const;
export type RefundStanding = (typeof refundStandings)[number];

export interface ChannelRefund {
  readonly refundNumber: string;
  readonly channelNumber: string;
  readonly standing: RefundStanding;
  /** The channel's own number. */
  readonly refundId: string;
  /** Null where the channel does not say. */
  readonly amountFen: number | null;
  readonly succeededAt: Date | null;
  readonly foreign: readonly string[];
}

/** A signed message of the channel: one event about one attempt or one refund; it may come several times. */
export type ChannelReport = {
  /** The same for every repetition of one event. */
  readonly eventId: string;
  /** As the channel calls it, e.g. TRANSACTION.SUCCESS. */
  readonly eventType: string;
} & (
  | { readonly about: 'payment'; readonly payment: ChannelPayment }
  | { readonly about: 'refund'; readonly refund: ChannelRefund }
);

export type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Why a notification is not believed. `probe`: the channel tests whether wrong signatures are refused (no alarm).
 * `timestamp`: more than 300 s from our clock (an alarm: one of the clocks is wrong, or it is replayed).
 */
export const notificationFaults = ['headers', 'timestamp', 'serial', 'probe', 'signature', 'sealed', 'shape'] as const;
export type NotificationFault = (typeof notificationFaults)[number];

export class NotificationRefused extends Error {
  override readonly name = 'NotificationRefused';

  constructor(readonly fault: NotificationFault) {
    super(`notification refused: ${fault}`);
  }
}

/**
 * `unreachable`: no answer in time, so what was asked may or may not have happened. `busy`: the channel said to come
 * again (429, 5xx). `refused`: it said no and would say so again; `code` is its word. `untrusted`: the answer is not
 * provably the channel's or makes no sense, and counts as none. Only success must be proved: a channel may sign no
 * refusals. They open, pay and return nothing; that one ends an attempt wrongly shows by a notification or in the book.
 */
export const channelErrorKinds = ['unreachable', 'busy', 'refused', 'untrusted'] as const;
export type ChannelErrorKind = (typeof channelErrorKinds)[number];

/** Carries no body, header, name or number of a payer. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';

  constructor(
    readonly kind: ChannelErrorKind,
    /** The channel's code, e.g. SIGN_ERROR, or what went wrong on the way. */
    readonly code: string,
  ) {
    super(`${kind}: ${code}`);
  }
}

/** A refund that failed moved nothing and has no row. */
export interface BillRow {
  readonly about: 'payment' | 'refund';
  readonly channelNumber: string;
  readonly refundNumber: string | null;
  readonly transactionId: string;
  /** Of the order, or of this refund; positive. */
  readonly amountFen: number;
  readonly at: Date;
}

export interface ChannelBill {
  readonly channel: ChannelName;
  readonly day: string;
  readonly rows: readonly BillRow[];
  /** Hex, as the channel published and we checked it; empty for a closed day of which it has no book: no trades. */
  readonly sha1: string;
}
