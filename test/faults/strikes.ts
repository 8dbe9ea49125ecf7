import { seed } from './random';

/**
 * What the cases of this run were to do, and what each of them did. A case without proof fails: a fault that missed
 * has tested nothing.
 */
export class Strikes {
  private planned = 0;
  private proved = 0;

  /** Wraps a case: it must call `struck` with what it saw of its fault. */
  case(work: (struck: (proof: string) => void) => Promise<void>): () => Promise<void> {
    this.planned += 1;
    return async () => {
      const proofs: string[] = [];
      await work((proof) => proofs.push(proof));
      if (proofs.length === 0) throw new Error('the fault did not strike: this case proved nothing');
      this.proved += 1;
    };
  }

  /** For the end of a run. */
  summary(): string {
    return `struck ${this.proved}/${this.planned} (TEST_SEED=${seed})\n`;
  }
}
