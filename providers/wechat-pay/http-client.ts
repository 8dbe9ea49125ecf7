import { createPrivateKey } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ChannelError } from '../../domain/ports/payment-channel';
import { comeAgainCodes } from './codes';
import { jsonOf } from './json';
import { PlatformKeys } from './platform-keys';
import type { Operation, WechatPaySettings, WechatPaySurroundings } from './settings';
import { authorization, newNonce, type Signer } from './signing';

const refusal = z.object({ code: z.string().regex(/^[A-Z0-9_]{1,64}$/) });

const answerLimitBytes = 1_048_576;
const defaultDeadlineMs = 8_000;
const defaultPauseMs = 200;

/** 202 says that a payer is paying, not that anything is done. */
const done: ReadonlySet<number> = new Set([200, 204]);

export interface Question<T> {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST';
  /** From the root, with its query. */
  readonly path: string;
  readonly body?: object;
  /** In place of a body: bytes of which only a part is signed. */
  readonly upload?: Upload;
  /** Makes sense of a signed answer; undefined when it has no body. */
  readonly read: (body: unknown) => T;
  /** Refusals that are an answer. */
  readonly meanings?: ReadonlyMap<string, T>;
  /** The same where it takes the refusal's body to tell; undefined when it is none. */
  readonly understand?: (code: string, body: unknown) => T | undefined;
}

export interface Upload {
  readonly contentType: string;
  readonly bytes: Buffer;
  /** The text that is signed. */
  readonly signed: string;
}

/**
 * Calls of the channel: signed, with a deadline, repeated once where that can help. Every question may be repeated:
 * numbers are ours, so the second call asks about the same thing. Longer troubles are for the timers of the workflow.
 */
export class WechatPayHttp {
  readonly platformKeys: PlatformKeys;
  private readonly base: URL;
  private readonly signer: Signer;
  private readonly deadlineMs: number;
  private readonly now: () => number;

  constructor(
    settings: WechatPaySettings,
    private readonly around: WechatPaySurroundings,
  ) {
    this.platformKeys = new PlatformKeys(settings.platformKeys);
    this.base = new URL(settings.baseUrl);
    const key = createPrivateKey(settings.merchantKey);
    this.signer = { mchid: settings.mchid, serial: settings.merchantSerial, key };
    this.deadlineMs = around.deadlineMs ?? defaultDeadlineMs;
    this.now = around.now ?? Date.now;
  }

  /** @throws ChannelError */
  async ask<T>(question: Question<T>): Promise<T> {
    return this.noted(question.operation, async () => {
      const deadline = AbortSignal.timeout(this.deadlineMs);
      try {
        return await this.askOnce(question, deadline);
      } catch (error) {
        if (deadline.aborted || !(error instanceof ChannelError) || !mayPass(error)) throw error;
      }
      await pause(this.around.pauseMs ?? defaultPauseMs);
      return this.askOnce(question, deadline);
    });
  }

  /**
   * The bytes of a file the channel has named in a signed answer. Files are not signed: their hash, in that answer, is.
   * @throws ChannelError when the file is not at the channel's own endpoint, or cannot be had
   */
  async download<T>(url: URL, take: (bytes: AsyncIterable<Uint8Array>) => Promise<T>): Promise<T> {
    // rule: wechat-pay-files-come-from-the-endpoint
    if (url.origin !== this.base.origin) throw new ChannelError('untrusted', 'FILE_ELSEWHERE');
    return this.noted('bill_download', async () => {
      const deadline = AbortSignal.timeout(this.deadlineMs * 10);
      const response = await this.send('GET', url, '', deadline);
      if (response.status !== 200) throw refusedBy(response.status, await bodyOf(response, deadline));
      if (response.body === null) throw new ChannelError('unreachable', 'NO_BODY');
      try {
        return await take(response.body as AsyncIterable<Uint8Array>);
      } catch (error) {
        throw error instanceof ChannelError ? error : lost(error, deadline);
      }
    });
  }

  private async askOnce<T>(question: Question<T>, deadline: AbortSignal): Promise<T> {
    const body = question.body === undefined ? '' : JSON.stringify(question.body);
    const response = await this.send(
      question.method,
      new URL(question.path, this.base),
      question.upload ?? body,
      deadline,
    );
    const bytes = await bodyOf(response, deadline);
    this.checkSigned(response, bytes);
    // rule: wechat-pay-only-done-is-done
    if (done.has(response.status)) return question.read(contentOf(bytes));
    const refused = refusedBy(response.status, bytes);
    const meanings = question.meanings;
    if (meanings?.has(refused.code) === true) return meanings.get(refused.code) as T;
    const understood = refused.kind === 'refused' ? question.understand?.(refused.code, contentOf(bytes)) : undefined;
    if (understood !== undefined) return understood;
    throw refused;
  }

  private async send(method: string, url: URL, sent: string | Upload, deadline: AbortSignal): Promise<Response> {
    const timestamp = Math.floor(this.now() / 1_000);
    const { signed, body, contentType } =
      typeof sent === 'string'
        ? { signed: sent, body: sent, contentType: 'application/json' }
        : { signed: sent.signed, body: new Uint8Array(sent.bytes), contentType: sent.contentType };
    const request = { method, path: `${url.pathname}${url.search}`, timestamp, nonce: newNonce(), body: signed };
    try {
      return await fetch(url, {
        method,
        headers: {
          accept: 'application/json',
          'accept-encoding': 'identity',
          'user-agent': `Mallflow Node/${process.versions.node}`,
          'wechatpay-serial': this.platformKeys.preferred,
          authorization: authorization(this.signer, request),
          ...(body === '' ? {} : { 'content-type': contentType }),
        },
        ...(body === '' ? {} : { body }),
        // Another place would be sent our signature, and is not the channel.
        redirect: 'manual',
        signal: deadline,
      });
    } catch (error) {
      throw lost(error, deadline);
    }
  }

  /**
   * Success must be signed. Refusals often are not (the gateway's own never are), and open, pay or return nothing; for
   * what they end, the connection vouches. A signature that is there must be true.
   */
  private checkSigned(response: Response, bytes: Uint8Array): void {
    const header = (name: string): string => response.headers.get(`wechatpay-${name}`) ?? '';
    const signature = header('signature');
    // rule: wechat-pay-success-is-signed
    if (signature === '' && !response.ok) return;
    const headers = { timestamp: header('timestamp'), nonce: header('nonce'), serial: header('serial'), signature };
    const verdict = this.platformKeys.judge(headers, bytes, this.now());
    // rule: wechat-pay-answers-are-authentic
    if (verdict !== 'authentic') throw new ChannelError('untrusted', `ANSWER_${verdict.toUpperCase()}`);
  }

  private async noted<T>(operation: Operation, call: () => Promise<T>): Promise<T> {
    const started = performance.now();
    const note = (outcome: 'ok' | ChannelError['kind']): void =>
      this.around.onCall?.({ operation, outcome, ms: Math.round(performance.now() - started) });
    try {
      const answer = await call();
      note('ok');
      return answer;
    } catch (error) {
      if (error instanceof ChannelError) note(error.kind);
      throw error;
    }
  }
}

function mayPass(error: ChannelError): boolean {
  return error.kind === 'unreachable' || error.kind === 'busy';
}

function refusedBy(status: number, bytes: Uint8Array): ChannelError {
  const found = refusal.safeParse(contentOf(bytes));
  const code = found.success ? found.data.code : `HTTP_${status}`;
  if (status < 400) return new ChannelError('untrusted', code);
  return new ChannelError(status === 429 || status >= 500 || comeAgainCodes.has(code) ? 'busy' : 'refused', code);
}

/** Names what happened on the way and nothing that was said. */
function lost(error: unknown, deadline: AbortSignal): ChannelError {
  if (deadline.aborted) return new ChannelError('unreachable', 'TIMEOUT');
  const code = (error as { cause?: { code?: unknown } } | null)?.cause?.code;
  return new ChannelError('unreachable', typeof code === 'string' ? code : 'CONNECTION');
}

async function bodyOf(response: Response, deadline: AbortSignal): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      length += piece.length;
      if (length > answerLimitBytes) throw new ChannelError('untrusted', 'ANSWER_TOO_LARGE');
      pieces.push(piece);
    }
  } catch (error) {
    throw error instanceof ChannelError ? error : lost(error, deadline);
  }
  return Buffer.concat(pieces);
}

/** Nothing, when it is not JSON: then it does not have the shape of any answer. */
function contentOf(bytes: Uint8Array): unknown {
  try {
    return bytes.length === 0 ? undefined : jsonOf(bytes);
  } catch {
    return undefined;
  }
}
