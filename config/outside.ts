import { z } from 'zod';
import { baseRule, isAwayAndPrivate, isBase, isOrigin, secretText, wholeness, type TellFault } from './given';

/**
 * How this installation reaches the outside parties of a seller's way in. Each is configured wholly or not at all: what
 * is not configured is not available, and what needs it waits. Secrets come from a variable or from a file.
 */

const secret = z.string().min(1, 'a secret').optional();
const file = z.string().min(1, 'a file').optional();
const base = z.string().refine(isBase, baseRule).optional();

export const outsideVariables = {
  MALLFLOW_REGISTRY_SECRET_ID: z
    .string()
    .regex(/^[0-9A-Za-z]{8,128}$/, 'a secret id of Tencent Cloud')
    .optional(),
  MALLFLOW_REGISTRY_SECRET_KEY: secret,
  MALLFLOW_REGISTRY_SECRET_KEY_FILE: file,
  MALLFLOW_REGISTRY_BASE_URL: z.string().refine(isOrigin, 'an origin, without a path').optional(),
  MALLFLOW_TRANSFERS_SECRET: secret,
  MALLFLOW_TRANSFERS_SECRET_FILE: file,
  MALLFLOW_TRANSFERS_BASE_URL: base,
  MALLFLOW_IDENTITY_SECRET: secret,
  MALLFLOW_IDENTITY_SECRET_FILE: file,
  MALLFLOW_IDENTITY_BASE_URL: base,
  MALLFLOW_IDENTITY_NOTIFY_BASE_URL: base,
  MALLFLOW_MESSAGES_SECRET: secret,
  MALLFLOW_MESSAGES_SECRET_FILE: file,
  MALLFLOW_MESSAGES_BASE_URL: base,
} as const;

type Given = Readonly<{ [name in keyof typeof outsideVariables]?: string | undefined }>;

const ownProtocol = ['TRANSFERS', 'IDENTITY', 'MESSAGES'] as const;
const registryEndpoint = 'https://ocr.tencentcloudapi.com';
/** The product's own host, or the one of a region. */
const registryEndpoints = /^https:\/\/ocr(?:\.[a-z0-9-]+)?\.tencentcloudapi\.com$/;

/** What is wrong with the variables together, each alone being right. */
export function outsideFaults(given: Given, production: boolean): string[] {
  const faults: string[] = [];
  for (const party of ['REGISTRY', ...ownProtocol] as const) {
    const prefix = `MALLFLOW_${party}_`;
    const names = Object.keys(outsideVariables).filter((name) => name.startsWith(prefix)) as (keyof Given)[];
    if (names.every((name) => given[name] === undefined)) continue;
    const needed =
      party === 'REGISTRY'
        ? [[`${prefix}SECRET_ID`], [`${prefix}SECRET_KEY`, `${prefix}SECRET_KEY_FILE`]]
        : [[`${prefix}SECRET`, `${prefix}SECRET_FILE`], [`${prefix}BASE_URL`]];
    // rule: outside-is-configured-wholly
    faults.push(...wholeness(given, needed, prefix.slice(0, -1)));
    if (production) faults.push(...productionFaults(given, names));
  }
  return faults;
}

function productionFaults(given: Given, names: readonly (keyof Given)[]): string[] {
  return names.flatMap((name) => {
    const url = given[name];
    if (url === undefined || !name.endsWith('_URL') || !URL.canParse(url)) return [];
    // rule: real-registry-in-production
    if (name === 'MALLFLOW_REGISTRY_BASE_URL' && !registryEndpoints.test(url))
      return [`${name}: expected an endpoint of Tencent Cloud OCR in production`];
    // rule: real-outside-in-production
    return isAwayAndPrivate(url) ? [] : [`${name}: expected https, and another machine, in production`];
  });
}

/** Of a party that speaks our signed JSON. */
export interface SignedJsonAccess {
  /** Base64, without a prefix. */
  readonly secret: string;
  readonly baseUrl: string;
}

/** Parties that are not configured are undefined. */
export interface OutsideAccess {
  readonly registry: { readonly secretId: string; readonly secretKey: string; readonly baseUrl: string } | undefined;
  readonly transfers: SignedJsonAccess | undefined;
  readonly identity: (SignedJsonAccess & { readonly notifyBaseUrl: string | undefined }) | undefined;
  readonly messages: SignedJsonAccess | undefined;
}

/** Reads the files and looks whether secrets are secrets. */
export function readOutside(given: Given, fault: TellFault): OutsideAccess {
  const identity = signedJson(given, 'IDENTITY', fault);
  return {
    registry: registryAccess(given, fault),
    transfers: signedJson(given, 'TRANSFERS', fault),
    identity: identity && { ...identity, notifyBaseUrl: given.MALLFLOW_IDENTITY_NOTIFY_BASE_URL },
    messages: signedJson(given, 'MESSAGES', fault),
  };
}

function registryAccess(given: Given, fault: TellFault): OutsideAccess['registry'] {
  const { MALLFLOW_REGISTRY_SECRET_ID: secretId, MALLFLOW_REGISTRY_BASE_URL: baseUrl = registryEndpoint } = given;
  if (secretId === undefined) return undefined;
  const secretKey = secretText(given, 'MALLFLOW_REGISTRY_SECRET_KEY', fault).trim();
  if (secretKey === '') fault('MALLFLOW_REGISTRY_SECRET_KEY: expected a secret key of Tencent Cloud');
  return { secretId, secretKey, baseUrl };
}

function signedJson(given: Given, party: (typeof ownProtocol)[number], fault: TellFault): SignedJsonAccess | undefined {
  const baseUrl = given[`MALLFLOW_${party}_BASE_URL`];
  if (baseUrl === undefined) return undefined;
  const name = `MALLFLOW_${party}_SECRET` as const;
  const text = secretText(given, name, fault)
    .trim()
    .replace(/^whsec_/, '');
  const bytes = Buffer.from(text, 'base64');
  // rule: outside-secrets-are-long
  if (bytes.length < 24 || bytes.toString('base64') !== text) fault(`${name}: expected base64 of at least 24 bytes`);
  return { secret: text, baseUrl };
}
