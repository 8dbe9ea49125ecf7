import { codesRejected, type Code } from '../../domain/stock/codes';
import type { Vault } from '../../domain/ports/vault';
import type { By } from '../case/record-transition';
import { rows, type Trx } from '../connection';
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
  const known: Code[] = [];
  for (let at = 0; at < codes.length; at += batch)
    known.push(...(await insertBatch(trx, commodityId, codes.slice(at, at + batch), vault)));
  // rule: codes-all-or-nothing
  if (known.length > 0) throw codesRejected(known.map(({ line }) => ({ line, code: 'DUPLICATE' })));
  await acceptCodes(trx, { commodityId, by });
}

/** Stores what is new and returns what the commodity has already. */
async function insertBatch(trx: Trx, commodityId: string, codes: readonly Code[], vault: Vault): Promise<Code[]> {
  const about = codesOf(commodityId);
  const sealed = codes.map(({ text }) => vault.seal(about, text));
  const prints = codes.map(({ text }) => vault.fingerprints(about, text));
  const older = await underOlderKeys(trx, commodityId, prints);
  // rule: codes-are-sealed
  const stored = await rows<{ fingerprint: Buffer }>(
    trx,
    `insert into commodity_codes (commodity_id, key_id, ciphertext, fingerprint)
     select :commodityId, k, c, f from unnest(:keyIds::text[], :ciphertexts::bytea[], :fingerprints::bytea[]) as t (k, c, f)
     on conflict on constraint commodity_codes_once do nothing
     returning fingerprint`,
    {
      commodityId,
      keyIds: sealed.map(({ keyId }) => keyId),
      ciphertexts: sealed.map(({ ciphertext }) => ciphertext),
      fingerprints: prints.map(([current]) => current),
    },
  );
  if (stored.length === codes.length && older.size === 0) return [];
  const fresh = new Set(stored.map(({ fingerprint }) => fingerprint.toString('hex')));
  return codes.filter((_, at) => {
    const [current, ...others] = (prints[at] ?? []).map((print) => Buffer.from(print).toString('hex'));
    return !fresh.has(current ?? '') || others.some((print) => older.has(print));
  });
}

/** A code stored before the keys changed has a fingerprint of its time, which the unique key cannot compare. */
async function underOlderKeys(
  trx: Trx,
  commodityId: string,
  prints: readonly (readonly Uint8Array[])[],
): Promise<ReadonlySet<string>> {
  const fingerprints = prints.flatMap(([, ...older]) => older);
  if (fingerprints.length === 0) return new Set();
  // rule: codes-are-known-under-older-keys
  const found = await rows<{ fingerprint: Buffer }>(
    trx,
    `select fingerprint from commodity_codes
      where commodity_id = :commodityId and fingerprint = any(:fingerprints::bytea[])`,
    { commodityId, fingerprints },
  );
  return new Set(found.map(({ fingerprint }) => fingerprint.toString('hex')));
}
