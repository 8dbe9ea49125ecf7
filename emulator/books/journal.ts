import { open, readFile, rename, type FileHandle } from 'node:fs/promises';

/** An append-only file of JSON lines. What it has confirmed survives kill -9 and a power cut. */
export class Journal {
  private lines: string[] = [];
  private last: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;

  private constructor(
    private readonly file: FileHandle,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Every entry of the file; a last line that was cut off was never confirmed and counts as not written. */
  static async read(path: string): Promise<unknown[]> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
      throw error;
    });
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    return whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as unknown);
  }

  /** Begins the file anew with what still holds, so that it does not grow from start to start. */
  static async begin(path: string, entries: Iterable<unknown>, failed: (error: unknown) => void): Promise<Journal> {
    const draft = await open(`${path}.new`, 'w', 0o600);
    const lines: string[] = [];
    for (const entry of entries) {
      lines.push(`${JSON.stringify(entry)}\n`);
      if (lines.length === 1_000) await draft.appendFile(lines.splice(0).join(''));
    }
    await draft.appendFile(lines.join(''));
    await draft.sync();
    await draft.close();
    await rename(`${path}.new`, path);
    return new Journal(await open(path, 'a', 0o600), failed);
  }

  /** Resolves when the entry is on disk. Entries that come while a write is under way share the next one. */
  append(entry: unknown): Promise<void> {
    this.lines.push(`${JSON.stringify(entry)}\n`);
    this.next ??= this.last = this.last.then(() => this.write());
    return this.next;
  }

  async close(): Promise<void> {
    await this.last;
    await this.file.close();
  }

  private async write(): Promise<void> {
    this.next = undefined;
    const batch = this.lines.join('');
    this.lines = [];
    try {
      await this.file.appendFile(batch);
      await this.file.datasync();
    } catch (error) {
      this.failed(error);
      // Nothing that waits for it may go on as if it were written.
      await new Promise<never>(() => undefined);
    }
  }
}
