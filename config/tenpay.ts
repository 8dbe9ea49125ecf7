import { z } from 'zod';
import { isAwayAndPrivate, isOrigin, secretText, wholeness, type TellFault } from './given';

/** How this installation reaches the Tenpay side of merchant IDs (云企付, Tencent Cloud cpdp): wholly or not at all. */

const secret = z.string().min(1, 'a secret').optional();

export const tenpayVariables = {
  MALLFLOW_TENPAY_SECRET_ID: z
    .string()
    .regex(/^[0-9A-Za-z]{8,128}$/, 'a secret id of Tencent Cloud')
    .optional(),
  MALLFLOW_TENPAY_SECRET_KEY: secret,
  MALLFLOW_TENPAY_SECRET_KEY_FILE: z.string().min(1, 'a file').optional(),
  MALLFLOW_TENPAY_MERCHANT_ID: z
    .string()
    .regex(/^[0-9A-Za-z_-]{1,64}$/, 'a channel merchant id of 云企付')
    .optional(),
  MALLFLOW_TENPAY_BASE_URL: z.string().refine(isOrigin, 'an origin, without a path').optional(),
} as const;

type Given = Readonly<{ [name in keyof typeof tenpayVariables]?: string | undefined }>;

const endpoint = 'https://cpdp.tencentcloudapi.com';
const endpoints = /^https:\/\/cpdp(?:\.[a-z0-9-]+)?\.tencentcloudapi\.com$/;

/** What is wrong with the variables together, each alone being right. */
export function tenpayFaults(given: Given, production: boolean): string[] {
  const names = Object.keys(tenpayVariables) as (keyof Given)[];
  if (names.every((name) => given[name] === undefined)) return [];
  const faults = wholeness(
    given,
    [
      ['MALLFLOW_TENPAY_SECRET_ID'],
      ['MALLFLOW_TENPAY_SECRET_KEY', 'MALLFLOW_TENPAY_SECRET_KEY_FILE'],
      ['MALLFLOW_TENPAY_MERCHANT_ID'],
    ],
    'MALLFLOW_TENPAY',
  );
  const { MALLFLOW_TENPAY_BASE_URL: url } = given;
  // rule: real-tenpay-in-production
  if (production && url !== undefined && URL.canParse(url) && (!endpoints.test(url) || !isAwayAndPrivate(url)))
    faults.push('MALLFLOW_TENPAY_BASE_URL: expected an endpoint of Tencent Cloud cpdp in production');
  return faults;
}

export interface TenpayAccess {
  readonly secretId: string;
  readonly secretKey: string;
  /** 渠道商户ID: the platform's own, below which sellers are registered. */
  readonly channelMerchantId: string;
  readonly baseUrl: string;
}

/** Undefined when nothing is configured. */
export function readTenpay(given: Given, fault: TellFault): TenpayAccess | undefined {
  const { MALLFLOW_TENPAY_SECRET_ID: secretId, MALLFLOW_TENPAY_MERCHANT_ID: channelMerchantId = '' } = given;
  if (secretId === undefined) return undefined;
  const secretKey = secretText(given, 'MALLFLOW_TENPAY_SECRET_KEY', fault).trim();
  if (secretKey === '') fault('MALLFLOW_TENPAY_SECRET_KEY: expected a secret key of Tencent Cloud');
  return { secretId, secretKey, channelMerchantId, baseUrl: given.MALLFLOW_TENPAY_BASE_URL ?? endpoint };
}
