import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

export type Direction = 'requests' | 'answers';

/** One connection through the proxy: bytes wait in `held` while their direction is held. */
interface Wire {
  readonly near: Socket;
  readonly far: Socket;
  readonly held: Record<Direction, Buffer[]>;
  /** The client has sent the mark: what the server says from now on is lost. */
  deaf: boolean;
}

/**
 * A wire that can fail: everything passes until it is told to cut (connections end, new ones are refused), to hold
 * (bytes wait, as on a network that lost its route), or to drop the answers that follow a mark in a request.
 */
export class TcpProxy {
  /** What has struck so far; cases compare before and after. */
  readonly seen = { refused: 0, cut: 0, heldBytes: 0, droppedBytes: 0 };
  private readonly wires = new Set<Wire>();
  private readonly holding = new Set<Direction>();
  private isCut = false;
  private mark: string | undefined;

  private constructor(
    private readonly server: Server,
    private readonly targetPort: number,
  ) {}

  static open(targetPort: number): Promise<TcpProxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const proxy = new TcpProxy(server, targetPort);
    server.on('connection', (near) => proxy.join(near));
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(proxy));
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Ends every connection and refuses new ones until {@link restore}. */
  cut(): void {
    this.isCut = true;
    for (const wire of [...this.wires]) this.end(wire, 'cut');
  }

  hold(...directions: readonly Direction[]): void {
    for (const direction of directions) this.holding.add(direction);
  }

  /** From the moment a client sends `mark`, its connection hears nothing any more. */
  dropAnswersAfter(mark: string): void {
    this.mark = mark;
  }

  /** Lets everything pass again. A connection that lost bytes cannot go on and is ended. */
  restore(): void {
    this.isCut = false;
    this.mark = undefined;
    this.holding.clear();
    for (const wire of [...this.wires]) {
      if (wire.deaf) this.end(wire, 'cut');
      for (const direction of ['requests', 'answers'] as const) {
        for (const bytes of wire.held[direction].splice(0)) receiver(wire, direction).write(bytes);
      }
    }
  }

  close(): Promise<void> {
    this.cut();
    return new Promise((resolve) => this.server.close(() => resolve()));
  }

  private join(near: Socket): void {
    near.on('error', () => near.destroy());
    if (this.isCut) {
      this.seen.refused += 1;
      near.resetAndDestroy();
      return;
    }
    const far = connect({ port: this.targetPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
    const wire: Wire = { near, far, held: { requests: [], answers: [] }, deaf: false };
    this.wires.add(wire);
    far.on('error', (error: NodeJS.ErrnoException) => {
      this.end(wire, error.code === 'ECONNREFUSED' ? 'refused' : undefined);
    });
    near.on('data', (bytes) => this.pass(wire, 'requests', bytes));
    far.on('data', (bytes) => this.pass(wire, 'answers', bytes));
    near.on('end', () => far.end());
    far.on('end', () => near.end());
    for (const socket of [near, far]) socket.on('close', () => this.end(wire));
  }

  private pass(wire: Wire, direction: Direction, bytes: Buffer): void {
    if (direction === 'requests' && this.mark !== undefined && bytes.includes(this.mark)) wire.deaf = true;
    if (direction === 'answers' && wire.deaf) {
      this.seen.droppedBytes += bytes.length;
    } else if (this.holding.has(direction)) {
      this.seen.heldBytes += bytes.length;
      wire.held[direction].push(bytes);
    } else {
      receiver(wire, direction).write(bytes);
    }
  }

  private end(wire: Wire, why?: 'cut' | 'refused'): void {
    if (!this.wires.delete(wire)) return;
    if (why !== undefined) this.seen[why] += 1;
    wire.near.destroy();
    wire.far.destroy();
  }
}

function receiver(wire: Wire, direction: Direction): Socket {
  return direction === 'requests' ? wire.far : wire.near;
}
