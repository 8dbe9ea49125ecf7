import { setTimeout as pause } from 'node:timers/promises';
import { ProviderError, type ProviderErrorKind } from '../../domain/ports/provider-error';

const answerLimitBytes = 1_048_576;
const defaultDeadlineMs = 8_000;
const defaultPauseMs = 200;

/** What may be counted and logged of a call: nothing that was said in it. */
export interface CallNote {
  /** Who was asked, e.g. `registry`. */
  readonly party: string;
  readonly operation: string;
  readonly outcome: 'ok' | ProviderErrorKind;
  /** Of a failure; see ProviderError. */
  readonly code?: string;
  /** Milliseconds, with its repetition. */
  readonly ms: number;
}

/** What is around an adapter, and what tests put in its place. */
export interface Surroundings {
  readonly onCall?: (note: CallNote) => void;
  /** Milliseconds since 1970, as `Date.now`. */
  readonly now?: () => number;
  /** A call must be over after so many milliseconds, its repetition and the reading of its body included. */
  readonly deadlineMs?: number;
  /** Before a call that failed is repeated, in milliseconds. */
  readonly pauseMs?: number;
}

export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Incoming {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

export interface Attempt<T> {
  readonly operation: string;
  /** Asking twice is the same as asking once: then a call that failed in passing is repeated, once. */
  readonly isRepeatable: boolean;
  readonly once: (send: (outgoing: Outgoing) => Promise<Incoming>) => Promise<T>;
}

/** Calls one outside party: with a deadline, noted, repeated once where that can help. Longer troubles are for timers. */
export class Caller {
  readonly now: () => number;

  constructor(
    private readonly party: string,
    private readonly around: Surroundings,
  ) {
    this.now = around.now ?? Date.now;
  }

  /** @throws ProviderError */
  async call<T>(attempt: Attempt<T>): Promise<T> {
    const started = performance.now();
    const note = (outcome: CallNote['outcome'], code?: string): void => {
      const { party } = this;
      const ms = Math.round(performance.now() - started);
      this.around.onCall?.({
        party,
        operation: attempt.operation,
        outcome,
        ms,
        ...(code === undefined ? {} : { code }),
      });
    };
    try {
      const answer = await this.twice(attempt);
      note('ok');
      return answer;
    } catch (error) {
      if (error instanceof ProviderError) note(error.kind, error.code);
      throw error;
    }
  }

  private async twice<T>({ isRepeatable, once }: Attempt<T>): Promise<T> {
    const deadline = AbortSignal.timeout(this.around.deadlineMs ?? defaultDeadlineMs);
    const send = (outgoing: Outgoing): Promise<Incoming> => exchange(outgoing, deadline);
    try {
      return await once(send);
    } catch (error) {
      if (!isRepeatable || deadline.aborted || !(error instanceof ProviderError) || !mayPass(error)) throw error;
    }
    await pause(this.around.pauseMs ?? defaultPauseMs);
    return once(send);
  }
}

const mayPass = (error: ProviderError): boolean => error.kind === 'away' || error.kind === 'busy';

/** @throws ProviderError (away) without an answer in time, (untrusted) when it is too large */
async function exchange({ method, url, headers, body }: Outgoing, deadline: AbortSignal): Promise<Incoming> {
  try {
    const response = await fetch(url, {
      method,
      headers: { 'user-agent': `Mallflow Node/${process.versions.node}`, 'accept-encoding': 'identity', ...headers },
      ...(body === undefined ? {} : { body }),
      // Another place would be sent our signature, and is not who we asked.
      redirect: 'manual',
      signal: deadline,
    });
    return { status: response.status, headers: response.headers, body: await wholeBody(response) };
  } catch (error) {
    throw error instanceof ProviderError ? error : lost(error, deadline);
  }
}

async function wholeBody(response: Response): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += piece.length;
    if (length > answerLimitBytes) throw new ProviderError('untrusted', 'ANSWER_TOO_LARGE');
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** Names what happened on the way and nothing that was said. */
function lost(error: unknown, deadline: AbortSignal): ProviderError {
  if (deadline.aborted) return new ProviderError('away', 'TIMEOUT');
  const code = (error as { cause?: { code?: unknown } } | null)?.cause?.code;
  return new ProviderError('away', typeof code === 'string' ? code : 'CONNECTION');
}
