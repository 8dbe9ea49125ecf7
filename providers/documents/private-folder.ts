import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DocumentStore } from '../../domain/ports/document-store';
import { LocalFolder } from '../images/local-folder';

/**
 * Sealed documents as files of one folder, for our own eyes. APIs and workers on several machines need a folder they
 * share.
 */
export class PrivateFolder implements DocumentStore {
  private readonly files: LocalFolder;

  constructor(private readonly folder: string) {
    this.files = new LocalFolder(folder, { file: 0o600, folder: 0o700 });
  }

  put(name: string, bytes: Uint8Array): Promise<void> {
    return this.files.put(name, bytes);
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const found = await this.files.get(name);
    if (found === undefined) return undefined;
    const pieces: Uint8Array[] = [];
    try {
      for await (const piece of found.read()) pieces.push(piece);
    } catch (error) {
      // Removed between looking and reading, as when the keys are changed.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    return Buffer.concat(pieces);
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { force: true });
  }
}
