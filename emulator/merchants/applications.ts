import { randomInt } from 'node:crypto';
import type { Books } from '../books/books';
import type { Shelf } from '../books/shelf';
import { NotPossible } from '../not-possible';

export type MerchantChannel = 'wechat_pay' | 'tenpay';

/** In the words of any channel; each spells them its own way on the wire. */
export type ApplicationState =
  'checking' | 'verify_account' | 'auditing' | 'rejected' | 'to_sign' | 'opened' | 'frozen';

export interface Reason {
  readonly field: string;
  readonly reason: string;
}

export interface Remittance {
  readonly amountFen: number;
  readonly remark: string;
  /** Milliseconds since 1970. */
  readonly deadline: number;
  readonly askedAt: number;
}

/** One application under the platform's own number; a rejected form's place is taken by the next under that number. */
export interface Application {
  /** The channel's own number. */
  readonly id: string;
  readonly channel: MerchantChannel;
  readonly number: string;
  readonly state: ApplicationState;
  readonly name: string;
  readonly code: string;
  readonly legalName: string;
  readonly shortName: string;
  /** The account that is to be verified; empty where the form names none. */
  readonly accountNumber: string;
  /** How many forms there were under the number. */
  readonly forms: number;
  /** Digest of the form: asking again says the same. */
  readonly terms: string;
  readonly reasons: readonly Reason[];
  readonly remittance: Remittance | null;
  readonly merchantId: string | null;
  readonly createdAt: number;
}

export type NewForm = Pick<
  Application,
  'channel' | 'number' | 'name' | 'code' | 'legalName' | 'shortName' | 'accountNumber' | 'terms'
>;

const dayMs = 86_400_000;
const digits = (count: number): string => Array.from({ length: count }, () => randomInt(10)).join('');

/** What both channels keep about applications, and what their staff can do with one. */
export class Applications {
  private readonly shelf: Shelf<Application>;

  constructor(books: Books) {
    this.shelf = books.shelf('merchant_applications');
  }

  of(channel: MerchantChannel, number: string): Application | undefined {
    return this.shelf.get(`${channel}:${number}`);
  }

  byId(id: string): Application | undefined {
    return this.shelf.all().find((application) => application.id === id);
  }

  /** Newest first. */
  all(): readonly Application[] {
    return [...this.shelf.all()].reverse();
  }

  /** What accounts are asked to remit. */
  remittancesOf(accountNumber: string | undefined) {
    return this.shelf.all().flatMap(({ remittance, accountNumber: account }) => {
      if (remittance === null || (accountNumber !== undefined && accountNumber !== account)) return [];
      return [{ accountNumber: account, amountFen: remittance.amountFen, at: remittance.askedAt }];
    });
  }

  /** The form is new, or takes the place of one that was rejected. */
  async take(form: NewForm): Promise<Application> {
    const before = this.of(form.channel, form.number);
    const application: Application = {
      ...form,
      // Longer than a number of JavaScript can be: it has to be kept as text.
      id: before?.id ?? `2${digits(17)}`,
      state: 'checking',
      forms: (before?.forms ?? 0) + 1,
      reasons: [],
      remittance: null,
      merchantId: null,
      createdAt: before?.createdAt ?? Date.now(),
    };
    await this.save(application);
    return application;
  }

  /** The data are checked by now; whoever asks next hears of it. */
  async reviewed(application: Application): Promise<void> {
    if (application.state === 'checking') await this.save({ ...application, state: 'auditing' });
  }

  /** 账户验证: the account's owner is asked to remit a sum. */
  async verifyAccount(
    id: string,
    terms: { readonly amountFen?: number | undefined; readonly deadlineSeconds?: number | undefined },
  ): Promise<Application> {
    const at = this.existing(id);
    if (at.channel !== 'wechat_pay') throw new NotPossible(409, 'this channel verifies no account');
    if (at.state === 'verify_account') return at;
    requireState(at, ['checking', 'auditing']);
    const now = Date.now();
    const remittance = {
      amountFen: terms.amountFen ?? 100 + randomInt(900),
      remark: digits(6),
      // The channel tells whole seconds.
      deadline:
        Math.floor((now + (terms.deadlineSeconds === undefined ? 10 * dayMs : terms.deadlineSeconds * 1_000)) / 1_000) *
        1_000,
      askedAt: now,
    };
    return this.save({ ...at, state: 'verify_account', remittance });
  }

  /** The remittance has arrived. */
  async remit(id: string): Promise<Application> {
    const at = this.existing(id);
    requireState(at, ['verify_account']);
    return this.save({ ...at, state: 'auditing', remittance: null });
  }

  /** 审核通过: the contract waits to be signed. */
  async approve(id: string): Promise<Application> {
    const at = this.existing(id);
    if (at.state === 'to_sign' || at.state === 'opened') return at;
    requireState(at, ['checking', 'verify_account', 'auditing', 'rejected']);
    return this.save({ ...at, state: 'to_sign', remittance: null, reasons: [], merchantId: merchantIdOf(at) });
  }

  /** 驳回; also what was approved, or opened by mistake. */
  async reject(id: string, reasons: readonly Reason[]): Promise<Application> {
    const at = this.existing(id);
    return this.save({ ...at, state: 'rejected', remittance: null, reasons, merchantId: null });
  }

  async sign(id: string): Promise<Application> {
    const at = this.existing(id);
    if (at.state === 'opened') return at;
    requireState(at, ['to_sign']);
    return this.save({ ...at, state: 'opened' });
  }

  async freeze(id: string): Promise<Application> {
    const at = this.existing(id);
    if (at.state === 'frozen') return at;
    requireState(at, ['opened']);
    return this.save({ ...at, state: 'frozen' });
  }

  async thaw(id: string): Promise<Application> {
    const at = this.existing(id);
    if (at.state === 'opened') return at;
    requireState(at, ['frozen']);
    return this.save({ ...at, state: 'opened' });
  }

  private existing(id: string): Application {
    const found = this.byId(id);
    if (found === undefined) throw new NotPossible(404, 'no application has this id');
    return found;
  }

  private async save(application: Application): Promise<Application> {
    await this.shelf.put(`${application.channel}:${application.number}`, application);
    return application;
  }
}

function merchantIdOf(at: Application): string {
  return at.merchantId ?? `${at.channel === 'wechat_pay' ? '16' : '28'}${digits(8)}`;
}

function requireState(at: Application, states: readonly ApplicationState[]): void {
  if (!states.includes(at.state)) throw new NotPossible(409, `it is ${at.state}`);
}
