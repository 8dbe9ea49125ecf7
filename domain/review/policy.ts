/** What is known when something is submitted by a seller. */
export interface PolicyFacts {
  /** Operators trust the seller with submissions of this kind. */
  readonly trusted: boolean;
  /** A person approved something of this kind of the seller's before. */
  readonly approvedBefore: boolean;
  /** What the machine's rules find; null where there are no such rules. */
  readonly problems: number | null;
  /** Other sellers with the same code, bank account or phone. */
  readonly duplicates: number;
  readonly takenDown: boolean;
}

/**
 * Whether a submission needs no reviewer. Trust alone is not enough: whatever the rules find, whoever looks like another
 * seller, and what was taken down goes to a person.
 */
export function approvedByPolicy({ trusted, approvedBefore, problems, duplicates, takenDown }: PolicyFacts): boolean {
  // rule: policy-needs-every-fact
  return trusted && approvedBefore && problems === 0 && duplicates === 0 && !takenDown;
}
