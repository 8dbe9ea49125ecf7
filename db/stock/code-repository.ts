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
  // While the database stores one batch the next is sealed.
  let storing: Promise<void> = Promise.resolve();
  for (let at = 0; at < codes.length; at += batch) {
    const sealed = sealAll(codes.slice(at, at + batch), codesOf(commodityId), vault);
    await storing;
    storing = storeNew(trx, commodityId, sealed).then((old) => void known.push(...old));
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

/** Stores what is new and returns what the commodity has already. */
async function storeNew(trx: Trx, commodityId: string, sealed: readonly SealedCode[]): Promise<Code[]> {
  const before = await stored(
    trx,
    commodityId,
    sealed.flatMap(({ fingerprints: [, ...older] }) => older),
  );
  // rule: codes-are-sealed
  const [row] = await rows<{ added: number }>(
    trx,
    `with added as (
       insert into commodity_codes (commodity_id, key_id, ciphertext, fingerprint)
       select :commodityId, k, c, f
         from unnest(:keyIds::text[], :ciphertexts::bytea[], :fingerprints::bytea[]) as t (k, c, f)
       on conflict on constraint commodity_codes_once do nothing
       returning 1
     )
     select count(*) as added from added`,
    {
      commodityId,
      keyIds: sealed.map(({ keyId }) => keyId),
      ciphertexts: sealed.map(({ ciphertext }) => ciphertext),
      fingerprints: sealed.map(({ fingerprints: [current] }) => current),
    },
  );
  if (row?.added === sealed.length && before.size === 0) return [];
  const current = await stored(
    trx,
    commodityId,
    sealed.map(({ fingerprints: [first] }) => first),
  );
  return sealed
    .filter(
      ({ fingerprints: [first, ...older] }) => current.has(hex(first)) || older.some((one) => before.has(hex(one))),
    )
    .map(({ code }) => code);
}

/** Which of the fingerprints were stored by others, or before: what this transaction stored itself is not among them. */
async function stored(
  trx: Trx,
  commodityId: string,
  fingerprints: readonly Uint8Array[],
): Promise<ReadonlySet<string>> {
  if (fingerprints.length === 0) return new Set();
  // rule: codes-are-known-again
  const found = await rows<{ fingerprint: Buffer }>(
    trx,
    `select fingerprint from commodity_codes
      where commodity_id = :commodityId and fingerprint = any(:fingerprints::bytea[])
        and xmin <> pg_current_xact_id()::xid`,
    { commodityId, fingerprints },
  );
  return new Set(found.map(({ fingerprint }) => hex(fingerprint)));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
