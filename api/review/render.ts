import { z } from 'zod';
import { timelineText } from '../../domain/case/wording';
import { reasonCodes } from '../../domain/review/reasons';
import { reviewDeciders, reviewKinds, reviewOutcomes, reviewStates } from '../../domain/review/states';
import type { Language } from '../../domain/shared/errors';
import { processIdOf } from '../../domain/shared/ids';
import type { Principal } from '../../domain/shared/roles';
import { caseEvents } from '../../db/case/queries';
import type { Db, Queryable } from '../../db/connection';
import { decisionOf, type DecisionRow } from '../../db/review/decisions';
import { reviewById, type ReviewRow } from '../../db/review/queries';
import type { ReviewSubjects } from '../../db/review/subjects';
import { historySchema, resourceShape } from '../http/answers';
import { iso, isoOrNull, isoTime } from '../http/times';
import { actionsFor, isOwnSubmission } from './actions';

const summaryShape = {
  ...resourceShape,
  state: z.enum(reviewStates),
  processId: z.string(),
  kind: z.enum(reviewKinds),
  /** The submission that is judged. */
  subjectId: z.string(),
  sellerId: z.string(),
  assignee: z.string().nullable(),
  dueAt: isoTime,
  overdue: z.boolean(),
  outcome: z.enum(reviewOutcomes).nullable(),
  decidedAt: isoTime.nullable(),
  /** `policy`: a trusted seller's, approved by rules alone; `operator`: by two operators in a reviewer's place. */
  decidedBy: z.enum(reviewDeciders).nullable(),
};

export const reviewSummarySchema = z.strictObject(summaryShape);

const verdictSchema = z.strictObject({
  item: z.string(),
  outcome: z.enum(['ok', 'change']),
  reasonCode: z.enum(reasonCodes).optional(),
  note: z.string().optional(),
});

/** After a command: where it stands and what happened so far; what is judged is read by GET. */
export const reviewStandingSchema = z.strictObject({
  ...summaryShape,
  verdicts: z.array(verdictSchema),
  note: z.string().nullable(),
  history: historySchema,
});

/** Where reviews are read, and what tells whose submission it is. */
export interface ReviewParts {
  readonly db: Db;
  readonly reviewSubjects: ReviewSubjects;
}

export async function renderReviewSummary(parts: ReviewParts, row: ReviewRow, principal: Principal) {
  const {
    submissionId,
    decisionId: _,
    note: __,
    decider: ___,
    criteriaSetId: ____,
    dueUs: _____,
    openedAt,
    updatedAt,
    ...rest
  } = row;
  return {
    ...rest,
    processId: processIdOf(row.id),
    subjectId: submissionId,
    dueAt: iso(row.dueAt),
    overdue: (row.state === 'waiting' || row.state === 'claimed') && row.dueAt.getTime() < Date.now(),
    decidedAt: isoOrNull(row.decidedAt),
    createdAt: iso(openedAt),
    updatedAt: iso(updatedAt),
    actions: actionsFor(row, principal, await isOwnSubmission(parts, row, principal)),
  };
}

export interface Reader {
  readonly principal: Principal;
  readonly language: Language;
}

export async function renderReviewStanding(parts: ReviewParts, row: ReviewRow, { principal, language }: Reader) {
  const { db } = parts;
  const [summary, events, decision] = await Promise.all([
    renderReviewSummary(parts, row, principal),
    caseEvents(db, processIdOf(row.id)),
    decisionOfRow(db, row),
  ]);
  return {
    ...summary,
    verdicts: (decision?.verdicts ?? []).map(({ item, outcome, reasonCode, note }) => ({
      ...{ item, outcome },
      ...(reasonCode === null ? {} : { reasonCode }),
      ...(note === null ? {} : { note }),
    })),
    note: row.note,
    history: events.map((event) => ({
      at: iso(event.at),
      actor: event.actor,
      text: timelineText({ kind: 'review', ...event }, language),
      from: event.from,
      to: event.to,
    })),
  };
}

async function decisionOfRow(db: Queryable, row: ReviewRow): Promise<DecisionRow | undefined> {
  const { decisionId, decider } = row;
  return decisionId === null ? undefined : decisionOf(db, { decisionId, reviewId: row.id, accountId: decider });
}

export async function renderReviewById(parts: ReviewParts, id: string, reader: Reader) {
  const row = await reviewById(parts.db, id);
  if (row === undefined) throw new Error(`review ${id} has an effect but no row`);
  return renderReviewStanding(parts, row, reader);
}
