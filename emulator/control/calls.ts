import type { Place } from '../faults';

/** Seconds that are remembered one by one. */
const rememberedSeconds = 900;

/** How often each endpoint was called, in all and in each of the last 15 minutes' seconds. */
export class Calls {
  private since = Date.now();
  private counts = new Map<Place, Map<number, number>>();
  private readonly seconds = new Map<number, number>();

  count(place: Place, status: number): void {
    const byStatus = this.counts.get(place) ?? new Map<number, number>();
    this.counts.set(place, byStatus.set(status, (byStatus.get(status) ?? 0) + 1));
    const second = Math.floor(Date.now() / 1_000);
    if (!this.seconds.has(second) && this.seconds.size >= rememberedSeconds) {
      const [oldest] = this.seconds.keys();
      if (oldest !== undefined) this.seconds.delete(oldest);
    }
    this.seconds.set(second, (this.seconds.get(second) ?? 0) + 1);
  }

  report() {
    const endpoints = [...this.counts].map(([on, byStatus]) => ({
      on,
      count: [...byStatus.values()].reduce((sum, count) => sum + count, 0),
      byStatus: Object.fromEntries(byStatus),
    }));
    const perSecond = [...this.seconds].map(([second, count]) => ({
      at: new Date(second * 1_000).toISOString(),
      count,
    }));
    const peakPerSecond = perSecond.reduce((peak, { count }) => Math.max(peak, count), 0);
    return { since: new Date(this.since).toISOString(), endpoints, peakPerSecond, perSecond };
  }

  reset(): void {
    this.since = Date.now();
    this.counts = new Map();
    this.seconds.clear();
  }
}
