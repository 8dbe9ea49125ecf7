import { createHash, createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Emulator } from './emulator';

export interface OutsideReply {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** What a request says instead of what it should; undefined leaves a header out. */
export interface SpoiltRequest {
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** Signed in place of what is sent. */
  readonly signedBody?: string;
  /** Added to the clock. */
  readonly seconds?: number;
  readonly path?: string;
}

const now = (seconds = 0): string => String(Math.floor(Date.now() / 1_000) + seconds);

/** A second client of the emulated outside: it shares no line with our adapters. */
export class OutsideClient {
  constructor(private readonly emulator: Emulator) {}

  /** Signed JSON, by the words of docs/emulator.md. */
  async json(
    party: 'TRANSFERS' | 'IDENTITY' | 'MESSAGES',
    path: string,
    content: unknown,
    spoilt: SpoiltRequest = {},
  ): Promise<OutsideReply> {
    const body = typeof content === 'string' ? content : JSON.stringify(content);
    const [id, timestamp] = [randomUUID(), now(spoilt.seconds)];
    const key = Buffer.from(this.secret(`MALLFLOW_${party}_SECRET_FILE`), 'base64');
    const text = `${id}.${timestamp}.POST ${spoilt.path ?? path}.${spoilt.signedBody ?? body}`;
    return this.send(path, body, {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${createHmac('sha256', key).update(text).digest('base64')}`,
      ...spoilt.headers,
    });
  }

  /** TC3-HMAC-SHA256, signing content type and host alone. */
  async cloud(action: string, content: unknown, spoilt: SpoiltRequest = {}): Promise<OutsideReply> {
    const body = typeof content === 'string' ? content : JSON.stringify(content);
    const timestamp = now(spoilt.seconds);
    const day = new Date(Number(timestamp) * 1_000).toISOString().slice(0, 10);
    const hash = (text: string) => createHash('sha256').update(text).digest('hex');
    const type = 'application/json';
    const { host } = new URL(this.emulator.url);
    const signed = `POST\n/\n\ncontent-type:${type}\nhost:${host}\n\ncontent-type;host\n${hash(spoilt.signedBody ?? body)}`;
    const scope = `${day}/ocr/tc3_request`;
    const key = [day, 'ocr', 'tc3_request'].reduce<Buffer>(
      (secret, part) => createHmac('sha256', secret).update(part).digest(),
      Buffer.from(`TC3${this.secret('MALLFLOW_REGISTRY_SECRET_KEY_FILE')}`),
    );
    const signature = createHmac('sha256', key)
      .update(`TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${hash(signed)}`)
      .digest('hex');
    const id = this.emulator.environment['MALLFLOW_REGISTRY_SECRET_ID'] ?? '';
    return this.send('/', body, {
      'content-type': type,
      authorization: `TC3-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=content-type;host, Signature=${signature}`,
      'x-tc-action': action,
      'x-tc-version': '2018-11-19',
      'x-tc-timestamp': timestamp,
      ...spoilt.headers,
    });
  }

  private secret(name: string): string {
    return readFileSync(this.emulator.environment[name] ?? '', 'utf8');
  }

  private async send(
    path: string,
    body: string,
    headers: Readonly<Record<string, string | undefined>>,
  ): Promise<OutsideReply> {
    const given = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
    const answer = await fetch(this.emulator.url + path, { method: 'POST', headers: given, body });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
  }
}
