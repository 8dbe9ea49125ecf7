import { createHash } from 'node:crypto';
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { DomainError } from '../../domain/shared/errors';
import type { Db } from '../../db/connection';

export interface ThrottleSettings {
  /** Failed tries of one login from one address within the window. */
  readonly perLogin: number;
  /** Failed tries from one address, whatever the login; and as many new accounts. */
  readonly perAddress: number;
  readonly windowMs: number;
}

/**
 * Slows down guessing, whether or not the login exists. The counters are shared by all API processes through Postgres;
 * without it each process counts for itself.
 */
export class SignInThrottle {
  private readonly byLogin: RateLimiterPostgres;
  private readonly byAddress: RateLimiterPostgres;
  private readonly registrations: RateLimiterPostgres;

  constructor(db: Db, settings: ThrottleSettings) {
    const limiter = (keyPrefix: string, points: number) => {
      const limits = { keyPrefix, points, duration: Math.ceil(settings.windowMs / 1_000) };
      return new RateLimiterPostgres({
        ...limits,
        storeClient: db,
        storeType: 'knex',
        tableName: 'sign_in_attempts',
        tableCreated: true,
        clearExpiredByTimeout: false,
        insuranceLimiter: new RateLimiterMemory(limits),
      });
    };
    this.byLogin = limiter('login', settings.perLogin);
    this.byAddress = limiter('address', settings.perAddress);
    this.registrations = limiter('registration', settings.perAddress);
  }

  /** Counts a try before it is judged, so that many at once cannot slip through. @throws TOO_MANY_REQUESTS */
  async count(login: string, address: string): Promise<void> {
    await consume(this.byAddress, address);
    await consume(this.byLogin, keyOf(login, address));
  }

  /** Accounts are made from one address as often as may be guessed from there; what succeeds counts too. @throws TOO_MANY_REQUESTS */
  async countRegistration(address: string): Promise<void> {
    await consume(this.registrations, address);
  }

  /** A sign-in that succeeded was no guess. */
  async forgive(login: string, address: string): Promise<void> {
    await this.byLogin.delete(keyOf(login, address));
    await this.byAddress.reward(address, 1);
  }
}

async function consume(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new DomainError('TOO_MANY_REQUESTS', {
      retryAfterSeconds: Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000)),
    });
  }
}

/** Logins are personal data: only a hash is stored. */
function keyOf(login: string, address: string): string {
  return createHash('sha256').update(`${login.toLowerCase()} ${address}`).digest('base64url');
}
