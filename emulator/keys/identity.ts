import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { selfSignedCertificate } from './certificate';

/** A key the channel signs with, and the name under which the client knows its public half. */
export interface PlatformKey {
  readonly serial: string;
  readonly privateKey: KeyObject;
}

/** Who the one merchant is, and every key of both sides. The merchant's private key is the client's; we never read it. */
export interface Identity {
  readonly mchid: string;
  readonly appid: string;
  readonly merchantSerial: string;
  readonly merchantPublicKey: KeyObject;
  readonly apiV3Key: Buffer;
  readonly publicKeyMode: PlatformKey;
  readonly certificateMode: PlatformKey & { readonly pem: string; readonly from: Date; readonly until: Date };
  readonly files: Readonly<Record<'merchantKey' | 'apiV3Key' | 'platformPublicKey' | 'platformCertificate', string>>;
}

const names = {
  identity: 'identity.json',
  merchantKey: 'merchant-private-key.pem',
  merchantPublicKey: 'merchant-public-key.pem',
  apiV3Key: 'api-v3-key.txt',
  platformKey: 'platform-private-key.pem',
  platformPublicKey: 'platform-public-key.pem',
  certificateKey: 'platform-certificate-key.pem',
  certificate: 'platform-certificate.pem',
} as const;

const stored = z.object({
  mchid: z.string(),
  appid: z.string(),
  merchantSerial: z.string(),
  platformKeyId: z.string(),
  certificateSerial: z.string(),
  certificateFrom: z.string(),
  certificateUntil: z.string(),
});

const pair = promisify(generateKeyPair);
const digits = (count: number): string => [...randomBytes(count)].map((byte) => byte % 10).join('');
const yearMs = 365 * 86_400_000;

/** Reads the keys of this state folder; makes them when this is its first start. */
export async function openIdentity(stateDir: string): Promise<Identity> {
  const folder = join(stateDir, 'keys');
  if (!existsSync(folder)) await makeKeys(stateDir, folder);
  return readKeys(folder);
}

/** All or nothing: a start that is cut off leaves no folder of that name. */
async function makeKeys(stateDir: string, folder: string): Promise<void> {
  const draft = join(stateDir, 'keys.new');
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true, mode: 0o700 });
  const rsa = { modulusLength: 2048 };
  const [merchant, platform, certificate] = await Promise.all([pair('rsa', rsa), pair('rsa', rsa), pair('rsa', rsa)]);
  const serial = Buffer.concat([Buffer.from([0x5a]), randomBytes(19)]);
  const from = new Date(Math.floor(Date.now() / 1_000) * 1_000);
  const until = new Date(from.getTime() + 5 * yearMs);
  const x509 = selfSignedCertificate({
    privateKey: certificate.privateKey,
    serial,
    commonName: 'Emulated payment channel',
    from,
    until,
  });
  const identity: z.infer<typeof stored> = {
    mchid: `19${digits(8)}`,
    appid: `wx${randomBytes(8).toString('hex')}`,
    merchantSerial: randomBytes(20).toString('hex').toUpperCase(),
    platformKeyId: `PUB_KEY_ID_01${digits(30)}`,
    certificateSerial: x509.serialNumber,
    certificateFrom: from.toISOString(),
    certificateUntil: until.toISOString(),
  };
  const put = (name: string, text: string) => writeFile(join(draft, name), text, { mode: 0o600 });
  await put(names.identity, `${JSON.stringify(identity, null, 2)}\n`);
  await put(names.merchantKey, privatePem(merchant.privateKey));
  await put(names.merchantPublicKey, publicPem(merchant.publicKey));
  await put(names.apiV3Key, randomBytes(16).toString('hex'));
  await put(names.platformKey, privatePem(platform.privateKey));
  await put(names.platformPublicKey, publicPem(platform.publicKey));
  await put(names.certificateKey, privatePem(certificate.privateKey));
  await put(names.certificate, x509.toString());
  await rename(draft, folder);
}

const privatePem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const publicPem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

async function readKeys(folder: string): Promise<Identity> {
  const text = (name: string) => readFile(join(folder, name), 'utf8');
  const identity = stored.parse(JSON.parse(await text(names.identity)));
  return {
    mchid: identity.mchid,
    appid: identity.appid,
    merchantSerial: identity.merchantSerial,
    merchantPublicKey: createPublicKey(await text(names.merchantPublicKey)),
    apiV3Key: Buffer.from(await text(names.apiV3Key)),
    publicKeyMode: { serial: identity.platformKeyId, privateKey: createPrivateKey(await text(names.platformKey)) },
    certificateMode: {
      serial: identity.certificateSerial,
      privateKey: createPrivateKey(await text(names.certificateKey)),
      pem: await text(names.certificate),
      from: new Date(identity.certificateFrom),
      until: new Date(identity.certificateUntil),
    },
    files: {
      merchantKey: join(folder, names.merchantKey),
      apiV3Key: join(folder, names.apiV3Key),
      platformPublicKey: join(folder, names.platformPublicKey),
      platformCertificate: join(folder, names.certificate),
    },
  };
}
