import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Books } from '../books/books';
import type { Shelf } from '../books/shelf';
import type { Fault, FaultKind } from '../faults';
import { NotPossible } from '../not-possible';
import { JsonRefusal } from '../signed-json/pipeline';

export type TransferState = 'sent' | 'pending' | 'failed';

export interface Transfer {
  readonly reference: string;
  readonly accountNumber: string;
  readonly accountName: string;
  readonly amountFen: number;
  readonly state: TransferState;
  /** When it arrived, or was ordered: milliseconds since 1970. */
  readonly at: number;
  /** Digest of the order: asking again must say the same. */
  readonly terms: string;
}

export const reference = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/);
const text = (longest: number) => z.string().trim().min(1).max(longest);

export const transferBody = z.strictObject({
  reference,
  accountName: text(200),
  accountNumber: z.string().regex(/^\d{8,32}$/),
  bankName: text(200),
  branchName: text(200),
  location: text(200),
  amountFen: z.int().min(1).max(99),
});
type Order = z.infer<typeof transferBody>;

export const referenceBody = z.strictObject({ reference });

/** A bank that pays out for us. What it has sent is seen on the account that received it. */
export class Transfers {
  private readonly shelf: Shelf<Transfer>;

  constructor(books: Books) {
    this.shelf = books.shelf('transfers');
  }

  async send(
    order: Order,
    fault: (kinds: readonly FaultKind[]) => Fault | undefined,
  ): Promise<{ state: TransferState }> {
    const terms = createHash('sha256').update(JSON.stringify(order)).digest('hex');
    const there = this.shelf.get(order.reference);
    if (there !== undefined && there.terms !== terms) throw new JsonRefusal(409, 'TERMS_CHANGED');
    if (there !== undefined) return { state: there.state };
    const kind = fault(['transfer_failed', 'keep_processing'])?.kind;
    const state = kind === 'transfer_failed' ? 'failed' : kind === 'keep_processing' ? 'pending' : 'sent';
    const { accountNumber, accountName, amountFen } = order;
    const transfer = {
      reference: order.reference,
      accountNumber,
      accountName,
      amountFen,
      state,
      at: Date.now(),
      terms,
    };
    await this.shelf.put(order.reference, transfer as Transfer);
    return { state };
  }

  query(reference: string): { state: TransferState } {
    const there = this.shelf.get(reference);
    if (there === undefined) throw new JsonRefusal(404, 'UNKNOWN');
    return { state: there.state };
  }

  /** Newest first. */
  all(): readonly Transfer[] {
    return [...this.shelf.all()].sort((one, other) => other.at - one.at);
  }

  /** Money on an account, newest first. */
  arrivedOn(accountNumber: string | undefined): readonly Transfer[] {
    const isOn = (transfer: Transfer) => accountNumber === undefined || transfer.accountNumber === accountNumber;
    return this.all().filter((transfer) => transfer.state === 'sent' && isOn(transfer));
  }

  /** @throws NotPossible */
  async settle(reference: string, state: 'sent' | 'failed'): Promise<Transfer> {
    const there = this.shelf.get(reference);
    if (there === undefined) throw new NotPossible(404, 'no transfer has this reference');
    if (there.state !== 'pending' && there.state !== state) throw new NotPossible(409, `it is ${there.state}`);
    const settled = there.state === state ? there : { ...there, state, at: Date.now() };
    await this.shelf.put(reference, settled);
    return settled;
  }
}
