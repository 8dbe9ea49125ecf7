import { timingSafeEqual } from 'node:crypto';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { z } from 'zod';
import type { Calls } from '../control/calls';
import type { Fault, FaultKind, Faults, Place } from '../faults';
import { signatureOf, signedMessage, twists } from './signing';

/** How an outside party that speaks signed JSON says no. */
export class JsonRefusal extends Error {
  override readonly name = 'JsonRefusal';

  constructor(
    readonly status: number,
    readonly code: string,
    readonly path?: string,
  ) {
    super(code);
  }
}

export interface JsonGround {
  readonly faults: Faults;
  readonly calls: Calls;
}

export interface JsonEndpoint<S extends z.ZodType> {
  readonly path: string;
  readonly place: Place;
  /** Base64, known to both sides. */
  readonly secret: string;
  readonly body: S;
  /** @throws JsonRefusal */
  readonly work: (
    body: z.infer<S>,
    fault: (kinds: readonly FaultKind[]) => Fault | undefined,
  ) => Promise<Readonly<Record<string, unknown>>>;
}

const allowedSkewS = 300;
const raw = express.raw({ type: () => true, limit: '64kb', inflate: false });

/** One call of an outside party of our own making: believes the request, does the work, signs the answer. */
export function jsonEndpoint<S extends z.ZodType>(router: Router, ground: JsonGround, endpoint: JsonEndpoint<S>): void {
  router.post(endpoint.path, raw, handler(ground, endpoint));
}

function handler<S extends z.ZodType>(ground: JsonGround, endpoint: JsonEndpoint<S>): RequestHandler {
  const ids = new SeenIds();
  return async (request, response) => {
    const outcome = await outcomeOf(ground, endpoint, ids, request);
    ground.calls.count(endpoint.place, outcome.status);
    await send(ground, endpoint, request, response, outcome);
  };
}

interface Outcome {
  readonly status: number;
  readonly content: Readonly<Record<string, unknown>>;
  /** Empty when there was none to answer to. */
  readonly id: string;
}

async function outcomeOf<S extends z.ZodType>(
  { faults }: JsonGround,
  endpoint: JsonEndpoint<S>,
  ids: SeenIds,
  request: Request,
): Promise<Outcome> {
  const body: Buffer = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const id = headerOf(request, 'webhook-id');
  try {
    checkSigned(endpoint, request, body);
    ids.take(id);
    const before = faults.take(endpoint.place, ['429', '500']);
    if (before?.kind === '429') throw new JsonRefusal(429, 'TOO_OFTEN');
    if (before?.kind === '500') throw new JsonRefusal(500, 'FAULT');
    const content = await endpoint.work(bodyOf(endpoint, request, body), (kinds) => faults.take(endpoint.place, kinds));
    return { status: 200, content, id };
  } catch (error) {
    const refusal = error instanceof JsonRefusal ? error : new JsonRefusal(500, 'FAULT');
    if (refusal !== error) process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
    const { status, code, path } = refusal;
    return { status, content: path === undefined ? { code } : { code, path }, id };
  }
}

function checkSigned<S extends z.ZodType>(endpoint: JsonEndpoint<S>, request: Request, body: Buffer): void {
  const [id, timestamp, given] = ['id', 'timestamp', 'signature'].map((part) =>
    headerOf(request, `webhook-${part}`),
  ) as [string, string, string];
  if (!/^[0-9A-Za-z_-]{1,64}$/.test(id)) throw new JsonRefusal(401, 'ID');
  if (!/^\d{10}$/.test(timestamp) || Math.abs(Date.now() / 1_000 - Number(timestamp)) > allowedSkewS)
    throw new JsonRefusal(401, 'TIMESTAMP');
  const expected = Buffer.from(
    signatureOf(endpoint.secret, [id, timestamp, `${request.method} ${request.originalUrl}`, body]),
  );
  const signature = Buffer.from(given);
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
    throw new JsonRefusal(401, 'SIGNATURE');
}

function bodyOf<S extends z.ZodType>(endpoint: JsonEndpoint<S>, request: Request, body: Buffer): z.infer<S> {
  if (!/^application\/json(?:;|$)/.test(headerOf(request, 'content-type'))) throw new JsonRefusal(415, 'CONTENT_TYPE');
  const parsed = endpoint.body.safeParse(jsonOf(body));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  throw new JsonRefusal(400, 'SHAPE', `/${[...(issue?.path ?? []), ...unknown].join('/')}`);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new JsonRefusal(400, 'SHAPE', '/');
  }
}

async function send<S extends z.ZodType>(
  { faults }: JsonGround,
  { place, secret }: JsonEndpoint<S>,
  request: Request,
  response: Response,
  outcome: Outcome,
): Promise<void> {
  const fault =
    outcome.status === 401 ? undefined : faults.take(place, ['drop_answer', '500_after', 'slow', ...twists]);
  if (fault?.kind === 'drop_answer') {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (response.destroyed) return;
  const { status, content } = fault?.kind === '500_after' ? { status: 500, content: { code: 'FAULT' } } : outcome;
  const message = { id: outcome.id, between: [String(status)], body: JSON.stringify(content) };
  const signed = signedMessage(secret, message, fault);
  response.status(status).set(signed.headers).type('application/json').send(Buffer.from(signed.body));
}

function headerOf(request: Request, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** An id is good for one request: remembered for longer than its time would be accepted. */
class SeenIds {
  private now = new Set<string>();
  private before = new Set<string>();
  private since = Date.now();

  take(id: string): void {
    if (Date.now() - this.since > 2 * allowedSkewS * 1_000) {
      this.before = this.now;
      this.now = new Set();
      this.since = Date.now();
    }
    if (this.now.has(id) || this.before.has(id)) throw new JsonRefusal(401, 'ID_USED');
    this.now.add(id);
  }
}
