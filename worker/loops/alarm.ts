import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { LostWhy } from '../../domain/case/lost';
import { processIdOf } from '../../domain/shared/ids';
import { tellOfLostRuns } from '../../db/case/lost';
import type { WatchedCase } from '../../db/case/repository';
import type { Db } from '../../db/connection';
import type { ProcessKind } from '../../domain/case/states';

export interface AlarmParts {
  readonly db: Db;
  readonly log: Logger;
  /** Is told each case that lost its run, to count them. */
  readonly onLost?: ((kind: ProcessKind, why: LostWhy) => void) | undefined;
}

/** Tells of the runs that one round found lost: each to the log and to whoever counts, all of them once to operators. */
export class Alarm {
  private readonly lost: WatchedCase[] = [];

  constructor(private readonly parts: AlarmParts) {}

  raise(at: WatchedCase, why: LostWhy): void {
    this.parts.log.error({ workflowId: at.workflowId, kind: at.kind, why }, 'a case has lost its run');
    this.parts.onLost?.(at.kind, why);
    this.lost.push(at);
  }

  async tell(): Promise<void> {
    const [first] = this.lost;
    if (first === undefined) return;
    // rule: lost-runs-are-told
    await this.parts.db.transaction((trx) =>
      tellOfLostRuns(trx, { round: randomUUID(), processId: processIdOf(first.subjectId), count: this.lost.length }),
    );
  }
}
