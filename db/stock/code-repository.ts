import { codesRejected, type Code } from '../../domain/stock/codes';
import type { Vault } from '../../domain/ports/vault';
import type { By } from '../case/record-transition';
import { firstRow, rows, run, type Trx } from '../connection';
import { acceptCodes } from './upkeep-repository';

/** Codes are sealed and stored a few at a time: the memory needed does not grow with the file. */
const batch = 2_000;

/** What the codes of a commodity are sealed about. */
export function codesOf(commodityId: string): string {
  return `commodity_codes/${commodityId}`;
}

/**
 * Imports the codes of a CDK commodity, all or nothing. The commodity's row comes last, since allocations meet there;
 * codes are never removed, so that nobody can have counted too many meanwhile.
 *
 * @throws DomainError CODES_REJECTED with the lines the commodity has already, NOT_CDK, WRONG_STATE
 */
export async function importCodes(
  trx: Trx,
  order: { readonly commodityId: string; readonly codes: readonly Code[]; readonly vault: Vault; readonly by: By },
): Promise<void> {
  const { commodityId, codes, vault, by } = order;
  // rule: imports-one-at-a-time
  await run(trx, 'select pg_advisory_xact_lock(hashtextextended(:about, 0))', { about: codesOf(commodityId) });
  const isFirst = (await firstRow(trx, anyCode, { commodityId })) === undefined;
  const known: Code[] = [];
  // While the database stores one batch the next is sealed.
  let storing: Promise<void> = Promise.resolve();
  for (let at = 0; at < codes.length; at += batch) {
    const sealed = sealAll(codes.slice(at, at + batch), codesOf(commodityId), vault);
    await storing;
    storing = (async () => {
      if (!isFirst) known.push(...(await knownAlready(trx, commodityId, sealed)));
      // Nothing will be kept: the rest is only asked about.
      if (known.length === 0) await store(trx, commodityId, sealed);
    })();
  }
  await storing;
  // rule: codes-all-or-nothing
  if (known.length > 0) throw codesRejected(known.map(({ line }) => ({ line, code: 'DUPLICATE' })));
  await acceptCodes(trx, { commodityId, by });
}

interface SealedCode {
  readonly code: Code;
  readonly keyId: string;
  readonly ciphertext: Uint8Array;
  /** Under the current key, then under those of before. */
  readonly fingerprints: readonly [Uint8Array, ...Uint8Array[]];
}

function sealAll(codes: readonly Code[], about: string, vault: Vault): SealedCode[] {
  return codes.map((code) => ({
    code,
    ...vault.seal(about, code.text),
    fingerprints: vault.fingerprints(about, code.text),
  }));
}

const anyCode = 'select 1 from commodity_codes where commodity_id = :commodityId limit 1';

/** Which of them the commodity has, under whatever key they were stored. */
async function knownAlready(trx: Trx, commodityId: string, sealed: readonly SealedCode[]): Promise<Code[]> {
  // rule: codes-are-known-again
  const found = await rows<{ fingerprint: Buffer }>(
    trx,
    `select fingerprint from commodity_codes
      where commodity_id = :commodityId and fingerprint = any(:fingerprints::bytea[])`,
    { commodityId, fingerprints: sealed.flatMap(({ fingerprints }) => fingerprints) },
  );
  const known = new Set(found.map(({ fingerprint }) => hex(fingerprint)));
  return sealed.filter(({ fingerprints }) => fingerprints.some((one) => known.has(hex(one)))).map(({ code }) => code);
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

async function store(trx: Trx, commodityId: string, sealed: readonly SealedCode[]): Promise<void> {
  await run(
    trx,
    `insert into commodity_codes (commodity_id, key_id, ciphertext, fingerprint)
     select :commodityId, k, c, f
       from unnest(:keyIds::text[], :ciphertexts::bytea[], :fingerprints::bytea[]) as t (k, c, f)`,
    {
      commodityId,
      keyIds: sealed.map(({ keyId }) => keyId),
      ciphertexts: sealed.map(({ ciphertext }) => ciphertext),
      fingerprints: sealed.map(({ fingerprints: [current] }) => current),
    },
  );
}
