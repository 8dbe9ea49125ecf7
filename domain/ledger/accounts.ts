/**
 * The ledger's accounts. Every enterprise has five, in fen, so that each purchase touches rows of its own enterprise
 * only: `funding` (what came in by bank transfer, negative), `balance` (虚拟金, what is left of it), `wechat_pay` (what
 * came in through that channel and was not given back, negative: the mirror of the channel's own books), `received` (what
 * of that is neither delivered for nor given back) and `spent` (what purchases took).
 * A seller has the last three of these, from when its first certification fee opens; there `spent` is what it paid in fees.
 * Every member has two, in points: `points_granted` (what was given, negative) and `points` (what is left).
 * The sum of an owner's accounts is zero at all times: money in = spent + left + received, points granted = points left.
 */
export const ledgerPurposes = ['funding', 'balance', 'spent', 'wechat_pay', 'received'] as const;
export type LedgerPurpose = (typeof ledgerPurposes)[number];

export const sellerPurposes = ['wechat_pay', 'received', 'spent'] as const satisfies readonly LedgerPurpose[];

export const memberPurposes = ['points_granted', 'points'] as const;
export type MemberPurpose = (typeof memberPurposes)[number];

/** `ownerId` is the enterprise or seller of a money account, the member of a points account. */
export function ledgerAccountId(purpose: LedgerPurpose | MemberPurpose, ownerId: string): string {
  return `${purpose}:${ownerId}`;
}

/** What moved it: with `source` (the id of the business fact) it is unique, so nothing is booked twice. */
export const journalKinds = [
  'top_up',
  'purchase_payment',
  'fee_payment',
  'points_adjustment',
  'channel_receipt',
  'channel_refund',
] as const;
export type JournalKind = (typeof journalKinds)[number];

export interface LedgerLine {
  readonly accountId: string;
  /** Fen or points, as the account counts; what it gains (positive) or gives (negative). */
  readonly amount: number;
}
