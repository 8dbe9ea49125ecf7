import { createDecipheriv, createPublicKey, createSign, createVerify, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Emulator } from './emulator';

/** An answer as it came: the status, the parsed body, and who signed it. */
export interface ChannelReply {
  readonly status: number;
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads any member and asserts on it
  readonly raw: Buffer;
  readonly headers: Headers;
  /** The serial that is named, when its key verifies the signature. */
  readonly signedBy: string | null;
}

export interface Spoilt {
  /** Replaces the five parts of the Authorization header. */
  readonly authorization?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string | undefined>>;
  /** What is sent after something else was signed. */
  readonly sentInstead?: string;
}

/** A small client of the channel's wire protocol, for tests of the emulator: it shares nothing with the product's. */
export class ChannelClient {
  readonly mchid: string;
  readonly appid: string;
  readonly apiV3Key: Buffer;
  readonly serials: readonly string[];
  private readonly merchantSerial: string;
  private readonly merchantKey: string;
  private readonly platformKeys: ReadonlyMap<string, string>;

  constructor(private readonly emulator: Pick<Emulator, 'url' | 'environment'>) {
    const value = (name: string) => emulator.environment[`MALLFLOW_WECHAT_PAY_${name}`] ?? '';
    this.mchid = value('MCHID');
    this.appid = value('APPID');
    this.merchantSerial = value('MERCHANT_SERIAL');
    this.merchantKey = readFileSync(value('MERCHANT_KEY_FILE'), 'utf8');
    this.apiV3Key = readFileSync(value('API_V3_KEY_FILE'));
    const pairs = value('PLATFORM_KEYS')
      .split(',')
      .map((pair) => pair.split('=') as [string, string]);
    this.serials = pairs.map(([serial]) => serial);
    this.platformKeys = new Map(pairs.map(([serial, file]) => [serial, readFileSync(file, 'utf8')]));
  }

  authorization(method: string, target: string, body: string, given: Readonly<Record<string, string>> = {}): string {
    const timestamp = given['timestamp'] ?? String(Math.floor(Date.now() / 1_000));
    const nonce = given['nonce_str'] ?? randomBytes(16).toString('hex');
    const signature = createSign('RSA-SHA256')
      .update(`${method}\n${target}\n${timestamp}\n${nonce}\n${body}\n`)
      .sign(this.merchantKey, 'base64');
    const parts = {
      mchid: this.mchid,
      nonce_str: nonce,
      timestamp,
      serial_no: this.merchantSerial,
      signature,
      ...given,
    };
    const text = Object.entries(parts).map(([name, value]) => `${name}="${value}"`);
    return `WECHATPAY2-SHA256-RSA2048 ${text.join(',')}`;
  }

  async call(method: 'GET' | 'POST', target: string, body?: unknown, spoilt: Spoilt = {}): Promise<ChannelReply> {
    const text = body === undefined ? '' : JSON.stringify(body);
    const headers = {
      accept: 'application/json',
      'user-agent': 'test/1',
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
      authorization: this.authorization(method, target, text, spoilt.authorization),
      ...spoilt.headers,
    };
    const answer = await fetch(this.emulator.url + target, {
      method,
      headers: Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
      ...(method === 'POST' ? { body: spoilt.sentInstead ?? text } : {}),
    });
    const raw = Buffer.from(await answer.arrayBuffer());
    const isJson = (answer.headers.get('content-type') ?? '').includes('json');
    const { status } = answer;
    return {
      status,
      raw,
      headers: answer.headers,
      body: isJson ? JSON.parse(raw.toString()) : undefined,
      signedBy: this.verified(answer.headers, raw),
    };
  }

  /** Whose valid signature stands in these headers. */
  verified(headers: Pick<Headers, 'get'>, raw: Buffer): string | null {
    const [timestamp, nonce, serial, signature] = ['Timestamp', 'Nonce', 'Serial', 'Signature'].map(
      (name) => headers.get(`Wechatpay-${name}`) ?? '',
    );
    const pem = this.platformKeys.get(serial!);
    if (pem === undefined) return null;
    const key = pem.includes('CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem);
    const isGood = createVerify('RSA-SHA256')
      .update(`${timestamp}\n${nonce}\n`)
      .update(raw)
      .update('\n')
      .verify(key, signature!, 'base64');
    return isGood ? serial! : null;
  }

  /** Opens a sealed resource of a notification or of the list of certificates. */
  opened(sealed: { ciphertext: string; nonce: string; associated_data: string }): string {
    const bytes = Buffer.from(sealed.ciphertext, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.apiV3Key, sealed.nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(sealed.associated_data));
    decipher.setAuthTag(bytes.subarray(-16));
    return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString();
  }

  /** A proper order; the test changes what it is about. */
  orderOf(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    return {
      appid: this.appid,
      mchid: this.mchid,
      description: '测试商品',
      out_trade_no: `t${randomBytes(12).toString('hex')}`,
      time_expire: new Date(Math.floor(Date.now() / 1_000) * 1_000 + 600_000).toISOString().replace('.000Z', 'Z'),
      notify_url: 'http://127.0.0.1:9/notify',
      amount: { total: 1, currency: 'CNY' },
      ...changes,
    };
  }

  create(order: unknown, spoilt: Spoilt = {}): Promise<ChannelReply> {
    return this.call('POST', '/v3/pay/transactions/native', order, spoilt);
  }

  query(outTradeNo: string, spoilt: Spoilt = {}): Promise<ChannelReply> {
    return this.call('GET', `/v3/pay/transactions/out-trade-no/${outTradeNo}?mchid=${this.mchid}`, undefined, spoilt);
  }

  close(outTradeNo: string, spoilt: Spoilt = {}): Promise<ChannelReply> {
    const target = `/v3/pay/transactions/out-trade-no/${outTradeNo}/close`;
    return this.call('POST', target, { mchid: this.mchid }, spoilt);
  }
}
