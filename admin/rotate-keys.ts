import type { DocumentStore } from '../domain/ports/document-store';
import { recordAudit } from '../db/case/repository';
import type { Db } from '../db/connection';
import { keysOfDocuments, resealDocuments } from '../db/document/reseal';
import type { KeyedVault } from '../db/secrets/keyed-vault';
import { keysInUse, resealColumn } from '../db/secrets/reseal';
import { sealedColumns } from '../db/secrets/sealed-columns';
import { UsageError } from './input';

export interface Rotation {
  readonly db: Db;
  readonly vault: KeyedVault;
  readonly documents: DocumentStore;
}

/** What was sealed anew, by the column it stands in. */
export interface Resealed {
  readonly what: string;
  readonly resealed: number;
}

/** A text an old program sealed behind our back is found by the next round; more of them means that one still runs. */
const rounds = 3;

/**
 * Seals everything anew that an older key sealed, while the product runs. When it returns, every text and every file
 * there is stands under the first key.
 *
 * @throws UsageError when a key is missing, or something goes on sealing by an older one
 */
export async function rotateKeys(parts: Rotation): Promise<Resealed[]> {
  const { db, vault } = parts;
  const missing = [...(await usedKeys(db))].filter((id) => !vault.has(id));
  // rule: rotation-needs-every-key
  if (missing.length > 0) throw new UsageError(`MALLFLOW_DATA_KEYS has no key ${missing.sort().join(', ')}`);
  const counts = new Map<string, number>();
  for (let round = 0; round < rounds && (await olderKeys(db, vault)).length > 0; round += 1)
    for (const { what, resealed } of await once(parts)) counts.set(what, (counts.get(what) ?? 0) + resealed);
  const left = await olderKeys(db, vault);
  // rule: rotation-ends-when-nothing-is-left
  if (left.length > 0)
    throw new UsageError(
      `something still seals by ${left.join(', ')}: give every program the new key first, then repeat`,
    );
  await db.transaction((trx) =>
    recordAudit(trx, {
      ...{ action: 'keys.rotate', subjectId: vault.currentId, enterpriseId: null },
      by: { actor: 'admin-cli', requestId: null },
    }),
  );
  return [...counts].map(([what, resealed]) => ({ what, resealed }));
}

async function once({ db, vault, documents }: Rotation): Promise<Resealed[]> {
  const done: Resealed[] = [];
  for (const column of sealedColumns)
    done.push({ what: `${column.table}.${column.ciphertext}`, resealed: await resealColumn(db, vault, column) });
  return [...done, { what: 'documents', resealed: await resealDocuments(db, vault, documents) }];
}

async function usedKeys(db: Db): Promise<Set<string>> {
  const used = new Set(await keysOfDocuments(db));
  for (const column of sealedColumns) for (const id of await keysInUse(db, column)) used.add(id);
  return used;
}

async function olderKeys(db: Db, vault: KeyedVault): Promise<string[]> {
  return [...(await usedKeys(db))].filter((id) => id !== vault.currentId).sort();
}
