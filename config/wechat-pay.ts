import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { baseRule, fileText, isBase, isOrigin, secretText, wholeness, type TellFault } from './given';

/** How this installation reaches WeChat Pay: all of it or nothing. Secrets come from a variable or from a file. */

const keyFile = /^(?:PUB_KEY_ID_[0-9A-Za-z]{1,64}|[0-9A-F]{16,64})=[^=,]+$/;
const keyIdRule = 'ID=FILE and after commas further ones; ids PUB_KEY_ID_… or serial numbers in hex, each once';

export const wechatPayVariables = {
  MALLFLOW_WECHAT_PAY_MCHID: z
    .string()
    .regex(/^\d{8,12}$/, 'a merchant number')
    .optional(),
  MALLFLOW_WECHAT_PAY_APPID: z
    .string()
    .regex(/^[0-9A-Za-z_-]{1,32}$/, 'an app id')
    .optional(),
  MALLFLOW_WECHAT_PAY_MERCHANT_SERIAL: z
    .string()
    .regex(/^[0-9A-Fa-f]{16,64}$/, 'a serial number in hex')
    .optional(),
  MALLFLOW_WECHAT_PAY_MERCHANT_KEY: z.string().min(1, 'an RSA private key, PEM').optional(),
  MALLFLOW_WECHAT_PAY_MERCHANT_KEY_FILE: z.string().min(1, 'a file').optional(),
  MALLFLOW_WECHAT_PAY_API_V3_KEY: z.string().min(1, '32 bytes').optional(),
  MALLFLOW_WECHAT_PAY_API_V3_KEY_FILE: z.string().min(1, 'a file').optional(),
  MALLFLOW_WECHAT_PAY_PLATFORM_KEYS: z.string().refine(areKeyFiles, keyIdRule).optional(),
  MALLFLOW_WECHAT_PAY_BASE_URL: z.string().refine(isOrigin, 'an origin, without a path').optional(),
  MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: z.string().refine(isBase, baseRule).optional(),
} as const;

type Name = keyof typeof wechatPayVariables;
type Given = Readonly<{ [name in Name]?: string | undefined }>;

/** Where the real channel is: near, and elsewhere when near is down. */
export const realEndpoints = ['https://api.mch.weixin.qq.com', 'https://api2.mch.weixin.qq.com'] as const;

/** Each of these is needed; of two names, one. */
const needed: readonly (readonly Name[])[] = [
  ['MALLFLOW_WECHAT_PAY_MCHID'],
  ['MALLFLOW_WECHAT_PAY_APPID'],
  ['MALLFLOW_WECHAT_PAY_MERCHANT_SERIAL'],
  ['MALLFLOW_WECHAT_PAY_MERCHANT_KEY', 'MALLFLOW_WECHAT_PAY_MERCHANT_KEY_FILE'],
  ['MALLFLOW_WECHAT_PAY_API_V3_KEY', 'MALLFLOW_WECHAT_PAY_API_V3_KEY_FILE'],
  ['MALLFLOW_WECHAT_PAY_PLATFORM_KEYS'],
  ['MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL'],
];

/** What is wrong with the variables together, each alone being right. */
export function wechatPayFaults(given: Given, production: boolean): string[] {
  const names = Object.keys(wechatPayVariables) as Name[];
  if (names.every((name) => given[name] === undefined)) return [];
  // rule: wechat-pay-is-configured-wholly
  const faults = wholeness(given, needed, 'WeChat Pay');
  const { MALLFLOW_WECHAT_PAY_BASE_URL: base, MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: notify } = given;
  // rule: real-channel-in-production
  if (production && base !== undefined && !realEndpoints.some((real) => real === base))
    faults.push(`MALLFLOW_WECHAT_PAY_BASE_URL: expected an endpoint of the channel in production`);
  if (production && notify?.startsWith('https:') === false)
    faults.push('MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: expected https in production');
  return faults;
}

export interface WechatPayAccess {
  readonly mchid: string;
  readonly appid: string;
  readonly merchantSerial: string;
  readonly merchantKey: string;
  readonly apiV3Key: string;
  readonly platformKeys: readonly { readonly id: string; readonly pem: string }[];
  readonly baseUrl: string;
  readonly notifyBaseUrl: string;
}

/**
 * Reads the files and looks whether keys are keys. Undefined when nothing is configured.
 * @param fault is told each file or key that is not what it should be; never what is in it
 */
export function readWechatPay(given: Given, fault: TellFault): WechatPayAccess | undefined {
  const { MALLFLOW_WECHAT_PAY_MCHID: mchid } = given;
  if (mchid === undefined) return undefined;
  const access = {
    mchid,
    appid: given.MALLFLOW_WECHAT_PAY_APPID ?? '',
    merchantSerial: given.MALLFLOW_WECHAT_PAY_MERCHANT_SERIAL ?? '',
    merchantKey: pemOf(secretText(given, 'MALLFLOW_WECHAT_PAY_MERCHANT_KEY', fault)),
    apiV3Key: secretText(given, 'MALLFLOW_WECHAT_PAY_API_V3_KEY', fault).trim(),
    platformKeys: keyFilesOf(given.MALLFLOW_WECHAT_PAY_PLATFORM_KEYS ?? '').map(({ id, file }) => ({
      id,
      pem: fileText('MALLFLOW_WECHAT_PAY_PLATFORM_KEYS', file, fault),
    })),
    baseUrl: given.MALLFLOW_WECHAT_PAY_BASE_URL ?? realEndpoints[0],
    notifyBaseUrl: given.MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL ?? '',
  };
  checkKeys(access, fault);
  return access;
}

function checkKeys(access: WechatPayAccess, fault: TellFault): void {
  const is = (check: () => boolean): boolean => {
    try {
      return check();
    } catch {
      return false;
    }
  };
  if (!is(() => createPrivateKey(access.merchantKey).asymmetricKeyType === 'rsa'))
    fault('MALLFLOW_WECHAT_PAY_MERCHANT_KEY: expected an RSA private key, PEM');
  // rule: api-v3-key-is-32-bytes
  if (Buffer.byteLength(access.apiV3Key) !== 32) fault('MALLFLOW_WECHAT_PAY_API_V3_KEY: expected 32 bytes');
  for (const { id, pem } of access.platformKeys) {
    const certificate = !id.startsWith('PUB_KEY_ID_');
    const right = certificate
      ? // rule: certificate-has-its-serial
        is(() => new X509Certificate(pem).serialNumber === id)
      : is(() => !pem.includes('PRIVATE') && createPublicKey(pem).asymmetricKeyType === 'rsa');
    if (!right)
      fault(
        `MALLFLOW_WECHAT_PAY_PLATFORM_KEYS: expected ${certificate ? 'the certificate' : 'an RSA public key'} of ${id}, PEM`,
      );
  }
}

function keyFilesOf(text: string) {
  return text.split(',').map((pair) => {
    const at = pair.indexOf('=');
    return { id: pair.slice(0, at), file: pair.slice(at + 1) };
  });
}

function areKeyFiles(text: string): boolean {
  if (!text.split(',').every((pair) => keyFile.test(pair))) return false;
  const ids = keyFilesOf(text).map(({ id }) => id);
  // rule: platform-key-ids-once
  return new Set(ids).size === ids.length;
}

/** Variables of many tools hold no line breaks. */
function pemOf(text: string): string {
  return text.replaceAll('\\n', '\n');
}
