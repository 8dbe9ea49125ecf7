import type { Logger } from 'pino';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { figures, type Figure } from '../db/case/figures';
import type { Db } from '../db/connection';
import type { Loop } from './loops/every';
import type { AlarmParts } from './loops/alarm';

/** However often they are asked for, the database counts so seldom. */
const countedEveryMs = 10_000;

/** Prometheus metrics of one worker: its loops, and what the rows say of the installation as a whole. */
export class WorkerMetrics {
  readonly registry = new Registry();
  readonly onLost: NonNullable<AlarmParts['onLost']>;
  private readonly loopsFinished: Gauge;
  private readonly gauges: Readonly<Record<Figure['what'], Gauge>>;
  private readonly countedAt: Gauge;
  private counted: Promise<void> = Promise.resolve();
  private askedAt = -Infinity;

  constructor(
    private readonly db: Db,
    private readonly log: Logger,
    private readonly loops: () => readonly Loop[],
  ) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const lost = new Counter({
      name: 'mallflow_runs_lost_total',
      help: 'Cases this worker found without their run',
      labelNames: ['kind', 'why'],
      registers,
    });
    this.onLost = (kind, why) => lost.inc({ kind, why });
    const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
      new Gauge({ name: `mallflow_${name}`, help, labelNames, registers });
    this.loopsFinished = gauge('loop_finished_timestamp_seconds', 'When a round of the loop last ended well', ['loop']);
    const cases = gauge('cases', 'Cases that are not over', ['kind', 'state']);
    this.gauges = {
      open: cases,
      lost: cases,
      stuck: gauge('cases_stuck', 'Cases that stand still, and why is known', ['kind']),
      overdue: gauge('cases_overdue', 'Open cases that were due before now', ['kind']),
      unconfirmed: gauge('commands_unconfirmed', 'Commands nobody knows the outcome of'),
      notices: gauge('notices_waiting', 'Messages that wait to be sent'),
    };
    this.countedAt = gauge('counted_timestamp_seconds', 'When the rows were last counted');
  }

  async text(): Promise<string> {
    await this.count();
    for (const loop of this.loops()) {
      const at = loop.finishedAt();
      if (at !== undefined) this.loopsFinished.set({ loop: loop.name }, at / 1_000);
    }
    return this.registry.metrics();
  }

  /** Without the database the figures stay what they were, and say since when. */
  private async count(): Promise<void> {
    // rule: figures-are-counted-seldom
    if (Date.now() > this.askedAt + countedEveryMs) {
      this.askedAt = Date.now();
      this.counted = figures(this.db).then(
        (found) => this.show(found),
        (error: unknown) => this.log.warn({ err: error }, 'the figures could not be counted'),
      );
    }
    await this.counted;
  }

  private show(found: readonly Figure[]): void {
    for (const gauge of Object.values(this.gauges)) gauge.reset();
    for (const { what, kind, count } of found) {
      const state = what === 'open' || what === 'lost' ? { state: what } : {};
      this.gauges[what].set({ ...(kind === null ? {} : { kind }), ...state }, count);
    }
    this.countedAt.setToCurrentTime();
  }
}
