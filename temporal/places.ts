/** Places at something that takes only so many at once: a few more may wait a moment, the rest is told to come back. */
export class Places {
  private readonly taken = new Map<string, number>();
  private readonly lines = new Map<string, (() => void)[]>();

  constructor(
    private readonly limits: { readonly atOnce: number; readonly mayWait: number; readonly waitMs: number },
  ) {}

  /** True with a place, to be given back by {@link leave}; false when there was none in time. */
  async enter(at: string): Promise<boolean> {
    const taken = this.taken.get(at) ?? 0;
    if (taken < this.limits.atOnce) {
      this.taken.set(at, taken + 1);
      return true;
    }
    const line = this.lines.get(at) ?? [];
    // rule: lines-are-bounded
    if (line.length >= this.limits.mayWait) return false;
    this.lines.set(at, line);
    return new Promise((resolve) => {
      const called = (): void => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.forget(at, called);
        resolve(false);
      }, this.limits.waitMs);
      line.push(called);
    });
  }

  /** The place goes straight to whoever waits longest. */
  leave(at: string): void {
    const next = this.lines.get(at)?.[0];
    if (next !== undefined) {
      this.forget(at, next);
      next();
      return;
    }
    const left = (this.taken.get(at) ?? 1) - 1;
    if (left > 0) this.taken.set(at, left);
    else this.taken.delete(at);
  }

  private forget(at: string, called: () => void): void {
    const line = (this.lines.get(at) ?? []).filter((waiting) => waiting !== called);
    if (line.length > 0) this.lines.set(at, line);
    else this.lines.delete(at);
  }
}
