import { DomainError } from '../../domain/shared/errors';

/** A request that was let in. */
export interface Place {
  readonly leave: () => void;
  /**
   * Waits for the client with the place given to others: slow senders must not use up what we can work on.
   * @throws DomainError TOO_MANY_REQUESTS when there is no place left afterwards
   */
  readonly whileOutside: <R>(wait: () => Promise<R>) => Promise<R>;
}

/**
 * Bounds what is worked on at once, so that overload is told early instead of queueing without end. Commands have a
 * bound of their own: each costs the engine several tasks, and reads must stay quick while they pile up.
 */
export class Admission {
  private requests = 0;
  private commands = 0;

  constructor(
    private readonly maxRequests: number,
    private readonly maxCommands: number,
  ) {}

  /** Enters a request. @throws DomainError TOO_MANY_REQUESTS */
  enter(isCommand: boolean): Place {
    this.take(isCommand);
    let inside = true;
    const leave = (): void => {
      if (!inside) return;
      inside = false;
      this.requests -= 1;
      if (isCommand) this.commands -= 1;
    };
    const whileOutside = async <R>(wait: () => Promise<R>): Promise<R> => {
      leave();
      const result = await wait();
      this.take(isCommand);
      inside = true;
      return result;
    };
    return { leave, whileOutside };
  }

  private take(isCommand: boolean): void {
    // rule: overload-is-told-early, commands-have-their-bound
    if (this.requests >= this.maxRequests || (isCommand && this.commands >= this.maxCommands))
      throw new DomainError('TOO_MANY_REQUESTS');
    this.requests += 1;
    if (isCommand) this.commands += 1;
  }

  get load(): { readonly requests: number; readonly commands: number } {
    return { requests: this.requests, commands: this.commands };
  }
}
