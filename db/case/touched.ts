import type { ProcessKind } from '../../domain/case/states';
import type { NoticeParams } from '../../domain/notice/texts';
import { firstRow, rows, type Trx } from '../connection';

/** A case as it is before or after a command. */
export interface TouchedCase {
  readonly kind: ProcessKind;
  readonly subjectId: string;
  readonly workflowId: string;
  readonly sellerId: string | null;
  readonly state: string;
  readonly stage: string;
  readonly whoseTurn: string;
  readonly dueAt: Date | null;
}

const columns = `c.kind, c.subject_id as "subjectId", c.workflow_id as "workflowId",
  c.seller_id as "sellerId", c.state, c.stage,
  c.whose_turn as "whoseTurn", c.due_at as "dueAt"`;

/** The last event there is: what comes later may be the transaction's own. */
export async function lastEvent(trx: Trx): Promise<number> {
  return (await firstRow<{ id: number }>(trx, 'select coalesce(max(id), 0) as id from case_events'))?.id ?? 0;
}

/** The cases to which this transaction has done anything since that event, each once, as they are now. */
export async function casesTouchedSince(trx: Trx, event: number): Promise<TouchedCase[]> {
  return rows<TouchedCase>(
    trx,
    `select ${columns} from process_cases c
      where c.id in (select case_id from case_events e
                      where e.id > :event and e.xmin = pg_current_xact_id()::xid)
      order by c.id`,
    { event },
  );
}

export interface ToldNotice {
  readonly accountId: string;
  readonly kind: string;
  readonly params: NoticeParams;
}

/** Whom this transaction tells what. Ids sort by their moment, `after` is one from before. */
export async function noticesToldSince(trx: Trx, after: string): Promise<ToldNotice[]> {
  return rows<ToldNotice>(
    trx,
    `select account_id as "accountId", kind, params from notices
      where id > :after and xmin = pg_current_xact_id()::xid order by id`,
    { after },
  );
}
