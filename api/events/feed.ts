import type { Logger } from 'pino';
import { onlookerOf, sees } from '../../domain/change/onlooker';
import { principalsOfSessions } from '../../db/account/repository';
import { changesAfter, changesVisibleTo, feedBounds, newestChanges, sequenceChanges } from '../../db/change/feed';
import type { Db } from '../../db/connection';
import { changeFrame, heartbeatFrame, openingFrame, resetFrame } from './frames';
import { keptChanges, Recent, type Told } from './recent';
import { audienceOf, Stream, type Listener } from './stream';

/** In milliseconds. */
export interface FeedTimes {
  /** Between looks for what is new, while anybody listens. */
  readonly lookMs: number;
  readonly heartbeatMs: number;
  /** Between looks whether the listeners are still signed in and may still see what they see. */
  readonly checkMs: number;
  /** How long a client that is being brought up to date may take for each part. */
  readonly drainMs: number;
}

export const feedTimes: Omit<FeedTimes, 'lookMs'> = { heartbeatMs: 15_000, checkMs: 30_000, drainMs: 30_000 };

interface Parts {
  readonly db: Db;
  readonly log: Logger;
  readonly times: FeedTimes;
  readonly maxStreams: number;
}

/** Numbers given, and changes read, by one statement. */
const batch = 5_000;
/** Changes a client is told at once while it is brought up to date. */
const slice = 1_000;

/**
 * Tells the clients of this process what changes. One look at the feed serves them all, however many they are; nobody
 * looks while nobody listens. A client first is brought up to date from where it stands, then goes along with the rest:
 * the step from one to the other is made between two looks, so that nothing is missed and nothing told twice.
 */
export class ChangeFeed {
  private readonly streams = new Set<Stream>();
  /** Those that are up to date, by what they see. */
  private readonly live = new Map<string, Set<Stream>>();
  private recent: Recent | undefined;
  private running: Promise<void> | undefined;
  private waiting: (() => void)[] = [];
  private stopped = false;
  private slow = 0;

  constructor(private readonly parts: Parts) {}

  get size(): number {
    return this.streams.size;
  }

  get cutOff(): number {
    return this.slow;
  }

  get isFull(): boolean {
    return this.streams.size >= this.parts.maxStreams;
  }

  get isStopped(): boolean {
    return this.stopped;
  }

  /** Takes over an answer whose head is written; `lastEventId` is where the client stood, null for one that is new. */
  open(listener: Listener, lastEventId: string | null): void {
    const stream = new Stream(listener, () => (this.slow += 1));
    // The client may be gone before it was listened to: then nothing would ever take it off.
    if (!stream.isOpen) return;
    this.streams.add(stream);
    listener.response.once('close', () => this.leave(stream));
    listener.response.on('error', () => this.leave(stream));
    if (this.stopped) {
      stream.end();
      return;
    }
    this.running ??= this.run();
    this.bring(stream, lastEventId).catch((error: unknown) => this.sendAgain(stream, error));
  }

  /** Ends every stream: the clients come back elsewhere. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const stream of this.streams) stream.end();
    await this.running;
  }

  private leave(stream: Stream): void {
    this.streams.delete(stream);
    const together = this.live.get(stream.audience);
    together?.delete(stream);
    if (together?.size === 0) this.live.delete(stream.audience);
  }

  private async run(): Promise<void> {
    const { times, log } = this.parts;
    let beatAt = Date.now();
    let checkedAt = Date.now();
    while (this.streams.size > 0 && !this.stopped) {
      try {
        await this.look();
        if (Date.now() - checkedAt >= times.checkMs) {
          await this.check();
          checkedAt = Date.now();
        }
      } catch (error) {
        log.warn({ err: error }, 'changes could not be read');
      }
      if (Date.now() - beatAt >= times.heartbeatMs) {
        this.beat();
        beatAt = Date.now();
      }
      await new Promise((resolve) => setTimeout(resolve, times.lookMs));
    }
    this.recent = undefined;
    this.running = undefined;
  }

  /** Gives numbers to what nobody else did, and tells what is new. */
  private async look(): Promise<void> {
    const { db } = this.parts;
    let full = true;
    while (full) full = (await sequenceChanges(db, batch)) === batch;
    if (this.recent === undefined) {
      const { last } = await feedBounds(db);
      this.recent = new Recent(await newestChanges(db, last, keptChanges), last);
    }
    const stoodAt = this.recent.last;
    do {
      const rows = await changesAfter(db, this.recent.last, batch);
      this.tell(this.recent.add(rows));
      full = rows.length === batch;
    } while (full);
    if (this.recent.last === stoodAt) await this.beginAnewIfRestored(stoodAt);
    for (const go of this.waiting.splice(0)) go();
  }

  /** After the database was restored to an earlier moment, numbers that were told are given to other changes. */
  private async beginAnewIfRestored(stoodAt: number): Promise<void> {
    const { db } = this.parts;
    const { last } = await feedBounds(db);
    // rule: restored-feeds-are-reset
    if (last >= stoodAt) return;
    this.recent = new Recent(await newestChanges(db, last, keptChanges), last);
    for (const stream of this.streams) {
      stream.position = last;
      stream.send(resetFrame(last));
    }
  }

  private tell(told: readonly Told[]): void {
    if (told.length === 0) return;
    for (const together of this.live.values()) {
      const [first] = together;
      if (first === undefined) continue;
      const text = textFor(first, told);
      if (text === '') continue;
      const bytes = Buffer.from(text);
      for (const stream of together) {
        stream.send(bytes);
        // rule: slow-listeners-go-at-their-own-pace
        if (stream.isBehind) this.letGo(stream, together);
      }
    }
  }

  /** It comes after at its own pace, if at all: what is kept for it must not grow with what happens. */
  private letGo(stream: Stream, together: Set<Stream>): void {
    together.delete(stream);
    stream.position = this.recent?.last ?? 0;
    this.follow(stream).catch((error: unknown) => this.sendAgain(stream, error));
  }

  private sendAgain(stream: Stream, error: unknown): void {
    this.parts.log.warn({ err: error }, 'a client could not be brought up to date');
    // It comes back, with the last number it was told.
    stream.end();
  }

  private async bring(stream: Stream, lastEventId: string | null): Promise<void> {
    const position = await this.startOf(lastEventId);
    const last = this.recent?.last ?? 0;
    stream.position = position ?? last;
    // Not all at the same moment, when a server was away.
    stream.send(openingFrame(stream.position, 1_000 + Math.floor(Math.random() * 2_000)));
    if (position === undefined) stream.send(resetFrame(last));
    await this.follow(stream);
  }

  private async follow(stream: Stream): Promise<void> {
    while (stream.isOpen && this.recent !== undefined) {
      const { recent } = this;
      if (stream.isBehind) await stream.drained(this.parts.times.drainMs);
      else if (stream.position < recent.floor) await this.tellFromRows(stream, recent.floor);
      else if (this.tellFromRecent(stream, recent)) return;
    }
  }

  /** Where a client goes on; undefined when its number means nothing to us (any more). */
  private async startOf(lastEventId: string | null): Promise<number | undefined> {
    if (this.recent === undefined) await this.looked();
    if (lastEventId === null) return this.recent?.last;
    if (!/^\d{1,15}$/.test(lastEventId)) return undefined;
    const position = Number(lastEventId);
    const isAhead = (): boolean => position > (this.recent?.last ?? 0);
    if (isAhead()) {
      // It may have been told by another process a moment ago: the second look began after it came.
      await this.looked();
      await this.looked();
      // rule: unknown-numbers-are-reset
      if (isAhead()) return undefined;
    }
    if (position >= (this.recent?.floor ?? 0)) return position;
    // rule: swept-numbers-are-reset
    return position < (await feedBounds(this.parts.db)).after ? undefined : position;
  }

  private async tellFromRows(stream: Stream, floor: number): Promise<void> {
    const { position: after, onlooker } = stream;
    const upTo = Math.min(after + batch, floor);
    const rows = await changesVisibleTo(this.parts.db, onlooker, { after, upTo });
    if (rows.length > 0) stream.send(rows.map(changeFrame).join(''));
    stream.position = upTo;
  }

  /** True when the client is up to date and goes along from now on. */
  private tellFromRecent(stream: Stream, recent: Recent): boolean {
    const told = recent.after(stream.position, slice);
    const text = textFor(stream, told);
    if (text !== '') stream.send(text);
    stream.position = told.at(-1)?.row.seq ?? recent.last;
    // rule: goes-along-once-up-to-date
    if (stream.position < recent.last) return false;
    if (!stream.isOpen) return true;
    const together = this.live.get(stream.audience) ?? new Set<Stream>();
    this.live.set(stream.audience, together.add(stream));
    return true;
  }

  /** Resolves after the next look that succeeds. */
  private looked(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private beat(): void {
    const last = this.recent?.last ?? null;
    for (const stream of this.streams)
      stream.send(heartbeatFrame(this.live.get(stream.audience)?.has(stream) === true ? last : null));
  }

  /** Who signed out, or sees something else than before, is sent to come again. */
  private async check(): Promise<void> {
    const ids = [...new Set([...this.streams].map(({ sessionId }) => sessionId))];
    const principals = await principalsOfSessions(this.parts.db, ids);
    for (const stream of this.streams) {
      const principal = principals.get(stream.sessionId);
      // rule: listeners-are-asked-again
      if (principal === undefined || audienceOf(onlookerOf(principal)) !== stream.audience) stream.end();
    }
  }
}

function textFor(stream: Stream, told: readonly Told[]): string {
  return told
    .filter(({ row }) => sees(stream.onlooker, row))
    .map(({ frame }) => frame)
    .join('');
}
