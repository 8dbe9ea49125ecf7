import { DomainError } from '../../domain/shared/errors';

/** Work that is dear by its nature: only so much runs at once, only so much waits, the rest is told to come back. */
export class Turnstile {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly atOnce: number,
    private readonly mayWait: number,
  ) {}

  /** @throws DomainError TOO_MANY_REQUESTS */
  async pass<R>(work: () => Promise<R>): Promise<R> {
    if (this.running >= this.atOnce) {
      // rule: dear-work-is-bounded
      if (this.waiting.length >= this.mayWait) throw new DomainError('TOO_MANY_REQUESTS');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else this.running += 1;
    try {
      return await work();
    } finally {
      // The place goes straight to whoever waits longest.
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }
}
