import { randomUUID } from 'node:crypto';
import { recordErrorCode } from './seen-codes';

export interface Reply<B = Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: B;
}

/** Text and bytes go as they are, under a content type of their own if the call names one. */
function sent(body: unknown): string | Buffer<ArrayBuffer> {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body) : JSON.stringify(body);
}

/** Answers are read by their documented members; tests say what they expect of them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads any member and asserts on it
export type Body = any;

export interface CallOptions {
  /** Idempotency-Key; a fresh one on every POST unless given. `null` sends none. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A small real HTTP client: JSON in, JSON out, and it notes every error code it meets. */
export class HttpClient {
  constructor(
    readonly url: string,
    readonly token: string | null = null,
  ) {}

  static async signIn(url: string, login: string, password = 'mallflow-demo'): Promise<HttpClient> {
    const reply = await new HttpClient(url).post('/v1/sessions', { login, password });
    if (reply.status !== 201) throw new Error(`sign-in of ${login} answered ${reply.status}`);
    return new HttpClient(url, reply.body.token as string);
  }

  get(path: string, options: CallOptions = {}): Promise<Reply> {
    return this.call('GET', path, undefined, options);
  }

  post(path: string, body?: unknown, options: CallOptions = {}): Promise<Reply> {
    return this.call('POST', path, body, { key: randomUUID(), ...options });
  }

  delete(path: string, options: CallOptions = {}): Promise<Reply> {
    return this.call('DELETE', path, undefined, options);
  }

  patch(path: string, body: unknown, options: CallOptions = {}): Promise<Reply> {
    return this.call('PATCH', path, body, options);
  }

  /** Raw bytes, as images and codes are sent. */
  upload(path: string, bytes: Buffer | string, contentType: string, options: CallOptions = {}): Promise<Reply> {
    const headers = { ...options.headers, 'content-type': contentType };
    return this.call('POST', path, bytes, { key: randomUUID(), ...options, headers });
  }

  async call(method: string, path: string, body: unknown, options: CallOptions = {}): Promise<Reply> {
    const headers: Record<string, string> = {};
    if (this.token !== null) headers['authorization'] = `Bearer ${this.token}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (options.key != null) headers['idempotency-key'] = options.key;
    const response = await fetch(this.url + path, {
      method,
      headers: { ...headers, ...options.headers },
      ...(body === undefined ? {} : { body: sent(body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const parsed: Body = isJson && text !== '' ? JSON.parse(text) : text;
    if (response.status >= 400 && isJson) recordErrorCode((parsed as { code?: unknown }).code);
    return { status: response.status, headers: response.headers, body: parsed };
  }
}
