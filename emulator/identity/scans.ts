import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Books } from '../books/books';
import type { Shelf } from '../books/shelf';
import { reference } from '../bank/transfers';
import { NotPossible } from '../not-possible';
import { JsonRefusal } from '../signed-json/pipeline';
import type { ScanNotifier } from './notifier';

export type ScanState = 'pending' | 'passed' | 'failed';

export interface Scan {
  readonly reference: string;
  readonly enterpriseName: string;
  readonly scanUrl: string;
  /** Empty: nobody is told, whoever wants to know asks. */
  readonly notifyUrl: string;
  readonly state: ScanState;
  readonly at: number;
  readonly terms: string;
}

const text = (longest: number) => z.string().trim().min(1).max(longest);

export const scanBody = z.strictObject({
  reference,
  enterpriseName: text(200),
  code: z.string().regex(/^[0-9A-Z]{18}$/),
  name: text(100),
  idNumber: z.string().regex(/^(?:\d{15}|\d{17}[\dX])$/),
  notifyUrl: z
    .url({ protocol: /^https?$/ })
    .max(255)
    .optional(),
});
type Order = z.infer<typeof scanBody>;

/** Somebody looks legal persons in the face; at the controls it is decided what is seen. */
export class Scans {
  private readonly shelf: Shelf<Scan>;

  constructor(
    books: Books,
    private readonly notifier: ScanNotifier,
  ) {
    this.shelf = books.shelf('scans');
  }

  /** Asked again it is the same scan; where the outcome is told may be somewhere else by now. */
  async begin({ notifyUrl = '', ...person }: Order): Promise<{ scanUrl: string }> {
    const terms = createHash('sha256').update(JSON.stringify(person)).digest('hex');
    const { reference: key, enterpriseName } = person;
    const there = this.shelf.get(key);
    if (there !== undefined && there.terms !== terms) throw new JsonRefusal(409, 'TERMS_CHANGED');
    const scanUrl = there?.scanUrl ?? `https://scan.example/s/${randomBytes(12).toString('hex')}`;
    const fresh = { reference: key, enterpriseName, scanUrl, state: 'pending', at: Date.now(), terms } as const;
    if (there?.notifyUrl !== notifyUrl) await this.shelf.put(key, { ...(there ?? fresh), notifyUrl });
    return { scanUrl };
  }

  query(key: string): { state: ScanState } {
    const there = this.shelf.get(key);
    if (there === undefined) throw new JsonRefusal(404, 'UNKNOWN');
    return { state: there.state };
  }

  /** Newest first. */
  all(): readonly Scan[] {
    return [...this.shelf.all()].sort((one, other) => other.at - one.at);
  }

  /**
   * A scan that has ended.
   * @throws NotPossible
   */
  answered(key: string): Scan & { readonly state: Exclude<ScanState, 'pending'> } {
    const { state, ...scan } = this.known(key);
    if (state === 'pending') throw new NotPossible(409, 'nobody has scanned it');
    return { ...scan, state };
  }

  /**
   * The person scans: seen, or not. Again the same is told again; the other answer is a change of mind and told too.
   * @throws NotPossible
   */
  async answer(key: string, state: Exclude<ScanState, 'pending'>): Promise<Scan> {
    const answered: Scan = { ...this.known(key), state };
    await this.shelf.put(key, answered);
    await this.notifier.announce(answered.notifyUrl, key, state);
    return answered;
  }

  private known(key: string): Scan {
    const there = this.shelf.get(key);
    if (there === undefined) throw new NotPossible(404, 'no scan has this reference');
    return there;
  }
}
