import { z } from 'zod';
import type { FieldProblem } from '../../domain/market/field-problem';
import type { Language } from '../../domain/shared/errors';
import { recordAudit } from '../../db/case/repository';
import { versionOfSet } from '../../db/review/criteria';
import { itemsOfReview } from '../../db/review/items';
import { duplicatesOf, markKinds } from '../../db/review/marks';
import type { ReviewRow } from '../../db/review/queries';
import { subjectOf, type ReviewItem } from '../../db/review/subjects';
import { renderReviewStanding, reviewStandingSchema, type Reader, type ReviewParts } from './render';

const valueSchema = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const itemSchema = z.strictObject({
  /** JSON Pointer of the field, or a criterion's number. */
  item: z.string(),
  label: z.strictObject({ zh: z.string(), en: z.string() }),
  value: valueSchema,
  /** Found well the last time, and not changed since: it cannot be refused. */
  accepted: z.boolean(),
});

/** All that a reviewer needs to judge a submission. */
export const reviewDetailSchema = reviewStandingSchema.extend({
  /** The shop's seller or the product; null where the submission is all there is. */
  about: z.string().nullable(),
  items: z.array(itemSchema),
  /** The version of the numbered criteria it is judged by. */
  criteriaVersion: z.int().nullable(),
  /** What differs from the same seller's submission before. */
  changes: z.array(z.strictObject({ item: z.string(), before: valueSchema, after: valueSchema })),
  /** What the machine's rules find. */
  problems: z.array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() })),
  /** Other sellers that handed in the same; which value it was is not told. */
  duplicates: z.array(
    z.strictObject({
      kind: z.enum(markKinds),
      sellers: z.array(z.strictObject({ sellerId: z.string(), name: z.string().nullable() })),
    }),
  ),
});

/**
 * The submission as it was submitted. Secrets are opened while they are needed, for reviewers who may judge it, and
 * afterwards for whoever decided; that somebody looked is audited before they are shown.
 */
export async function renderReviewDetail(
  parts: ReviewParts,
  row: ReviewRow,
  reader: Reader & { readonly requestId: string },
) {
  const { db, reviewSubjects } = parts;
  const subject = subjectOf(reviewSubjects, row.kind);
  const { accountId, roles } = reader.principal;
  const isOwn = await subject.ownCompany(db, row.submissionId, accountId);
  const isJudged = row.state === 'decided' ? row.decider === accountId : row.state !== 'withdrawn';
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
  const [standing, items, before, around] = await Promise.all([
    renderReviewStanding(parts, row, reader),
    itemsOfReview(db, reviewSubjects, row),
    previous === null ? [] : subject.itemsOf(db, previous),
    renderAround(parts, row, reader.language),
  ]);
  const shown = (item: ReviewItem) => (opened ? item.value : (item.masked ?? item.value));
  return {
    ...standing,
    ...around,
    items: items.map((item) => ({ item: item.item, label: item.label, value: shown(item), accepted: item.accepted })),
    changes: changesBetween(before, items).map(({ item, before: was, after: is }) => ({
      item,
      before: was === undefined ? null : shown(was),
      after: is === undefined ? null : shown(is),
    })),
  };
}

/** What is known beside the submission itself. */
async function renderAround({ db, reviewSubjects }: ReviewParts, row: ReviewRow, language: Language) {
  const { submissionId, criteriaSetId } = row;
  const subject = subjectOf(reviewSubjects, row.kind);
  const [about, criteriaVersion, problems, duplicates] = await Promise.all([
    subject.subjectIdOf?.(db, submissionId) ?? null,
    criteriaSetId === null ? null : versionOfSet(db, criteriaSetId),
    subject.problemsOf?.(db, submissionId) ?? [],
    duplicatesOf(db, row.sellerId),
  ]);
  return { about, criteriaVersion, problems: problems.map((problem) => renderProblem(problem, language)), duplicates };
}

function renderProblem({ path, code, zh, en }: FieldProblem, language: Language) {
  return { path, code, message: language === 'en' ? en : zh };
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
