import { Counter, Gauge, type Metric } from 'prom-client';
import type { ChangeFeed } from './feed';

/** How many listen to this process, and how many did not take what they were told. */
export function streamMetrics(feed: Pick<ChangeFeed, 'size' | 'cutOff'>): Metric[] {
  return [
    new Gauge({
      name: 'mallflow_event_streams',
      help: 'Clients that listen for changes',
      registers: [],
      collect() {
        this.set(feed.size);
      },
    }),
    new Counter({
      name: 'mallflow_event_streams_cut_total',
      help: 'Clients that were cut off because they did not take what they were told',
      registers: [],
      collect() {
        this.reset();
        this.inc(feed.cutOff);
      },
    }),
  ];
}
