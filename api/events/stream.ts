import type { ServerResponse } from 'node:http';
import type { Onlooker } from '../../domain/change/onlooker';

/** Who listens, and where. */
export interface Listener {
  readonly response: ServerResponse;
  readonly onlooker: Onlooker;
  readonly sessionId: string;
}

/** One client that listens. */
export class Stream {
  /** The last change it was told, or passed over; not kept up once it goes along with the others. */
  position = 0;
  /** The same for all that see the same. */
  readonly audience: string;

  constructor(
    private readonly listener: Listener,
    private readonly onSlow: () => void,
  ) {
    this.audience = audienceOf(listener.onlooker);
  }

  get onlooker(): Onlooker {
    return this.listener.onlooker;
  }

  get sessionId(): string {
    return this.listener.sessionId;
  }

  get isOpen(): boolean {
    const { response } = this.listener;
    return !response.destroyed && !response.writableEnded;
  }

  send(text: string | Buffer): void {
    if (this.isOpen) this.listener.response.write(text);
  }

  /** What was sent lies with us: the client does not take it as fast as it comes. */
  get isBehind(): boolean {
    return this.isOpen && this.listener.response.writableNeedDrain;
  }

  /** Waits until what was sent is on its way; who does not take it within the time is cut off. */
  async drained(withinMs: number): Promise<void> {
    if (!this.isBehind) return;
    const { response } = this.listener;
    await new Promise<void>((resolve) => {
      // rule: slow-listeners-are-cut-off
      const late = setTimeout(() => this.cut(), withinMs);
      const done = (): void => {
        clearTimeout(late);
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.on('drain', done).on('close', done);
    });
  }

  /** The client comes back by itself, and is asked again who it is. */
  end(): void {
    this.listener.response.end();
  }

  private cut(): void {
    this.onSlow();
    this.listener.response.destroy();
  }
}

/** Names what an onlooker sees. */
export function audienceOf(onlooker: Onlooker): string {
  const { all, reviews, enterpriseId, sellerId } = onlooker;
  return JSON.stringify([all, reviews, enterpriseId, sellerId]);
}
