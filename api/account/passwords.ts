import { hash, verify } from '@node-rs/argon2';
import { Turnstile } from '../http/turnstile';

/** argon2id with OWASP's first choice: 19 MiB, 2 passes, 1 lane. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Hashing is dear by design, so only a few run at once and only so many wait. */
export class Passwords {
  private readonly turnstile = new Turnstile(2, 50);
  private decoy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.turnstile.pass(() => hash(password, cost));
  }

  /** Without a stored hash the same work is done for nothing, so that time does not tell whether a login exists. */
  async matches(password: string, stored: string | undefined): Promise<boolean> {
    this.decoy ??= hash('nobody has this password', cost);
    const against = stored ?? (await this.decoy);
    const same = await this.turnstile.pass(() => verify(against, password));
    return same && stored !== undefined;
  }
}
