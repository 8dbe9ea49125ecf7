import { constants, createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadBytes, VideoStore } from '../../domain/ports/video-store';
import { syncFolder } from '../files/sync-folder';

/** The names we give: nothing that leads out of the folder. */
const ownName = /^[0-9a-f]{40}\.mp4$/;

/** Videos as files of one folder. APIs on several machines need a folder they share. */
export class VideoFolder implements VideoStore {
  constructor(private readonly folder: string) {}

  async putAt(name: string, offset: number, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(name);
    await mkdir(this.folder, { recursive: true });
    const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o644);
    try {
      // A disk that is filling up takes a part: the next try is refused aloud.
      for (let at = 0; at < bytes.length;)
        at += (await file.write(bytes, at, bytes.length - at, offset + at)).bytesWritten;
      await file.sync();
    } finally {
      await file.close();
    }
    // A new name is durable only when its folder is.
    if (offset === 0) await syncFolder(this.folder);
  }

  async *read(name: string, from: number, to: number): AsyncIterable<Uint8Array> {
    for await (const piece of createReadStream(this.pathOf(name), { start: from, end: to })) yield piece as Uint8Array;
  }

  async look<R>(name: string, work: (read: ReadBytes) => Promise<R>): Promise<R> {
    const file = await open(this.pathOf(name), 'r');
    try {
      return await work(async (from, length) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from);
        return buffer.subarray(0, bytesRead);
      });
    } finally {
      await file.close();
    }
  }

  async remove(name: string): Promise<void> {
    await rm(this.pathOf(name), { force: true });
  }

  private pathOf(name: string): string {
    if (!ownName.test(name)) throw new Error('not a name a video can have');
    return join(this.folder, name);
  }
}
