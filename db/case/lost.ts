import type { LostWhy } from '../../domain/case/lost';
import { systemActor, type ProcessKind } from '../../domain/case/states';
import { accountsInRole } from '../account/queries';
import { firstRow, rows, type Db, type Trx } from '../connection';
import { addNotice } from '../notice/repository';
import { recordIntervention, type By } from './record-transition';
import { foundColumns, runLost, runMissing, whileOpenAndLocked, type FoundCase } from './repository';

/**
 * An open case whose run does not go on becomes `lost`: its stage, turn and due time stay. `standing` asks the engine
 * while the case's row is locked, as whoever has its run started does under the same lock: what a finder heard before may
 * be out of date. Answers why it is lost; undefined where it is not.
 */
export async function markLost(
  db: Db,
  workflowId: string,
  standing: () => Promise<'running' | LostWhy>,
): Promise<LostWhy | undefined> {
  let lostWhy: LostWhy | undefined;
  await whileOpenAndLocked(db, workflowId, async (trx, state) => {
    // rule: only-open-cases-are-lost
    if (state !== 'open') return;
    const why = await standing();
    // rule: started-since-is-not-lost
    if (why === 'running') return;
    const row = await firstRow<{ kind: ProcessKind; subjectId: string }>(
      trx,
      // A caller who waits for it has flagged it before, and its run is started again at once.
      `update process_cases
          set state = 'lost', lost_at = clock_timestamp(), lost_why = :why, stuck_since = coalesce(stuck_since, now()),
              stuck_code = case when stuck_code = '${runMissing}' then stuck_code else '${runLost}' end
        where workflow_id = :workflowId
      returning kind, subject_id as "subjectId"`,
      { workflowId, why },
    );
    if (row === undefined) return;
    await recordIntervention(trx, { ...row, act: 'lost', by: { ...theWatchdog, reason: why } });
    lostWhy = why;
  });
  return lostWhy;
}

const theWatchdog: By = { actor: systemActor, requestId: null };

/**
 * A case has its run again: `resume` when somebody (without `by` the watchdog) had it started, `found` when it was there
 * after all. Call it under the lock of the case's row, in the transaction that found it not over.
 */
export async function markFound(
  trx: Trx,
  found: { readonly workflowId: string; readonly act: 'resume' | 'found'; readonly by?: By | undefined },
): Promise<void> {
  const row = await firstRow<{ kind: ProcessKind; subjectId: string }>(
    trx,
    // rule: found-is-open-again
    `update process_cases
        set state = 'open',
            stuck_since = case when stuck_code in ('${runLost}', '${runMissing}') then null else stuck_since end,
            stuck_code = case when stuck_code in ('${runLost}', '${runMissing}') then null else stuck_code end
      where workflow_id = :workflowId and closed_at is null
    returning kind, subject_id as "subjectId"`,
    { workflowId: found.workflowId },
  );
  if (row !== undefined) await recordIntervention(trx, { ...row, act: found.act, by: found.by ?? theWatchdog });
}

/** How often a case was lost within the last hour. */
export async function timesLost(db: Db, workflowId: string): Promise<number> {
  const found = await firstRow<{ times: number }>(
    db,
    `select count(*) as times from process_cases c join case_events e on e.case_id = c.id
      where c.workflow_id = :workflowId and e.act = 'lost' and e.at > now() - interval '1 hour'`,
    { workflowId },
  );
  return found?.times ?? 0;
}

/** Lost cases whose run may be started again now: their grace is over, or a caller waits. In random order. */
export async function lostCasesToStart(
  db: Db,
  options: { readonly graceMs: number; readonly limit: number },
): Promise<FoundCase[]> {
  return rows<FoundCase>(
    db,
    `select ${foundColumns} from process_cases
      where state = 'lost' and lost_why is distinct from 'failed'
        and (stuck_code = '${runMissing}' or lost_at < now() - make_interval(secs => :graceS))
      order by random() limit :limit`,
    { graceS: options.graceMs / 1_000, limit: options.limit },
  );
}

/** Tells each operator once a round that runs were lost, wherever it looked for them. */
export async function tellOfLostRuns(
  trx: Trx,
  told: { readonly round: string; readonly processId: string; readonly count: number },
): Promise<void> {
  for (const accountId of await accountsInRole(trx, 'operator'))
    await addNotice(trx, {
      ...{ accountId, kind: 'runs_lost', subjectId: told.processId },
      params: { count: String(told.count) },
      once: `runs_lost:${told.round}:${accountId}`,
    });
}
