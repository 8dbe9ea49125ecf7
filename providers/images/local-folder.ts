import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageStore, StoredImage } from '../../domain/ports/image-store';
import { syncFolder } from '../files/sync-folder';

/** A plain file name: no folder, no way up, nothing hidden. */
const plainName = /^[0-9a-z][0-9a-z.-]{0,99}$/;

/** Who besides us may read what is written. */
interface Modes {
  readonly file: number;
  readonly folder: number;
}

/** Images as files of one folder. APIs on several machines need a folder they share. */
export class LocalFolder implements ImageStore {
  constructor(
    private readonly folder: string,
    private readonly modes: Modes = { file: 0o644, folder: 0o755 },
  ) {}

  async put(name: string, bytes: Uint8Array): Promise<void> {
    if (!plainName.test(name)) throw new Error('not a name an image can have');
    await mkdir(this.folder, { recursive: true, mode: this.modes.folder });
    const unfinished = join(this.folder, `.${randomBytes(8).toString('hex')}.unfinished`);
    try {
      await writeDurably(unfinished, bytes, this.modes.file);
      // A reader sees the whole file or none.
      await rename(unfinished, join(this.folder, name));
    } catch (error) {
      await rm(unfinished, { force: true });
      throw error;
    }
    await syncFolder(this.folder);
  }

  async get(name: string): Promise<StoredImage | undefined> {
    // rule: image-names-stay-in-the-folder
    if (!plainName.test(name)) return undefined;
    const path = join(this.folder, name);
    try {
      const found = await stat(path);
      return found.isFile() ? { length: found.size, read: () => pieces(path) } : undefined;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }
}

async function writeDurably(path: string, bytes: Uint8Array, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(bytes);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function* pieces(path: string): AsyncIterable<Uint8Array> {
  for await (const piece of createReadStream(path)) yield piece as Uint8Array;
}
