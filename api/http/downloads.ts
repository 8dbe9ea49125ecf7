import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError } from '../../domain/shared/errors';

/**
 * Bytes that clients take at their own pace. Whoever watches a video and pauses it must not keep a place that others
 * could work at; so many may take their time, and who takes nothing for a while is cut off and asks for the rest again.
 */
export class Downloads {
  private running = 0;

  constructor(
    private readonly atOnce: number,
    private readonly idleMs: number,
  ) {}

  /** To be asked before the head is written. @throws DomainError TOO_MANY_REQUESTS */
  begin(content: Readable): (response: ServerResponse) => Promise<void> {
    // rule: downloads-are-bounded
    if (this.running >= this.atOnce) {
      content.destroy();
      throw new DomainError('TOO_MANY_REQUESTS');
    }
    this.running += 1;
    return async (response) => {
      try {
        await this.send(content, response);
      } finally {
        this.running -= 1;
      }
    };
  }

  private async send(content: Readable, response: ServerResponse): Promise<void> {
    if (response.req.method === 'HEAD') {
      content.destroy();
      response.end();
      return;
    }
    // rule: idle-downloads-are-cut-off
    response.setTimeout(this.idleMs, () => response.destroy());
    try {
      await pipeline(content, response);
    } catch (error) {
      // It went away, or was cut off: nobody's fault.
      if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    }
  }
}
