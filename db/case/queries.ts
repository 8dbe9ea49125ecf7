import type { EventDetail } from '../../domain/case/event-detail';
import type { LostWhy } from '../../domain/case/lost';
import type { CaseState, KnownKind, ProcessKind, Turn } from '../../domain/case/states';
import { firstRow, rows, type Db, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';
import { newestLookedThrough, searchOf } from './search';

export interface CaseRow {
  readonly id: string;
  readonly kind: ProcessKind;
  readonly subjectId: string;
  readonly workflowId: string;
  readonly enterpriseId: string | null;
  readonly sellerId: string | null;
  readonly title: string;
  readonly state: CaseState;
  readonly stage: string;
  readonly whoseTurn: Turn;
  readonly dueAt: Date | null;
  readonly stuckCode: string | null;
  readonly stuckSince: Date | null;
  /** When its run was last lost, and why; null when it never was. */
  readonly lostAt: Date | null;
  readonly lostWhy: LostWhy | null;
  readonly openedAt: Date;
  readonly closedAt: Date | null;
  readonly updatedAt: Date;
}

const columns = `
  id, kind, subject_id as "subjectId", workflow_id as "workflowId", enterprise_id as "enterpriseId",
  seller_id as "sellerId", title, state, stage, whose_turn as "whoseTurn", due_at as "dueAt", stuck_code as "stuckCode", stuck_since as "stuckSince", lost_at as "lostAt", lost_why as "lostWhy", opened_at as "openedAt",
  closed_at as "closedAt", updated_at as "updatedAt"`;

export interface CaseFilter {
  readonly kind: KnownKind | null;
  readonly state: CaseState | null;
  readonly stage: string | null;
  readonly whoseTurn: Turn | null;
  readonly overdue: boolean | null;
  readonly stuck: boolean | null;
  /** An id or a word; see {@link searchOf}. */
  readonly q: string | null;
}

export async function listCases(
  db: Queryable,
  filter: CaseFilter,
  request: PageRequest,
  newest = newestLookedThrough,
): Promise<Page<CaseRow>> {
  const found = await rows<CaseRow>(
    db,
    `select ${columns} from process_cases where ${conditionsOf(filter).join(' and ')}
        and (:after::text is null or id < :after)
      order by id desc limit :limit + 1`,
    { ...filter, ...request, newest },
  );
  return pageOf(found, request, (row) => row.id);
}

/** Only the conditions asked for: a constant state lets the planner use the partial indexes. */
function conditionsOf(filter: CaseFilter): string[] {
  const conditions = ['true'];
  if (filter.kind !== null) conditions.push('kind = :kind');
  const { state } = filter;
  if (state !== null) conditions.push(state === 'open' || state === 'lost' ? `state = '${state}'` : 'state = :state');
  if (filter.stage !== null) conditions.push('stage = :stage');
  if (filter.whoseTurn !== null) conditions.push('whose_turn = :whoseTurn');
  // A closed case is nobody's turn (CHECK), and a lost one first of all the operators': the open ones are all to read.
  if (filter.whoseTurn !== null && filter.whoseTurn !== 'nobody') conditions.push("state = 'open'");
  if (filter.overdue !== null)
    conditions.push(`${filter.overdue ? '' : 'not '}(state = 'open' and due_at is not null and due_at < now())`);
  if (filter.stuck !== null) conditions.push(`stuck_code is ${filter.stuck ? 'not ' : ''}null`);
  if (filter.q !== null) conditions.push(...searchOf(filter.q, isOfFew(filter)));
  return conditions;
}

export async function caseById(db: Queryable, id: string): Promise<CaseRow | undefined> {
  return firstRow<CaseRow>(db, `select ${columns} from process_cases where id = :id`, { id });
}

/** What is neither over nor closed can be read whole. */
function isOfFew({ state, whoseTurn, overdue, stuck }: CaseFilter): boolean {
  const isOpen = state === 'open' || state === 'lost' || (whoseTurn !== null && whoseTurn !== 'nobody');
  return isOpen || overdue === true || stuck === true;
}

/** Cases that are not over by kind and stage: exact, read from the partial indexes of open and lost cases alone. */
export async function countOpenCases(
  db: Db,
): Promise<{ readonly kind: ProcessKind; readonly stage: string; readonly count: number }[]> {
  return rows(
    db,
    // rule: lost-cases-count
    `select kind, stage, count(*) as count
       from (select kind, stage from process_cases where state = 'open'
             union all select kind, stage from process_cases where state = 'lost') there
      group by kind, stage order by 1, 2`,
  );
}

export interface EventRow {
  readonly at: Date;
  readonly actor: string;
  readonly actorName: string | null;
  readonly act: string;
  readonly from: string | null;
  readonly to: string;
  /** Why; null where nobody said. */
  readonly reason: string | null;
  readonly detail: EventDetail | null;
  /** The display name of the account that `detail` names. */
  readonly toName: string | null;
}

/** The events of a case, oldest first, with the display name of whoever acted. */
export async function caseEvents(db: Queryable, caseId: string): Promise<EventRow[]> {
  return rows<EventRow>(
    db,
    `select e.at, e.actor, a.display_name as "actorName", e.act, e.from_state as "from", e.to_state as "to",
            e.reason, e.detail, g.display_name as "toName"
       from case_events e left join accounts a on a.id = e.actor left join accounts g on g.id = e.detail->>'to'
      where e.case_id = :caseId order by e.id`,
    { caseId },
  );
}

export interface AuditRow {
  readonly id: number;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subjectId: string;
  readonly reason: string | null;
  readonly detail: EventDetail | null;
  readonly requestId: string | null;
}

export async function listAudit(
  db: Queryable,
  filter: { readonly actor: string | null; readonly subjectId: string | null },
  request: PageRequest,
): Promise<Page<AuditRow>> {
  const found = await rows<AuditRow>(
    db,
    `select id, at, actor, action, subject_id as "subjectId", reason, detail, request_id as "requestId"
       from audit_log
      where (:actor::text is null or actor = :actor) and (:subjectId::text is null or subject_id = :subjectId)
        and (:after::bigint is null or id < :after::bigint)
      order by id desc limit :limit + 1`,
    { ...filter, ...request },
  );
  return pageOf(found, request, (row) => String(row.id));
}
