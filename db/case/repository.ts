import type { LostWhy } from '../../domain/case/lost';
import type { CaseState, ProcessKind } from '../../domain/case/states';
import { firstRow, rows, run, type Db, type Trx } from '../connection';
import type { By } from './record-transition';

/** An audit row for a change that belongs to no case (an enterprise added, a password changed). */
export async function recordAudit(
  trx: Trx,
  entry: {
    readonly action: string;
    readonly subjectId: string;
    readonly enterpriseId: string | null;
    readonly sellerId?: string;
    readonly by: By;
  },
): Promise<void> {
  await run(
    trx,
    `insert into audit_log (actor, action, subject_id, enterprise_id, seller_id, reason, request_id)
     values (:actor, :action, :subjectId, :enterpriseId, :sellerId, :reason, :requestId)`,
    {
      actor: entry.by.actor,
      action: entry.action,
      subjectId: entry.subjectId,
      enterpriseId: entry.enterpriseId,
      sellerId: entry.sellerId ?? null,
      reason: entry.by.reason ?? null,
      requestId: entry.by.requestId,
    },
  );
}

/** Marks a case that is not over so that lists show it and why; the first moment of standing still is kept. */
export async function markStuck(db: Db, workflowId: string, code: string): Promise<void> {
  // rule: only-open-cases-are-stuck
  await run(
    db,
    `update process_cases set stuck_code = :code, stuck_since = coalesce(stuck_since, now())
      where workflow_id = :workflowId and closed_at is null and stuck_code is distinct from :code`,
    { workflowId, code },
  );
}

export async function clearStuck(db: Db, workflowId: string): Promise<void> {
  await run(
    db,
    `update process_cases set stuck_code = null, stuck_since = null
      where workflow_id = :workflowId and stuck_code is not null`,
    { workflowId },
  );
}

/** The stuck code of a case whose row is open while the engine knows no run of it, and somebody waits for it. */
export const runMissing = 'RUN_MISSING';

/** The stuck code of a lost case: its run is gone, and nobody waits for it. */
export const runLost = 'RUN_LOST';

/** The stuck code of a case whose run cannot go on with this version of the code. */
export const runFailing = 'RUN_FAILING';

export interface WatchedCase {
  readonly kind: ProcessKind;
  readonly subjectId: string;
  readonly workflowId: string;
  readonly stuckCode: string | null;
}

/** A case that is not over, as the watchdog finds it. */
export interface FoundCase extends WatchedCase {
  readonly state: 'open' | 'lost';
  readonly openedAt: Date;
  /** When it was last lost, and why; null when it never was. */
  readonly lostAt: Date | null;
  readonly lostWhy: LostWhy | null;
}

/** Of a {@link FoundCase}. */
export const foundColumns = `
  kind, subject_id as "subjectId", workflow_id as "workflowId", stuck_code as "stuckCode", state,
  opened_at as "openedAt", lost_at as "lostAt", lost_why as "lostWhy"`;

/**
 * Open cases whose run may be gone or failing: flagged by the gateway (a flag goes when the run can move again), or
 * overdue although a timer should have moved them. A review whose timer has done all it can waits for people.
 * In random order, so that a hundred hopeless ones do not keep the others from their turn.
 */
export async function casesToWatch(
  db: Db,
  options: { readonly overdueByMs: number; readonly limit: number },
): Promise<FoundCase[]> {
  return rows<FoundCase>(
    db,
    `select ${foundColumns} from process_cases
      where state = 'open'
        and (stuck_code in ('${runMissing}', '${runFailing}')
             or due_at < now() - make_interval(secs => :overdueS)
                -- rule: escalated-reviews-wait-for-people
                and not exists (select from reviews r where r.id = subject_id and r.escalated_at is not null))
      order by random() limit :limit`,
    { overdueS: options.overdueByMs / 1_000, limit: options.limit },
  );
}

/** Open cases (or lost ones) in the order of their ids, from `after` on: for a look at all of them. */
export async function openCasesAfter(
  db: Db,
  page: { readonly after: string; readonly limit: number },
  state: 'open' | 'lost' = 'open',
): Promise<(FoundCase & { readonly id: string })[]> {
  // A constant, so that the index of this state alone is read.
  return rows<FoundCase & { readonly id: string }>(
    db,
    `select id, ${foundColumns} from process_cases where state = '${state}' and id > :after order by id limit :limit`,
    page,
  );
}

/**
 * Runs `restart` while the case's row is locked and not over, so that two rescuers cannot start it twice.
 * Returns false when the case is over.
 */
export async function whileOpenAndLocked(
  db: Db,
  workflowId: string,
  restart: (trx: Trx, state: 'open' | 'lost') => Promise<void>,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    // rule: restarted-only-while-open, restarted-one-at-a-time
    const open = await firstRow<{ state: 'open' | 'lost' }>(
      trx,
      `select state from process_cases where workflow_id = :workflowId and closed_at is null for update`,
      { workflowId },
    );
    if (open === undefined) return false;
    await restart(trx, open.state);
    return true;
  });
}

export async function watchedCase(db: Db, subjectOrProcessId: string): Promise<WatchedCase | undefined> {
  return firstRow<WatchedCase>(
    db,
    `select kind, subject_id as "subjectId", workflow_id as "workflowId", stuck_code as "stuckCode"
       from process_cases where id = :id or subject_id = :id`,
    { id: subjectOrProcessId },
  );
}

/** Undefined where no case has this workflow. */
export async function stateOfCase(db: Db, workflowId: string): Promise<CaseState | undefined> {
  const found = await firstRow<{ state: CaseState }>(
    db,
    'select state from process_cases where workflow_id = :workflowId',
    { workflowId },
  );
  return found?.state;
}
