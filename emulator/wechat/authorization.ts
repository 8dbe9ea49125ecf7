import { verify } from 'node:crypto';
import type { Identity } from '../keys/identity';
import { Refusal } from './refusal';

export interface SignedRequest {
  readonly method: string;
  /** Path and query exactly as sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

const scheme = 'WECHATPAY2-SHA256-RSA2048';
const fields = ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature'] as const;
type Authorization = Readonly<Record<(typeof fields)[number], string>>;

const allowedSkewS = 300;
const signError = (message: string, field: string, issue: string): Refusal =>
  new Refusal(401, 'SIGN_ERROR', message, { location: 'authorization', field, issue });

/** Believes a request only if the merchant signed exactly these bytes within the last minutes, and only once. */
export class Authorizer {
  /** Two generations: a nonce is remembered for at least the whole window in which its time would be accepted. */
  private nonces = new Set<string>();
  private olderNonces = new Set<string>();
  private generationBegan = Date.now();

  constructor(private readonly identity: Identity) {}

  /** @throws Refusal 401 SIGN_ERROR */
  check(request: SignedRequest): void {
    const given = parse(request.headers['authorization']);
    if (given.mchid !== this.identity.mchid) throw signError('商户号不存在', 'mchid', 'unknown merchant');
    if (given.serial_no !== this.identity.merchantSerial)
      throw signError('商户证书序列号有误', 'serial_no', 'unknown merchant serial');
    if (!/^\d{10}$/.test(given.timestamp) || Math.abs(Date.now() / 1_000 - Number(given.timestamp)) > allowedSkewS)
      throw signError(
        'Http头Authorization中的timestamp与发起请求的时间不得超过5分钟',
        'timestamp',
        'over 300 s from the clock',
      );
    if (given.nonce_str.length > 32) throw signError('nonce_str过长', 'nonce_str', 'over 32 characters');
    this.checkSignature(request, given);
    this.takeNonce(given.nonce_str);
  }

  private checkSignature(request: SignedRequest, given: Authorization): void {
    const head = `${request.method}\n${request.target}\n${given.timestamp}\n${given.nonce_str}\n`;
    const message = Buffer.concat([Buffer.from(head), request.body, Buffer.from('\n')]);
    const signature = Buffer.from(given.signature, 'base64');
    if (verify('RSA-SHA256', message, this.identity.merchantPublicKey, signature)) return;
    throw new Refusal(401, 'SIGN_ERROR', '错误的签名，验签失败', {
      location: 'authorization',
      field: 'signature',
      issue: 'sign not match',
      sign_information: {
        method: request.method,
        url: request.target,
        truncated_sign_message: message.toString('utf8').slice(0, 256),
        sign_message_length: message.length,
      },
    });
  }

  private takeNonce(nonce: string): void {
    const now = Date.now();
    if (now - this.generationBegan > 2 * allowedSkewS * 1_000) {
      this.olderNonces = this.nonces;
      this.nonces = new Set();
      this.generationBegan = now;
    }
    if (this.nonces.has(nonce) || this.olderNonces.has(nonce))
      throw signError('随机串已被使用', 'nonce_str', 'used before');
    this.nonces.add(nonce);
  }
}

function parse(header: string | readonly string[] | undefined): Authorization {
  const malformed = (issue: string) =>
    signError('Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》', 'Authorization', issue);
  if (typeof header !== 'string') throw malformed('missing');
  const [, given = '', rest = ''] = /^(\S+) (.+)$/.exec(header) ?? [];
  if (given !== scheme) throw signError('Http头Authorization认证类型不正确', 'Authorization', `not ${scheme}`);
  const values = new Map<string, string>();
  for (const part of rest.split(',')) {
    const [, name = '', value = ''] = /^\s*([a-z_]+)="([^"]*)"\s*$/.exec(part) ?? [];
    if (name === '' || values.has(name)) throw malformed('not name="value", each once');
    values.set(name, value);
  }
  for (const name of fields) if (!values.get(name)) throw malformed(`without ${name}`);
  return Object.fromEntries(values) as Record<(typeof fields)[number], string>;
}
