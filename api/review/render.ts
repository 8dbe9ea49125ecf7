import { z } from 'zod';
import { timelineText } from '../../domain/case/wording';
import { reasonCodes } from '../../domain/review/reasons';
import { reviewKinds, reviewOutcomes, reviewStates } from '../../domain/review/states';
import type { Language } from '../../domain/shared/errors';
import { processIdOf } from '../../domain/shared/ids';
import type { Principal } from '../../domain/shared/roles';
import { caseEvents } from '../../db/case/queries';
import { recordAudit } from '../../db/case/repository';
import type { Db, Queryable } from '../../db/connection';
import { decisionOf, type DecisionRow } from '../../db/review/decisions';
import { reviewById, type ReviewRow } from '../../db/review/queries';
import { subjectOf, type ReviewItem, type ReviewSubjects } from '../../db/review/subjects';
import { historySchema, resourceShape } from '../http/answers';
import { iso, isoOrNull, isoTime } from '../http/times';
import { actionsFor } from './actions';

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

const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

/** `changes`: what differs from the same seller's submission before. */
export const reviewDetailSchema = reviewStandingSchema.extend({
  items: z.array(
    z.strictObject({ item: z.string(), label: z.strictObject({ zh: z.string(), en: z.string() }), value: valueSchema }),
  ),
  changes: z.array(z.strictObject({ item: z.string(), before: valueSchema, after: valueSchema })),
});

export function renderReviewSummary(row: ReviewRow, principal: Principal) {
  const { submissionId, decisionId: _, note: __, openedAt, updatedAt, ...rest } = row;
  return {
    ...rest,
    processId: processIdOf(row.id),
    subjectId: submissionId,
    dueAt: iso(row.dueAt),
    overdue: (row.state === 'waiting' || row.state === 'claimed') && row.dueAt.getTime() < Date.now(),
    decidedAt: isoOrNull(row.decidedAt),
    createdAt: iso(openedAt),
    updatedAt: iso(updatedAt),
    actions: actionsFor(row, principal),
  };
}

interface Reader {
  readonly principal: Principal;
  readonly language: Language;
}

export async function renderReviewStanding(db: Queryable, row: ReviewRow, { principal, language }: Reader) {
  const [events, decision] = await Promise.all([caseEvents(db, processIdOf(row.id)), decisionOfRow(db, row)]);
  return {
    ...renderReviewSummary(row, principal),
    verdicts: (decision?.verdicts ?? []).map(({ item, outcome, reasonCode, note }) => ({
      ...{ item, outcome },
      ...(reasonCode === null ? {} : { reasonCode }),
      ...(note === null ? {} : { note }),
    })),
    note: row.note,
    history: events.map((event) => ({
      at: iso(event.at),
      actor: event.actor,
      text: timelineText({ kind: 'review', act: event.act, actorName: event.actorName }, language),
      from: event.from,
      to: event.to,
    })),
  };
}

async function decisionOfRow(db: Queryable, row: ReviewRow): Promise<DecisionRow | undefined> {
  const { decisionId, assignee } = row;
  if (decisionId === null || assignee === null) return undefined;
  return decisionOf(db, { decisionId, reviewId: row.id, accountId: assignee });
}

export async function renderReviewById(db: Db, id: string, reader: Reader) {
  const row = await reviewById(db, id);
  if (row === undefined) throw new Error(`review ${id} has an effect but no row`);
  return renderReviewStanding(db, row, reader);
}

/**
 * The submission as it was submitted. Secrets are opened while they are needed, for reviewers who may judge it, and
 * afterwards for whoever decided; that somebody looked is audited before they are shown.
 */
export async function renderReviewDetail(
  parts: { readonly db: Db; readonly reviewSubjects: ReviewSubjects },
  row: ReviewRow,
  reader: Reader & { readonly requestId: string },
) {
  const { db } = parts;
  const subject = subjectOf(parts.reviewSubjects, row.kind);
  const { accountId, roles } = reader.principal;
  const isOwn = await subject.ownCompany(db, row.submissionId, accountId);
  const isJudged = row.state === 'decided' ? row.assignee === accountId : row.state !== 'withdrawn';
  // rule: secrets-are-for-reviewers, secrets-are-shown-while-needed, own-secrets-are-not-judged
  const opened = roles.includes('reviewer') && isJudged && !isOwn;
  // rule: views-are-audited
  if (opened)
    await db.transaction((trx) =>
      recordAudit(trx, {
        ...{ action: 'review.view', subjectId: row.id, enterpriseId: null, sellerId: row.sellerId },
        by: { actor: accountId, requestId: reader.requestId },
      }),
    );
  const previous = await subject.previousOf(db, row.submissionId);
  const [standing, items, before] = await Promise.all([
    renderReviewStanding(db, row, reader),
    subject.itemsOf(db, row.submissionId),
    previous === null ? [] : subject.itemsOf(db, previous),
  ]);
  const shown = (item: ReviewItem) => (opened ? item.value : (item.masked ?? item.value));
  return {
    ...standing,
    actions: standing.actions.filter((action) => !isOwn || action === 'reassign' || action === 'release'),
    items: items.map((item) => ({ item: item.item, label: item.label, value: shown(item) })),
    changes: changesBetween(before, items).map(({ item, before: was, after: is }) => ({
      item,
      before: was === undefined ? null : shown(was),
      after: is === undefined ? null : shown(is),
    })),
  };
}

interface Change {
  readonly item: string;
  readonly before: ReviewItem | undefined;
  readonly after: ReviewItem | undefined;
}

/** By what was really submitted: masked values may look alike. Nothing where there was no submission before. */
function changesBetween(before: readonly ReviewItem[], after: readonly ReviewItem[]): Change[] {
  if (before.length === 0) return [];
  const was = new Map(before.map((item) => [item.item, item]));
  const is = new Map(after.map((item) => [item.item, item]));
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((item) => ({ item, before: was.get(item), after: is.get(item) }))
    .filter((change) => (change.before?.value ?? null) !== (change.after?.value ?? null));
}
