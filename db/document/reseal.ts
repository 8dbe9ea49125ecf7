import type { DocumentStore } from '../../domain/ports/document-store';
import { rows, type Db } from '../connection';
import type { KeyedVault } from '../secrets/keyed-vault';
import { documentBytes, storeDocument } from './contents';
import { documentsOfOlderKeys } from './queries';
import { moveDocument } from './repository';

const batch = 50;

/** The keys documents are sealed by, whether or not we have them. */
export async function keysOfDocuments(db: Db): Promise<string[]> {
  const found = await rows<{ keyId: string }>(db, 'select distinct key_id as "keyId" from documents');
  return found.map(({ keyId }) => keyId);
}

/**
 * Seals the files of documents anew, by the current key: each gets a new file, then its row names it, then the old one
 * goes. Whoever reads meanwhile finds the one or the other; broken off, a file too many is left, which no row names.
 *
 * @returns how many were sealed anew
 */
export async function resealDocuments(db: Db, vault: KeyedVault, documents: DocumentStore): Promise<number> {
  let resealed = 0;
  for (let after = ''; ;) {
    const found = await documentsOfOlderKeys(db, { keyId: vault.currentId, after, limit: batch });
    for (const document of found) {
      const parts = { db, documents, vault };
      const bytes = await documentBytes(parts, document);
      const { name, keyId } = await storeDocument(parts, { id: document.id, bytes });
      const moved = await moveDocument(db, { id: document.id, from: document.name, to: name, keyId });
      // Another rotation was faster: its file is the document's now.
      await documents.remove(moved ? document.name : name);
      if (moved) resealed += 1;
    }
    const last = found.at(-1);
    if (last === undefined) return resealed;
    after = last.id;
  }
}
