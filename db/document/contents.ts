import { createHash, randomBytes } from 'node:crypto';
import { documentAbout } from '../../domain/document/kinds';
import type { DocumentStore } from '../../domain/ports/document-store';
import type { FileVault } from '../../domain/ports/vault';
import type { Queryable } from '../connection';
import { documentById, type DocumentRow } from './queries';

export interface DocumentParts {
  readonly db: Queryable;
  readonly documents: DocumentStore;
  readonly vault: FileVault;
}

/** Seals a document's bytes and stores them, before there is a row of it. */
export async function storeDocument(
  { documents, vault }: Omit<DocumentParts, 'db'>,
  document: { readonly id: string; readonly bytes: Uint8Array },
): Promise<{ readonly name: string; readonly keyId: string; readonly sha256: string }> {
  const { keyId, ciphertext } = vault.sealBytes(documentAbout(document.id), document.bytes);
  const name = `${randomBytes(20).toString('hex')}.sealed`;
  await documents.put(name, ciphertext);
  return { name, keyId, sha256: sha256Of(document.bytes) };
}

/**
 * A document as it was sent.
 *
 * @throws Error when the file is gone or is not what was stored: nothing of it is given out
 */
export async function documentBytes(parts: DocumentParts, document: DocumentRow): Promise<Uint8Array> {
  const { id, name, keyId, sha256 } = document;
  const ciphertext = await parts.documents.get(name);
  if (ciphertext === undefined) return movedBytes(parts, document);
  const bytes = parts.vault.openBytes(documentAbout(id), { keyId, ciphertext });
  if (sha256Of(bytes) !== sha256) throw new Error(`document ${id} is not what was stored`);
  return bytes;
}

/** Between our look at the row and at the file, the keys may have been changed: then the row names another file. */
async function movedBytes(parts: DocumentParts, { id, name }: DocumentRow): Promise<Uint8Array> {
  const now = await documentById(parts.db, id);
  if (now === undefined || now.name === name) throw new Error(`the file of document ${id} is gone`);
  return documentBytes(parts, now);
}

function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
