import { hash, verify } from '@node-rs/argon2';
import { DomainError } from '../../domain/shared/errors';

/** argon2id with OWASP's first choice: 19 MiB, 2 passes, 1 lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashing is dear by design, so only a few run at once and only so many wait. */
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private decoy: Promise<string> | undefined;

  constructor(
    private readonly atOnce = 2,
    private readonly mayWait = 50,
  ) {}

  hash(password: string): Promise<string> {
    return this.bounded(() => hash(password, cost));
  }

  /** Without a stored hash the same work is done for nothing, so that time does not tell whether a login exists. */
  async matches(password: string, stored: string | undefined): Promise<boolean> {
    this.decoy ??= hash('nobody has this password', cost);
    const against = stored ?? (await this.decoy);
    const same = await this.bounded(() => verify(against, password));
    return same && stored !== undefined;
  }

  private async bounded<R>(work: () => Promise<R>): Promise<R> {
    if (this.running >= this.atOnce) {
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
