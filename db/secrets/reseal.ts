import { rows, type Db } from '../connection';
import type { KeyedVault } from './keyed-vault';
import type { SealedColumn } from './sealed-columns';

/** Few enough that the rows of one statement are not held for long. */
const batch = 500;

/** Smaller than any id of the type. */
const before = { text: '', bigint: '-9223372036854775808' } as const;

/** The keys a column's texts are sealed by, whether or not we have them. */
export async function keysInUse(db: Db, column: SealedColumn): Promise<string[]> {
  const found = await rows<{ keyId: string }>(
    db,
    `select distinct ${column.keyId} as "keyId" from ${column.table} where ${column.ciphertext} is not null`,
  );
  return found.map(({ keyId }) => keyId);
}

/**
 * Seals anew, by the current key, what an older one sealed; a fingerprint follows its text. Rows are taken a few at a
 * time in the order of their ids, and written only if nobody changed them meanwhile: whatever writes now seals by the
 * current key anyway. Broken off, it goes on where it was, since what is done is not found again.
 *
 * The only place but the repositories that writes these tables, and in the owner's role: to the product, what stands in
 * many of them is written once.
 *
 * @returns how many were sealed anew
 */
export async function resealColumn(db: Db, vault: KeyedVault, column: SealedColumn): Promise<number> {
  let resealed = 0;
  for (let after: string = before[column.id.type]; ;) {
    const found = await rowsOfOlderKeys(db, column, { after, keyId: vault.currentId });
    const last = found.at(-1);
    if (last === undefined) return resealed;
    resealed += await store(
      db,
      column,
      found.map((row) => resealedRow(row, vault, column)),
    );
    after = last.id;
  }
}

interface SealedRow {
  readonly id: string;
  readonly about: string;
  readonly keyId: string;
  readonly ciphertext: Buffer;
}

function rowsOfOlderKeys(
  db: Db,
  { table, id, keyId, ciphertext, about }: SealedColumn,
  page: { readonly after: string; readonly keyId: string },
): Promise<SealedRow[]> {
  return rows<SealedRow>(
    db,
    `select ${id.column}::text as id, ${about.column}::text as about, ${keyId} as "keyId", ${ciphertext} as ciphertext
       from ${table} sealed
      where ${ciphertext} is not null and ${keyId} <> :keyId
        and sealed.${id.column} > (:after::text)::${id.type}
      order by sealed.${id.column} limit ${batch}`,
    page,
  );
}

interface Resealed {
  readonly id: string;
  readonly was: Uint8Array;
  readonly keyId: string;
  readonly ciphertext: Uint8Array;
  readonly fingerprint: Uint8Array;
}

function resealedRow(row: SealedRow, vault: KeyedVault, column: SealedColumn): Resealed {
  const about = column.about.of(row.about);
  const text = vault.open(about, row);
  const [fingerprint] = vault.fingerprints(about, text);
  return { id: row.id, was: row.ciphertext, ...vault.seal(about, text), fingerprint };
}

async function store(db: Db, column: SealedColumn, resealed: readonly Resealed[]): Promise<number> {
  const { table, id, keyId, ciphertext, fingerprint } = column;
  const alsoFingerprint = fingerprint === undefined ? '' : `, ${fingerprint} = now_so.fingerprint`;
  // rule: resealed-only-if-unchanged
  const changed = await rows(
    db,
    `update ${table} sealed
        set ${keyId} = now_so.key_id, ${ciphertext} = now_so.ciphertext${alsoFingerprint}
       from unnest(:ids::text[], :was::bytea[], :keyIds::text[], :ciphertexts::bytea[], :fingerprints::bytea[])
              as now_so (id, was, key_id, ciphertext, fingerprint)
      where sealed.${id.column} = now_so.id::${id.type} and sealed.${ciphertext} = now_so.was
      returning 1`,
    {
      ids: resealed.map((row) => row.id),
      was: resealed.map((row) => row.was),
      keyIds: resealed.map((row) => row.keyId),
      ciphertexts: resealed.map((row) => row.ciphertext),
      fingerprints: resealed.map((row) => row.fingerprint),
    },
  );
  return changed.length;
}
