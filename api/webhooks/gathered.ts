import { pgCode } from '../../db/errors';

interface Waiting<T> {
  readonly item: T;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * What arrives while a statement is under way goes into the next one together: a storm costs the database and us a
 * fraction of what each by itself would, and who comes alone waits for nobody. Everybody hears what became of its own.
 */
export class Gathered<T> {
  private waiting: Waiting<T>[] = [];
  private working = false;

  constructor(
    private readonly work: (items: readonly T[]) => Promise<void>,
    private readonly atMost: number,
  ) {}

  /** Resolves once the item is safe; what `work` failed with, where it is not. */
  add(item: T): Promise<void> {
    return new Promise((done, failed) => {
      this.waiting.push({ item, done, failed });
      if (!this.working) void this.workAll();
    });
  }

  private async workAll(): Promise<void> {
    this.working = true;
    while (this.waiting.length > 0) await this.workTogether(this.waiting.splice(0, this.atMost));
    this.working = false;
  }

  private async workTogether(batch: readonly Waiting<T>[]): Promise<void> {
    try {
      await this.work(batch.map(({ item }) => item));
      for (const { done } of batch) done();
    } catch (error) {
      // rule: one-bad-notification-fails-alone
      if (batch.length > 1 && isAboutOne(error))
        await Promise.all(batch.map(({ item, done, failed }) => this.work([item]).then(done, failed)));
      else for (const { failed } of batch) failed(error);
    }
  }
}

/** Something about a value (SQLSTATE classes 22 and 23), not about the database. */
function isAboutOne(error: unknown): boolean {
  return /^2[23]/.test(pgCode(error) ?? '');
}
