import { createCipheriv, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { WechatPaySettings } from '../../../providers/wechat-pay/settings';

/** Keys of both sides, made once for the file that imports it, and what the channel makes with its own. */

/** Half as long as real ones, and made ten times as fast; the emulator's are as long as the channel's. */
const rsa = () =>
  generateKeyPairSync('rsa', {
    modulusLength: 1024,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

const merchant = rsa();
const platform = { PUB_KEY_ID_1: rsa(), PUB_KEY_ID_2: rsa() } as const;
export type PlatformKeyId = keyof typeof platform;

export const own = { mchid: '1900000001', appid: 'wx0000000000000001' } as const;
export const apiV3Key = '0123456789abcdef0123456789abcdef';

export const settingsFor = (baseUrl: string): WechatPaySettings => ({
  ...own,
  merchantSerial: '5A00000000000000000000000000000000000001',
  merchantKey: merchant.privateKey,
  apiV3Key,
  platformKeys: Object.entries(platform).map(([id, { publicKey }]) => ({ id, pem: publicKey })),
  baseUrl,
  notifyBaseUrl: 'https://mall.example',
});

export interface Signing {
  readonly serial?: PlatformKeyId;
  /** Unix seconds. */
  readonly timestamp?: number;
}

/** The four headers under which the channel sends these bytes. */
export function signatureHeaders(body: Uint8Array, options: Signing = {}): Record<string, string> {
  const serial = options.serial ?? 'PUB_KEY_ID_1';
  const timestamp = String(options.timestamp ?? Math.floor(Date.now() / 1_000));
  const nonce = randomBytes(16).toString('hex');
  const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), body, Buffer.from('\n')]);
  return {
    'wechatpay-timestamp': timestamp,
    'wechatpay-nonce': nonce,
    'wechatpay-serial': serial,
    'wechatpay-signature': sign('sha256', message, platform[serial].privateKey).toString('base64'),
  };
}

export interface Notification {
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

export interface NotificationOptions extends Signing {
  readonly eventType: string;
  readonly content: unknown;
  readonly sealedWith?: string;
  readonly associatedData?: string;
}

/** As the channel sends it: sealed, put into its envelope, signed. */
export function notification(options: NotificationOptions): Notification {
  const { eventType, content, sealedWith = apiV3Key, associatedData = 'transaction' } = options;
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(sealedWith), Buffer.from(nonce), { authTagLength: 16 });
  cipher.setAAD(Buffer.from(associatedData));
  const bytes = Buffer.concat([cipher.update(JSON.stringify(content)), cipher.final(), cipher.getAuthTag()]);
  return envelope(
    {
      id: randomBytes(16).toString('hex'),
      create_time: '2026-11-22T10:00:00+08:00',
      resource_type: 'encrypt-resource',
      event_type: eventType,
      summary: '支付成功',
      resource: {
        original_type: 'transaction',
        algorithm: 'AEAD_AES_256_GCM',
        ciphertext: bytes.toString('base64'),
        associated_data: associatedData,
        nonce,
      },
    },
    options,
  );
}

export function envelope(content: unknown, signing: Signing = {}): Notification {
  const body = Buffer.from(JSON.stringify(content));
  return { headers: signatureHeaders(body, signing), body };
}

export const paidTrade = {
  ...own,
  out_trade_no: 'att000001',
  transaction_id: '4200000000202611220000000001',
  trade_type: 'NATIVE',
  trade_state: 'SUCCESS',
  trade_state_desc: '支付成功',
  success_time: '2026-11-22T10:00:00+08:00',
  payer: { openid: 'o-nobody-must-see-this' },
  amount: { total: 888, payer_total: 800, currency: 'CNY', payer_currency: 'CNY' },
};

export const refundDone = {
  mchid: own.mchid,
  out_trade_no: 'att000001',
  transaction_id: '4200000000202611220000000001',
  out_refund_no: 'ref000001',
  refund_id: '50000000000000000000000000001',
  refund_status: 'SUCCESS',
  success_time: '2026-11-22T11:00:00+08:00',
  user_received_account: '支付用户零钱',
  amount: { total: 888, refund: 88, payer_total: 800, payer_refund: 80 },
};

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Reply = (asked: Asked, response: ServerResponse, times: number) => void;

/** A server that answers as the test says; it remembers what it was asked. */
export class TestChannel {
  readonly asked: Asked[] = [];
  reply: Reply = (_asked, response) => void response.writeHead(500).end();

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<TestChannel> {
    const server = createServer((request, response) => void channel.take(request, response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const channel = new TestChannel(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return channel;
  }

  says(reply: Reply): void {
    this.asked.length = 0;
    this.reply = reply;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const { method = '', url: path = '', headers } = request;
    const asked = { method, path, headers, body: Buffer.concat(pieces).toString() };
    this.asked.push(asked);
    this.reply(asked, response, this.asked.length);
  }
}

/** A truly signed answer. */
export const answers =
  (status: number, content?: unknown, signing: Signing = {}): Reply =>
  (_asked, response) => {
    const body = Buffer.from(content === undefined ? '' : JSON.stringify(content));
    response.writeHead(status, { 'content-type': 'application/json', ...signatureHeaders(body, signing) }).end(body);
  };

export const refuses = (status: number, code: string): Reply => answers(status, { code, message: '…' });

/** Whether the merchant signed exactly this request. */
export function isSignedByMerchant({ method, path, headers, body }: Asked): boolean {
  const fields = Object.fromEntries(
    [...(headers.authorization ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  ) as Record<string, string>;
  const message = `${method}\n${path}\n${fields['timestamp']}\n${fields['nonce_str']}\n${body}\n`;
  const signature = Buffer.from(fields['signature'] ?? '', 'base64');
  return verify('sha256', Buffer.from(message), createPublicKey(merchant.publicKey), signature);
}
