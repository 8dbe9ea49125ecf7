import type { DocumentType } from '../../domain/document/kinds';
import { firstRow, run, type Queryable, type Trx } from '../connection';

export interface NewDocument {
  readonly id: string;
  readonly ownerAccountId: string;
  readonly contentType: DocumentType;
  /** How many were sent. */
  readonly bytes: number;
  /** Of the bytes as they were sent, in hex. */
  readonly sha256: string;
  /** Under which the document store has the sealed bytes. */
  readonly name: string;
  readonly keyId: string;
}

/** The sealed bytes are in the document store already: a row never names a file that is not there. */
export async function addDocument(trx: Trx, document: NewDocument): Promise<void> {
  await run(
    trx,
    `insert into documents (id, owner_account_id, content_type, bytes, sha256, name, key_id)
     values (:id, :ownerAccountId, :contentType, :bytes, :sha256, :name, :keyId)`,
    { ...document },
  );
}

/**
 * The bytes lie under another name now, sealed by another key; in the owner's role. False when they were moved already.
 */
export async function moveDocument(
  db: Queryable,
  move: { readonly id: string; readonly from: string; readonly to: string; readonly keyId: string },
): Promise<boolean> {
  const moved = await firstRow(
    db,
    'update documents set name = :to, key_id = :keyId where id = :id and name = :from returning id',
    move,
  );
  return moved !== undefined;
}
