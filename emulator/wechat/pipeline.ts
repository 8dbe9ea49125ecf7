import type { Request, Response } from 'express';
import type { Calls } from '../control/calls';
import type { Fault, FaultKind, Faults, Place } from '../faults';
import type { Identity } from '../keys/identity';
import type { Authorizer } from './authorization';
import { frequencyLimited } from './orders';
import { paramError, Refusal } from './refusal';
import { keyNamed, signMessage } from './signing';

/** What an endpoint says: JSON, nothing (204), or the bytes of a file, which alone are not signed. */
export type Answer =
  | { readonly kind: 'json'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'file'; readonly bytes: Buffer };

export interface Call {
  readonly request: Request;
  readonly body: unknown;
  /** The key of the channel the caller named, as what it sealed needs. */
  readonly serial: string | undefined;
  /** Whose faults the endpoint itself has to act out, if any. */
  readonly fault: (kinds: readonly FaultKind[]) => Fault | undefined;
}

export interface Ground {
  readonly identity: Identity;
  readonly authorizer: Authorizer;
  readonly faults: Faults;
  readonly calls: Calls;
}

/** Kinds that spoil an answer after the work is done. */
const spoilt: readonly FaultKind[] = [
  'drop_answer',
  '500_after',
  'slow',
  'wrong_signature',
  'probe',
  'old_timestamp',
  'tampered_body',
  'unknown_serial',
  'certificate_serial',
  'unsigned_answer',
];

/** What of the bytes is signed, and what they say. */
export interface Reading {
  /** Of the request, when it has a body. */
  readonly type: RegExp;
  /** @throws Refusal */
  readonly signed: (request: Request, raw: Buffer) => Buffer;
  /** @throws Refusal */
  readonly body: (request: Request, raw: Buffer) => unknown;
}

const json: Reading = {
  type: /^application\/json(?:;|$)/,
  signed: (_request, raw) => raw,
  body: (_request, raw) => jsonOf(raw),
};

/** One endpoint of the channel: believes the request, does the work, answers as the channel answers. */
export function endpoint(ground: Ground, place: Place, work: (call: Call) => Promise<Answer>, reading = json) {
  return async (request: Request, response: Response): Promise<void> => {
    const { status, answer } = await answerOf(ground, place, request, work, reading);
    ground.calls.count(place, status);
    await send(ground, place, request, response, status, answer);
  };
}

async function answerOf(
  ground: Ground,
  place: Place,
  request: Request,
  work: (call: Call) => Promise<Answer>,
  reading: Reading,
): Promise<{ status: number; answer: Answer }> {
  try {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    checkHeaders(ground, place, request, reading.type);
    ground.authorizer.check({
      method: request.method,
      target: request.originalUrl,
      headers: request.headers,
      body: request.method === 'POST' ? reading.signed(request, raw) : raw,
    });
    const before = ground.faults.take(place, ['429', '500']);
    if (before?.kind === '429') throw frequencyLimited();
    if (before?.kind === '500') throw systemError();
    const fault = (kinds: readonly FaultKind[]) => ground.faults.take(place, kinds);
    const body = request.method === 'POST' ? reading.body(request, raw) : undefined;
    const serial = request.headers['wechatpay-serial'];
    const answer = await work({ request, body, serial: typeof serial === 'string' ? serial : undefined, fault });
    return { status: answer.kind === 'nothing' ? 204 : 200, answer };
  } catch (error) {
    const refusal = error instanceof Refusal ? error : systemError();
    if (refusal !== error) process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`);
    return { status: refusal.status, answer: { kind: 'json', body: refusal.body } };
  }
}

export const systemError = (): Refusal => new Refusal(500, 'SYSTEM_ERROR', '系统异常，请稍后重试');

function checkHeaders(ground: Ground, place: Place, request: Request, bodyType: RegExp): void {
  const { accept, 'user-agent': agent, 'content-type': type, 'wechatpay-serial': serial } = request.headers;
  if (agent === undefined || agent === '') throw paramError('User-Agent', 'is missing', 'header');
  if (accept === undefined) throw paramError('Accept', 'is missing', 'header');
  if (place !== 'bill_file' && !/application\/json|\*\/\*/.test(accept))
    throw paramError('Accept', 'must be application/json', 'header');
  if (request.method === 'POST' && !bodyType.test(type ?? ''))
    throw paramError('Content-Type', 'is another one', 'header');
  if (keyNamed(ground.identity, String(serial ?? ground.identity.publicKeyMode.serial)) === undefined)
    throw paramError('Wechatpay-Serial', 'names no key of the channel', 'header');
}

function jsonOf(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8')) as unknown;
  } catch {
    throw paramError('/', 'is not JSON', 'body');
  }
}

async function send(
  ground: Ground,
  place: Place,
  request: Request,
  response: Response,
  status: number,
  answer: Answer,
): Promise<void> {
  const fault = status === 401 ? undefined : ground.faults.take(place, spoilt);
  if (fault?.kind === 'drop_answer') {
    request.socket.destroy();
    return;
  }
  if (fault?.kind === '500_after') {
    status = 500;
    answer = { kind: 'json', body: systemError().body };
  }
  if (fault?.kind === 'slow') await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
  if (response.destroyed) return;
  if (answer.kind === 'file') {
    response.status(status).type('application/octet-stream').send(altered(answer.bytes, fault?.kind));
    return;
  }
  const text = answer.kind === 'json' ? wireText(answer.body) : '';
  const named = request.headers['wechatpay-serial'];
  const key = keyNamed(ground.identity, typeof named === 'string' ? named : undefined);
  const message = await signMessage(ground.identity, text, key ?? ground.identity.publicKeyMode, fault);
  response.status(status).set(message.headers);
  if (answer.kind === 'nothing') response.end();
  else response.set('Content-Type', 'application/json; charset=utf-8').send(Buffer.from(message.body));
}

/** The number of an application is longer than JavaScript's numbers, and stands in the answer as a number all the same. */
function wireText(body: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(body).replace(/"applyment_id":"(\d+)"/, '"applyment_id":$1');
}

/** A file is not signed; its hash was told beforehand, so one changed byte must be noticed by it. */
function altered(bytes: Buffer, kind: FaultKind | undefined): Buffer {
  if (kind !== 'tampered_body' || bytes.length === 0) return bytes;
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = copy[copy.length - 1] === 0x30 ? 0x31 : 0x30;
  return copy;
}
