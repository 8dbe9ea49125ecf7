import { DomainError } from '../../domain/shared/errors';

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

  /** Enters a request and returns how to leave. @throws DomainError TOO_MANY_REQUESTS */
  enter(isCommand: boolean): () => void {
    if (this.requests >= this.maxRequests || (isCommand && this.commands >= this.maxCommands))
      throw new DomainError('TOO_MANY_REQUESTS');
    this.requests += 1;
    if (isCommand) this.commands += 1;
    let inside = true;
    return () => {
      if (!inside) return;
      inside = false;
      this.requests -= 1;
      if (isCommand) this.commands -= 1;
    };
  }

  get load(): { readonly requests: number; readonly commands: number } {
    return { requests: this.requests, commands: this.commands };
  }
}
