import { get, type Agent, type ClientRequest, type IncomingHttpHeaders } from 'node:http';

/** One part of an event stream that told something. */
export interface Heard {
  readonly id: number;
  readonly event: string;
  readonly data: Record<string, unknown>;
  /** When it came, as `performance.now()`. */
  readonly atMs: number;
}

/**
 * Listens to GET /v1/events as a browser's EventSource does: it remembers the last id, also of parts that tell nothing,
 * and comes back with it whenever the connection ends, until it is closed.
 */
export class Listener {
  readonly heard: Heard[] = [];
  /** The first id it was given: where its sequence begins. */
  from: number | null = null;
  status: number | null = null;
  headers: IncomingHttpHeaders = {};
  connections = 0;
  lastEventId: string | null;
  private request: ClientRequest | undefined;
  private closed = false;

  constructor(
    private readonly url: string,
    private readonly token: string | null,
    private readonly options: {
      readonly lastEventId?: string;
      readonly query?: string;
      readonly agent?: Agent;
      /** Whether it comes back. Default true. */
      readonly again?: boolean;
    } = {},
  ) {
    this.lastEventId = options.lastEventId ?? null;
  }

  get ids(): number[] {
    return this.heard.filter(({ event }) => event === 'change').map(({ id }) => id);
  }

  listen(): this {
    const headers = {
      ...(this.token === null ? {} : { authorization: `Bearer ${this.token}` }),
      ...(this.lastEventId === null ? {} : { 'last-event-id': this.lastEventId }),
    };
    const { agent = false, query = '' } = this.options;
    this.request = get(`${this.url}/v1/events${query}`, { headers, agent })
      .on('response', (response) => {
        this.connections += 1;
        this.status = response.statusCode ?? null;
        this.headers = response.headers;
        // What comes after the last whole part is forgotten with the connection.
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          const parts = (text + chunk).split('\n\n');
          text = parts.pop() ?? '';
          for (const part of parts) this.take(part);
        });
        response.on('error', () => undefined).on('close', () => this.comeBack());
      })
      .on('error', () => this.comeBack());
    return this;
  }

  close(): void {
    this.closed = true;
    this.request?.destroy();
  }

  private comeBack(): void {
    if (this.closed || this.options.again === false) return;
    this.request?.removeAllListeners('error').on('error', () => undefined);
    setTimeout(() => {
      if (!this.closed) this.listen();
    }, 50).unref();
  }

  private take(part: string): void {
    let event = 'message';
    let data = '';
    for (const line of part.split('\n')) {
      const [, field = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? [];
      if (field === 'id') this.lastEventId = value;
      if (field === 'event') event = value;
      if (field === 'data') data += value;
    }
    this.from ??= this.lastEventId === null ? null : Number(this.lastEventId);
    if (data === '') return;
    const id = Number(this.lastEventId);
    this.heard.push({ id, event, data: JSON.parse(data) as Record<string, unknown>, atMs: performance.now() });
  }
}
