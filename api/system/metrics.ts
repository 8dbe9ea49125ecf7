import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Admission } from '../http/admission';

/** Prometheus metrics of one API process. */
export class Metrics {
  readonly registry = new Registry();
  private readonly durations: Histogram;

  constructor(admission: Admission) {
    collectDefaultMetrics({ register: this.registry });
    this.durations = new Histogram({
      name: 'mallflow_http_request_seconds',
      help: 'Time from the first byte of a request to its answer',
      labelNames: ['route', 'status'],
      buckets: [0.01, 0.03, 0.1, 0.3, 1, 3, 10],
      registers: [this.registry],
    });
    new Gauge({
      name: 'mallflow_http_in_flight',
      help: 'Requests being worked on',
      labelNames: ['kind'],
      registers: [this.registry],
      collect() {
        this.set({ kind: 'all' }, admission.load.requests);
        this.set({ kind: 'command' }, admission.load.commands);
      },
    });
  }

  answered(route: string, status: number, ms: number): void {
    this.durations.observe({ route, status: String(status) }, ms / 1_000);
  }
}
