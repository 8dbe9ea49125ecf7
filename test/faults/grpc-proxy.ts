import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A request or an answer that is held back. */
interface Waiting {
  readonly stream: ServerHttp2Stream;
  readonly go: () => void;
}

/**
 * Sits before the engine and knows its calls by name, so that a case can cut exactly between two of them: requests of
 * a method wait before they reach the engine, or its answers wait before they reach the caller.
 */
export class GrpcProxy {
  /** How often the engine was found away. */
  readonly seen = { refused: 0 };
  private readonly heldRequests = new Set<string>();
  private readonly heldAnswers = new Set<string>();
  private readonly waiting: Waiting[] = [];
  private readonly sessions = new Set<ServerHttp2Session>();
  private readonly counts = new Map<string, number>();

  private constructor(
    private readonly server: Http2Server,
    private readonly targetPort: number,
  ) {}

  static open(targetPort: number): Promise<GrpcProxy> {
    const server = createServer();
    const proxy = new GrpcProxy(server, targetPort);
    server.on('session', (session) => proxy.join(session));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(proxy));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  holdRequests(...methods: readonly string[]): void {
    for (const method of methods) this.heldRequests.add(method);
  }

  holdAnswers(...methods: readonly string[]): void {
    for (const method of methods) this.heldAnswers.add(method);
  }

  /** Lets everything pass again, also what waits. */
  restore(): void {
    this.heldRequests.clear();
    this.heldAnswers.clear();
    for (const { go } of this.waiting.splice(0)) go();
  }

  /** What waits is lost, as when its sender died before it left. */
  forget(): void {
    for (const { stream } of this.waiting.splice(0)) stream.destroy();
    this.restore();
  }

  /** How many calls of this method were held, or answered with this gRPC status, so far. */
  count(method: string, what: 'held' | `status ${number}`): number {
    return this.counts.get(`${method} ${what}`) ?? 0;
  }

  close(): Promise<void> {
    for (const session of this.sessions) session.destroy();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private join(near: ServerHttp2Session): void {
    this.sessions.add(near);
    const end = (): void => {
      this.sessions.delete(near);
      near.destroy();
      far.destroy();
    };
    const reach = (): ClientHttp2Session => {
      const session = connect(`http://127.0.0.1:${this.targetPort}`);
      // The engine takes no new calls on a connection that is five minutes old; those under way end there.
      session.on('goaway', () => {
        if (session === far) far = reach();
      });
      session.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ECONNREFUSED') this.seen.refused += 1;
        if (session === far) end();
      });
      session.on('close', () => {
        if (session === far) end();
      });
      return session;
    };
    let far = reach();
    near.on('error', end).on('close', end);
    near.on('stream', (stream, headers) => this.forward(stream, headers, () => far));
  }

  private forward(near: ServerHttp2Stream, headers: IncomingHttpHeaders, reached: () => ClientHttp2Session): void {
    const method = String(headers[':path']).split('/').at(-1) ?? '';
    near.on('error', () => undefined);
    this.unless(this.heldRequests.has(method), { method, stream: near }, () => {
      const far = reached();
      if (near.destroyed || far.destroyed || far.closed) {
        near.destroy();
        return;
      }
      const call = far.request(headers);
      call.on('error', () => near.destroy());
      near.on('close', () => {
        if (!call.closed) call.close(constants.NGHTTP2_CANCEL);
      });
      near.pipe(call);
      call.on('response', (answer, flags) => {
        this.unless(this.heldAnswers.has(method), { method, stream: near }, () => {
          this.answer(near, call, { method, answer, flags });
        });
      });
    });
  }

  private answer(
    near: ServerHttp2Stream,
    call: ClientHttp2Stream,
    { method, answer, flags }: { method: string; answer: IncomingHttpHeaders; flags: number },
  ): void {
    if (near.destroyed || near.closed) return;
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
      this.note(method, answer);
      near.respond(answer, { endStream: true });
      return;
    }
    let trailers: IncomingHttpHeaders = {};
    call.on('trailers', (last: IncomingHttpHeaders) => {
      this.note(method, last);
      trailers = last;
    });
    near.respond(answer, { waitForTrailers: true });
    near.on('wantTrailers', () => near.sendTrailers(trailers));
    call.pipe(near);
  }

  private note(method: string, last: IncomingHttpHeaders): void {
    this.add(`${method} status ${String(last['grpc-status'])}`);
  }

  private unless(held: boolean, call: { method: string; stream: ServerHttp2Stream }, go: () => void): void {
    if (!held) {
      go();
      return;
    }
    this.add(`${call.method} held`);
    this.waiting.push({ stream: call.stream, go });
  }

  private add(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}
