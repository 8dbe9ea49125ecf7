import type { Reply } from '../support/http-client';
import { until } from './until';

export interface Told {
  /** The answer that settles the matter. */
  readonly reply: Reply;
  /** What the caller met before: `no answer`, or status and code. */
  readonly before: readonly string[];
}

export const nameOf = (reply: Reply): string =>
  reply.status < 400 ? String(reply.status) : `${reply.status} ${String(reply.body.code)}`;

const passing = new Set([
  '503 TRY_AGAIN',
  '503 CASE_STUCK',
  '429 TOO_MANY_REQUESTS',
  '409 IDEMPOTENCY_IN_FLIGHT',
  '202',
]);

/** True for an answer that tells the caller to come back with the same key; held against api.md §1 each time. */
export function isPassing(reply: Reply): boolean {
  const name = nameOf(reply);
  if (reply.status === 503 || reply.status === 429) expect(reply.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
  if (reply.status === 202)
    expect(reply.headers.get('location')).toBe(`/v1/operations/${String(reply.body.operationId)}`);
  // A fault of ours is never an answer to a fault around us.
  if (reply.status === 500 || (reply.status === 503 && !passing.has(name)))
    throw new Error(`answered ${name}: ${JSON.stringify(reply.body)}`);
  return passing.has(name);
}

/** Calls with the same key until the matter is settled, as a careful client does; `also`: more that is waited out. */
export async function insist(
  call: () => Promise<Reply>,
  withinMs = 60_000,
  also: readonly string[] = [],
): Promise<Told> {
  const before: string[] = [];
  let fault: unknown;
  const settled = await until(
    'the same key is told the outcome',
    async () => {
      const reply = await call().catch(() => undefined);
      if (reply === undefined) {
        before.push('no answer');
        return undefined;
      }
      try {
        if (!isPassing(reply) && !also.includes(nameOf(reply))) return { reply };
      } catch (error) {
        fault = error;
        return { reply };
      }
      before.push(nameOf(reply));
      return undefined;
    },
    withinMs,
    100,
  ).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}; met: ${before.join(', ')}`);
  });
  if (fault !== undefined) throw fault as Error;
  return { reply: settled.reply, before };
}
