import type { ReviewDecider, ReviewKind, ReviewOutcome, ReviewState } from '../../domain/review/states';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export interface ReviewRow {
  readonly id: string;
  readonly kind: ReviewKind;
  readonly submissionId: string;
  readonly sellerId: string;
  readonly state: ReviewState;
  readonly assignee: string | null;
  readonly openedAt: Date;
  readonly dueAt: Date;
  /** The due time in microseconds, as exact as it is stored. */
  readonly dueUs: string;
  readonly decidedAt: Date | null;
  readonly decisionId: string | null;
  readonly decidedBy: ReviewDecider | null;
  /** The account that decided; null while nobody has, and where a policy did. */
  readonly decider: string | null;
  readonly criteriaSetId: string | null;
  readonly outcome: ReviewOutcome | null;
  /** The reviewer's words to the whole of it. */
  readonly note: string | null;
  readonly updatedAt: Date;
}

const select = `
  select r.id, r.kind, r.submission_id as "submissionId", r.seller_id as "sellerId", r.state, r.assignee,
         r.opened_at as "openedAt", r.due_at as "dueAt", r.decided_at as "decidedAt", r.decision_id as "decisionId",
         r.decided_by as "decidedBy", d.account_id as "decider", r.criteria_set_id as "criteriaSetId",
         d.outcome, d.note, r.updated_at as "updatedAt",
         (extract(epoch from r.due_at) * 1000000)::bigint::text as "dueUs"
    from reviews r left join review_decisions d on d.id = r.decision_id`;

export async function reviewById(db: Queryable, id: string): Promise<ReviewRow | undefined> {
  return firstRow<ReviewRow>(db, `${select} where r.id = :id`, { id });
}

/** The review of a submission; undefined where no rule handed it to a person, or its run has not begun. */
export async function reviewOf(db: Queryable, submissionId: string): Promise<ReviewRow | undefined> {
  return firstRow<ReviewRow>(db, `${select} where r.submission_id = :submissionId`, { submissionId });
}

export interface ReviewFilter {
  readonly kind: ReviewKind | null;
  readonly state: ReviewState | null;
  readonly assignee: string | null;
  readonly overdue: boolean | null;
}

/**
 * By due time, the most urgent first, or newest first. A due time may be extended between two pages: by due time a
 * page's key is the last one's due time as it was, in microseconds as the column has it, and its id.
 */
export async function listReviews(
  db: Queryable,
  filter: ReviewFilter,
  request: PageRequest & { readonly byDueTime: boolean },
): Promise<Page<ReviewRow>> {
  const { byDueTime, ...page } = request;
  const [dueUs = null, id = null] = page.after === null ? [] : byDueTime ? page.after.split('.') : [null, page.after];
  const conditions = [
    filter.kind === null ? [] : ['r.kind = :kind'],
    filter.state === null ? [] : ['r.state = :state'],
    filter.assignee === null ? [] : ['r.assignee = :assignee'],
    filter.overdue === null
      ? []
      : [`${filter.overdue ? '' : 'not '}(r.state in ('waiting', 'claimed') and r.due_at < now())`],
    page.after === null
      ? []
      : // rule: pages-by-due-time-keep-their-place
        [
          byDueTime
            ? `(r.due_at, r.id) > ('epoch'::timestamptz + :dueUs::bigint * interval '1 us', :id)`
            : 'r.id < :id',
        ],
  ].flat();
  const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
  const found = await rows<ReviewRow>(
    db,
    `${select} ${where} order by ${byDueTime ? 'r.due_at, r.id' : 'r.id desc'} limit :limit + 1`,
    { ...filter, ...{ dueUs, id, limit: page.limit } },
  );
  return pageOf(found, page, (row) => (byDueTime ? `${row.dueUs}.${row.id}` : row.id));
}

/** What the run of a review starts from. */
export interface ReviewOrigin {
  readonly reviewId: string;
  readonly kind: ReviewKind;
  readonly submissionId: string;
  readonly sellerId: string;
  readonly caseWorkflowId: string;
}

export async function reviewOrigin(db: Queryable, reviewId: string): Promise<ReviewOrigin | undefined> {
  return firstRow<ReviewOrigin>(
    db,
    `select id as "reviewId", kind, submission_id as "submissionId", seller_id as "sellerId",
            case_workflow_id as "caseWorkflowId"
       from reviews where id = :reviewId`,
    { reviewId },
  );
}
