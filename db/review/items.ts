import type { ReviewKind, ReviewOutcome } from '../../domain/review/states';
import { firstRow, rows, type Queryable } from '../connection';
import { criteriaOfSet, isAmong, type Criterion } from './criteria';
import { subjectOf, type ReviewItem, type ReviewSubject, type ReviewSubjects } from './subjects';

/** One thing a reviewer judges, and whether that was done before. */
export interface JudgedItem extends ReviewItem {
  /** Found well when it was last sent back, and not changed since: it stays so. */
  readonly accepted: boolean;
}

interface Judged {
  readonly kind: ReviewKind;
  readonly submissionId: string;
  readonly criteriaSetId: string | null;
}

/** The fields as they were submitted, then the numbered criteria. Secrets are opened; the caller may see them. */
export async function itemsOfReview(
  db: Queryable,
  subjects: ReviewSubjects,
  { kind, submissionId, criteriaSetId }: Judged,
): Promise<readonly JudgedItem[]> {
  const subject = subjectOf(subjects, kind);
  const fields = await subject.itemsOf(db, submissionId);
  const criteria = await criteriaOfSet(db, criteriaSetId);
  const last = await lastSentBack(db, subject, submissionId);
  if (last === null) return [...fields, ...criteria.map(itemOfCriterion)].map((item) => ({ ...item, accepted: false }));
  const unchanged = unchangedBetween(await subject.itemsOf(db, last.submissionId), fields);
  // A criterion of another version may ask for something else.
  const sameCriteria = last.criteriaSetId === criteriaSetId;
  return [
    // rule: accepted-unless-changed
    ...fields.map((item) => ({ ...item, accepted: last.well.has(item.item) && unchanged([item.item]) })),
    ...criteria.map((criterion) => ({
      ...itemOfCriterion(criterion),
      // rule: criterion-accepted-unless-its-fields-changed
      accepted: sameCriteria && last.well.has(String(criterion.number)) && unchanged(criterion.fields),
    })),
  ];
}

function itemOfCriterion({ number, zh, en }: Criterion): ReviewItem {
  return { item: String(number), label: { zh, en }, value: null };
}

/** Tells whether all that is at or below these fields is as it was. */
function unchangedBetween(before: readonly ReviewItem[], after: readonly ReviewItem[]) {
  const was = new Map(before.map(({ item, value }) => [item, value]));
  const is = new Map(after.map(({ item, value }) => [item, value]));
  return (fields: readonly string[]): boolean =>
    [...new Set([...was.keys(), ...is.keys()])]
      .filter((item) => isAmong(fields, item))
      .every((item) => was.has(item) && is.has(item) && was.get(item) === is.get(item));
}

interface SentBack {
  readonly submissionId: string;
  readonly criteriaSetId: string | null;
  /** Items a reviewer said are well. */
  readonly well: ReadonlySet<string>;
}

/** Nobody takes back so many in a row. */
const mostTakenBack = 50;

/** The last decision about the same thing, if that asked for changes; what was taken back meanwhile was not judged. */
async function lastSentBack(db: Queryable, subject: ReviewSubject, submissionId: string): Promise<SentBack | null> {
  let at = await subject.previousOf(db, submissionId);
  for (let steps = 0; at !== null && steps < mostTakenBack; ++steps) {
    const decided = await firstRow<{ outcome: ReviewOutcome; decisionId: string; criteriaSetId: string | null }>(
      db,
      `select d.outcome, d.id as "decisionId", r.criteria_set_id as "criteriaSetId"
         from reviews r join review_decisions d on d.id = r.decision_id where r.submission_id = :at`,
      { at },
    );
    if (decided !== undefined) {
      if (decided.outcome !== 'request_changes') return null;
      return { submissionId: at, criteriaSetId: decided.criteriaSetId, well: await wellIn(db, decided.decisionId) };
    }
    at = await subject.previousOf(db, at);
  }
  return null;
}

async function wellIn(db: Queryable, decisionId: string): Promise<ReadonlySet<string>> {
  const found = await rows<{ item: string }>(
    db,
    `select item from review_verdicts where decision_id = :decisionId and outcome = 'ok'`,
    { decisionId },
  );
  return new Set(found.map(({ item }) => item));
}
