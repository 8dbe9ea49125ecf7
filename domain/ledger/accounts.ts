/**
 * The ledger's accounts. Every enterprise has three, in fen, so that each purchase touches rows of its own enterprise
 * only: `funding` (what came in, negative), `balance` (虚拟金, what is left) and `spent` (what purchases took).
 * Their sum is zero at all times: money in = spent + left.
 */
export const ledgerPurposes = ['funding', 'balance', 'spent'] as const;
export type LedgerPurpose = (typeof ledgerPurposes)[number];

export function ledgerAccountId(purpose: LedgerPurpose, enterpriseId: string): string {
  return `${purpose}:${enterpriseId}`;
}

/** What moved money: with `source` (the id of the business fact) it is unique, so nothing is booked twice. */
export const journalKinds = ['top_up', 'purchase_payment'] as const;
export type JournalKind = (typeof journalKinds)[number];

export interface LedgerLine {
  readonly accountId: string;
  /** Fen; what the account gains (positive) or gives (negative). */
  readonly amountFen: number;
}
