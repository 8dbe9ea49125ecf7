import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ProviderError } from '../../domain/ports/provider-error';
import { Caller, type Incoming, type Surroundings } from '../http/caller';
import { codeOf, jsonOf } from '../http/json';
import { faultIn, signatureOf, signedHeaders } from './signing';

/** An outside party that speaks signed JSON. */
export interface SignedJsonSettings {
  /** Base64 of at least 24 bytes, known to both sides. */
  readonly secret: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
}

export interface SignedJsonQuestion<T> {
  readonly path: `/${string}`;
  readonly body: object;
  readonly read: (body: unknown) => T;
  /** Refusals that are an answer. */
  readonly meanings?: ReadonlyMap<string, T>;
}

const refusal = z.object({ code: z.string() });

/**
 * Every question carries a reference of ours and may be repeated. Refusals must be signed too: one that ends a step
 * must be theirs.
 */
export class SignedJson {
  readonly secret: Buffer;
  readonly now: () => number;
  private readonly caller: Caller;

  constructor(
    party: string,
    private readonly settings: SignedJsonSettings,
    around: Surroundings,
  ) {
    this.caller = new Caller(party, around);
    this.now = this.caller.now;
    this.secret = Buffer.from(settings.secret, 'base64');
  }

  /** @throws ProviderError */
  ask<T>(question: SignedJsonQuestion<T>): Promise<T> {
    const url = new URL(`${this.settings.baseUrl}${question.path}`);
    const body = JSON.stringify(question.body);
    return this.caller.call({
      operation: question.path,
      isRepeatable: true,
      once: async (send) => {
        const id = randomUUID();
        const timestamp = String(Math.floor(this.now() / 1_000));
        const signature = signatureOf(this.secret, [id, timestamp, `POST ${url.pathname}`, body]);
        const headers = {
          accept: 'application/json',
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signature,
        };
        const incoming = await send({ method: 'POST', url, headers, body });
        return this.meaningOf(question, id, incoming);
      },
    });
  }

  private meaningOf<T>(question: SignedJsonQuestion<T>, id: string, { status, headers, body }: Incoming): T {
    // Whoever cannot answer, or does not believe us, need not prove who it is: nothing follows from it.
    if (status === 429 || status >= 500) throw new ProviderError('busy', `HTTP_${status}`);
    if (status === 401) throw new ProviderError('busy', 'NOT_BELIEVED');
    const signed = signedHeaders((name) => headers.get(name) ?? undefined);
    if (signed === undefined) throw new ProviderError('untrusted', 'ANSWER_UNSIGNED');
    // rule: signed-json-answers-the-question
    if (signed.id !== id) throw new ProviderError('untrusted', 'ANSWER_ID');
    const fault = faultIn(this.secret, signed, [String(status)], body, this.now());
    // rule: signed-json-answers-are-authentic
    if (fault !== undefined) throw new ProviderError('untrusted', `ANSWER_${fault.toUpperCase()}`);
    if (status === 200) return question.read(jsonOf(body));
    const refused = refusal.safeParse(jsonOf(body));
    const code = refused.success ? codeOf(refused.data.code) : `HTTP_${status}`;
    if (question.meanings?.has(code) === true) return question.meanings.get(code) as T;
    throw new ProviderError(status >= 400 ? 'refused' : 'untrusted', code);
  }
}
