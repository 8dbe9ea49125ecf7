import { createHash } from 'node:crypto';
import type { Books } from '../books/books';
import type { Shelf } from '../books/shelf';
import type { Faults } from '../faults';
import { retryWaitsMs, type Delivery } from '../notifications/notifier';
import type { Pace } from '../settings';
import { signedMessage, twists } from '../signed-json/signing';

/** An event that has not been acknowledged yet. */
interface ScanNotice {
  /** The same for every repetition of one event. */
  readonly id: string;
  readonly url: string;
  readonly reference: string;
  readonly state: 'passed' | 'failed';
  readonly createdAt: number;
  /** How often it was sent. */
  readonly sent: number;
  readonly nextAt: number;
}

/** Tells how scans ended, again and again until it is acknowledged: any 2xx does. */
export class ScanNotifier {
  private readonly shelf: Shelf<ScanNotice>;
  private readonly timers = new Map<string, NodeJS.Timeout>();

  constructor(
    books: Books,
    private readonly secret: string,
    private readonly faults: Faults,
    private readonly pace: Pace,
  ) {
    this.shelf = books.shelf('scan_notices');
  }

  resume(): void {
    for (const notice of this.shelf.all()) this.plan(notice);
  }

  stop(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  open(): readonly ScanNotice[] {
    return this.shelf.all();
  }

  /** Resolves when it is written down. */
  async announce(url: string, reference: string, state: ScanNotice['state']): Promise<void> {
    if (url === '' || this.faults.take('scan_notification', ['no_notification']) !== undefined) return;
    const notice = noticeOf(url, reference, state);
    await this.shelf.put(notice.id, notice);
    this.plan(notice);
  }

  /** The event once more, `times` at the same time, whether acknowledged or not; how each was answered. */
  repeat(url: string, reference: string, state: ScanNotice['state'], times: number): Promise<Delivery[]> {
    const notice = noticeOf(url, reference, state);
    return Promise.all(Array.from({ length: times }, () => this.deliver(notice)));
  }

  private plan(notice: ScanNotice): void {
    clearTimeout(this.timers.get(notice.id));
    const wait = Math.max(0, notice.nextAt - Date.now());
    this.timers.set(
      notice.id,
      setTimeout(() => void this.attempt(notice), wait),
    );
  }

  private async attempt(notice: ScanNotice): Promise<void> {
    this.timers.delete(notice.id);
    const answer = await this.deliver(notice);
    const wait = retryWaitsMs[notice.sent];
    if ((typeof answer === 'number' && answer >= 200 && answer < 300) || wait === undefined) {
      await this.shelf.remove(notice.id);
      return;
    }
    const next = { ...notice, sent: notice.sent + 1, nextAt: Date.now() + wait / this.pace.timeScale };
    await this.shelf.put(notice.id, next);
    this.plan(next);
  }

  private async deliver({ id, url, reference, state, createdAt }: ScanNotice): Promise<Delivery> {
    const content = { type: `scan.${state}`, timestamp: new Date(createdAt).toISOString(), data: { reference } };
    const twist = this.faults.take('scan_notification', twists);
    const signed = signedMessage(this.secret, { id, between: [], body: JSON.stringify(content) }, twist);
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...signed.headers },
        body: signed.body,
        redirect: 'manual',
        signal: AbortSignal.timeout(this.pace.answerWithinMs),
      });
      await answer.arrayBuffer();
      return answer.status;
    } catch {
      return 'unreachable';
    }
  }
}

function noticeOf(url: string, reference: string, state: ScanNotice['state']): ScanNotice {
  const now = Date.now();
  const id = `evt_${createHash('sha256').update(`${reference} ${state}`).digest('hex').slice(0, 32)}`;
  return { id, url, reference, state, createdAt: now, sent: 0, nextAt: now };
}
