import { createPublicKey, sign, X509Certificate, type KeyObject } from 'node:crypto';

/**
 * A self-signed X.509 certificate, written in DER by hand: node reads certificates but makes none, and one key and one
 * name are all that certificate mode needs.
 */
export interface CertificateOrder {
  readonly privateKey: KeyObject;
  /** 20 bytes, the first from 1 to 127, so that the number is positive and 40 hex digits long. */
  readonly serial: Buffer;
  readonly commonName: string;
  readonly from: Date;
  readonly until: Date;
}

const tags = { integer: 0x02, bits: 0x03, oid: 0x06, utf8: 0x0c, utcTime: 0x17, sequence: 0x30, set: 0x31 } as const;

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}

const sequence = (...parts: readonly Buffer[]): Buffer => der(tags.sequence, ...parts);
const commonNameOid = der(tags.oid, Buffer.from([0x55, 0x04, 0x03]));
const sha256WithRsa = sequence(
  der(tags.oid, Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b])),
  Buffer.from([0x05, 0x00]),
);
/** [0] { INTEGER 2 }: version 3. */
const version3 = Buffer.from([0xa0, 0x03, 0x02, 0x01, 0x02]);

const utcTime = (time: Date): Buffer => {
  const digits = time.toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return der(tags.utcTime, Buffer.from(`${digits}Z`));
};

export function selfSignedCertificate(order: CertificateOrder): X509Certificate {
  const { privateKey, serial, commonName, from, until } = order;
  const name = sequence(der(tags.set, sequence(commonNameOid, der(tags.utf8, Buffer.from(commonName)))));
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const content = sequence(
    version3,
    der(tags.integer, serial),
    sha256WithRsa,
    name,
    sequence(utcTime(from), utcTime(until)),
    name,
    publicKey,
  );
  const signature = der(tags.bits, Buffer.from([0]), sign('RSA-SHA256', content, privateKey));
  return new X509Certificate(sequence(content, sha256WithRsa, signature));
}
