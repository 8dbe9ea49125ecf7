import { recordAudit, stateOfCase } from '../../db/case/repository';
import { systemActor } from '../../domain/case/states';
import type { RunningRun } from '../../temporal/running';
import { runStanding } from '../../temporal/run-health';
import { caseWorkflowNames } from '../../temporal/starts';
import type { WatchdogParts } from './watchdog';

/** So many graces a run may be without its row: a worker or the database may be slow. */
const patience = 20;
/** The same for a while after a store was restored: those that are left behind have waited long enough. */
const hurried = 2;

/**
 * Runs that go on although their case is over, or was never there: the database or the engine was restored from before.
 * Each is told to look at its rows, and ends by itself where these say that it is over. One whose case no row knows can
 * only fail for ever, and is ended. New runs are left alone: their first step is to make the row.
 */
export class StrayRuns {
  /** When each was first seen, in ms. */
  private readonly since = new Map<string, number>();
  private hurriedUntil = 0;

  constructor(private readonly parts: WatchdogParts) {}

  /** One of the stores was restored from before: the patience is for runs that are about to make their rows. */
  hurry(): void {
    // Until every run from before the restore is old enough by any measure. A round that finds none says nothing: they
    // may all be too young for it.
    this.hurriedUntil = Date.now() + patience * this.parts.graceMs;
  }

  /**
   * @param known the cases that are not over
   * @returns how many there were
   */
  async lookAt(running: ReadonlyMap<string, RunningRun>, known: ReadonlySet<string>): Promise<number> {
    let strays = 0;
    for (const workflowId of this.since.keys())
      if (!running.has(workflowId) || known.has(workflowId)) this.since.delete(workflowId);
    for (const run of running.values()) {
      // rule: only-runs-of-cases-are-stray
      if (known.has(run.workflowId) || !caseWorkflowNames.has(run.workflowName)) continue;
      // rule: new-runs-are-not-stray
      if (!this.isLongAgo(run.startedAt.getTime())) continue;
      strays += 1;
      await this.lookAtOne(run);
    }
    return strays;
  }

  private isLongAgo(at: number): boolean {
    const now = Date.now();
    // rule: restored-stores-hurry
    const graces = now < this.hurriedUntil ? hurried : patience;
    return at < now - graces * this.parts.graceMs;
  }

  private async lookAtOne({ workflowId }: RunningRun): Promise<void> {
    const { db, gateway, temporal, log } = this.parts;
    const state = await stateOfCase(db, workflowId);
    if (state === 'open' || state === 'lost') return;
    const seenAt = this.since.get(workflowId);
    if (seenAt === undefined) {
      this.since.set(workflowId, Date.now());
      log.warn({ workflowId, state: state ?? null }, 'a run goes on without an open case, and is told to look');
      await gateway.reload(workflowId);
      return;
    }
    // rule: runs-of-known-cases-end-by-themselves
    if (state !== undefined || !this.isLongAgo(seenAt)) return;
    if ((await runStanding(temporal, workflowId)) !== 'running') return;
    await temporal.workflow.getHandle(workflowId).terminate('no such case');
    const by = { actor: systemActor, requestId: null, reason: 'no such case' };
    await db.transaction((trx) =>
      recordAudit(trx, { action: 'run.orphan', subjectId: workflowId, enterpriseId: null, by }),
    );
    log.error({ workflowId }, 'a run of no case was ended');
  }
}
