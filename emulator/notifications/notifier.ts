import { createHash } from 'node:crypto';
import type { Books } from '../books/books';
import type { EventType, Notice } from '../books/records';
import type { FaultKind, Faults } from '../faults';
import type { Identity } from '../keys/identity';
import type { Pace } from '../settings';
import { notification } from './message';
import { Turnstile } from './turnstile';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** The waits between two tries of one event: 15 retries within 24 h 4 min. */
export const retryWaitsMs: readonly number[] = [
  15 * second,
  15 * second,
  30 * second,
  3 * minute,
  10 * minute,
  20 * minute,
  30 * minute,
  30 * minute,
  30 * minute,
  60 * minute,
  3 * hour,
  3 * hour,
  3 * hour,
  6 * hour,
  6 * hour,
];

const atOnce = 64;

const spoilt: readonly FaultKind[] = [
  'wrong_signature',
  'probe',
  'old_timestamp',
  'tampered_body',
  'unknown_serial',
  'certificate_serial',
  'unsigned_answer',
  'wrong_amount',
  'wrong_merchant',
];

/** A status, or why there is none. */
export type Delivery = number | 'unreachable';

/** Tells the merchant what has happened, again and again until it is acknowledged. */
export class Notifier {
  private readonly turnstile = new Turnstile(atOnce);
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly books: Books,
    private readonly identity: Identity,
    private readonly faults: Faults,
    private readonly pace: Pace,
  ) {}

  /** Takes up again what was open when the process ended. */
  resume(): void {
    for (const notice of this.books.openNotices()) this.plan(notice);
  }

  /** Something has happened: it is written down, and told from now on. Resolves when it is written. */
  async announce(event: EventType, number: string): Promise<void> {
    if (this.receiver(aboutOf(event), number) === '') return;
    if (this.faults.take('notification', ['no_notification']) !== undefined) return;
    const notice = noticeOf(event, number);
    await this.books.saveNotice(notice);
    this.plan(notice);
  }

  /** The event once more, `times` at the same time, whether acknowledged or not; how each was answered. */
  async repeat(event: EventType, number: string, times: number): Promise<Delivery[]> {
    const notice = noticeOf(event, number);
    return Promise.all(Array.from({ length: times }, () => this.deliver(notice)));
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private plan(notice: Notice): void {
    clearTimeout(this.timers.get(notice.id));
    const timer = setTimeout(() => void this.attempt(notice), Math.max(0, notice.nextAt - Date.now()));
    this.timers.set(notice.id, timer);
  }

  private async attempt(notice: Notice): Promise<void> {
    this.timers.delete(notice.id);
    const answer = await this.turnstile.pass(() => this.deliver(notice));
    const wait = retryWaitsMs[notice.sent];
    if (answer === 200 || answer === 204 || wait === undefined) {
      await this.books.endNotice(notice.id);
      return;
    }
    const next: Notice = { ...notice, sent: notice.sent + 1, nextAt: Date.now() + wait / this.pace.timeScale };
    await this.books.saveNotice(next);
    this.plan(next);
  }

  private async deliver(notice: Notice): Promise<Delivery> {
    const message = await notification(this.books, this.identity, notice, this.faults.take('notification', spoilt));
    if (message === undefined) return 'unreachable';
    try {
      const answer = await fetch(this.receiver(notice.about, notice.number), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Accept: '*/*', 'User-Agent': 'Mozilla/4.0', ...message.headers },
        body: message.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(this.pace.answerWithinMs),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 'unreachable';
    }
  }

  private receiver(about: Notice['about'], number: string): string {
    return (about === 'payment' ? this.books.order(number)?.notifyUrl : this.books.refund(number)?.notifyUrl) ?? '';
  }
}

const aboutOf = (event: EventType): Notice['about'] => (event === 'TRANSACTION.SUCCESS' ? 'payment' : 'refund');

function noticeOf(event: EventType, number: string): Notice {
  const now = Date.now();
  return { id: eventId(event, number), event, about: aboutOf(event), number, createdAt: now, sent: 0, nextAt: now };
}

/** The same for every repetition of one event, also after a restart. */
function eventId(event: EventType, number: string): string {
  const digest = createHash('sha256').update(`${event} ${number}`).digest('hex');
  return digest.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
