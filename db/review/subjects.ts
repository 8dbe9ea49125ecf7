import type { FieldProblem } from '../../domain/market/field-problem';
import type { FieldReason } from '../../domain/seller/field-reason';
import type { ReviewKind, ReviewOutcome } from '../../domain/review/states';
import type { By } from '../case/record-transition';
import type { Queryable, Trx } from '../connection';

/** One thing a reviewer judges. */
export interface ReviewItem {
  /** The JSON Pointer of the field in the submission's body, or a criterion's number. */
  readonly item: string;
  readonly label: { readonly zh: string; readonly en: string };
  /** As submitted; of a document its id. */
  readonly value: string | number | boolean | null;
  /** What others than reviewers are shown (`****1234`); absent where the value is nobody's secret. */
  readonly masked?: string;
}

export interface ReviewRef {
  readonly reviewId: string;
  readonly submissionId: string;
  readonly sellerId: string;
  readonly dueAt: Date;
  /** Who handed it in, by which request; the system where a case did. */
  readonly by: By;
}

export interface ReviewDecision {
  readonly reviewId: string;
  readonly submissionId: string;
  readonly sellerId: string;
  readonly outcome: ReviewOutcome;
  /** At the seller's fields; empty where it was approved. */
  readonly reasons: readonly FieldReason[];
  /** To the whole of it, in the reviewer's words. */
  readonly note: string | null;
  readonly by: By;
}

/**
 * What a kind of submission is to its review. The decision and its effect are one transaction: `onDecided` throws only
 * what must keep both from happening. Locks are taken in one order: first the subject's rows (`lock`), then the review.
 */
export interface ReviewSubject {
  /** Locks the rows that `onOpened` and `onDecided` change. */
  lock(trx: Trx, submissionId: string): Promise<void>;
  /** Secrets opened; the caller may see them, and has it audited. */
  itemsOf(db: Queryable, submissionId: string): Promise<readonly ReviewItem[]>;
  /** The same seller's submission before this one, if there was any: what changed since is shown. */
  previousOf(db: Queryable, submissionId: string): Promise<string | null>;
  /** Marks it as in review. False when it waits for none any more (withdrawn meanwhile): then there is no review. */
  onOpened(trx: Trx, review: ReviewRef): Promise<boolean>;
  onDecided(trx: Trx, decision: ReviewDecision): Promise<void>;
  /** Whether the account belongs to the company that submitted it: nobody judges their own. */
  ownCompany(db: Queryable, submissionId: string, accountId: string): Promise<boolean>;
  /** Where a seller can take a submission back by itself: what that does to it, with the review's withdrawal. */
  onWithdrawn?(trx: Trx, withdrawal: { readonly submissionId: string; readonly by: By }): Promise<void>;
  /** Whose numbered criteria apply beside the fields; without it there are none. */
  criteriaOf?(db: Queryable, submissionId: string): Promise<{ readonly deliveryType: string | null }>;
  /** What the machine's own rules find in it: shown to the reviewer, and never approved by policy. */
  problemsOf?(db: Queryable, submissionId: string): Promise<readonly FieldProblem[]>;
  /** Operators took it down, and it was not approved since: a person looks at it again. */
  takenDown?(db: Queryable, submissionId: string): Promise<boolean>;
  /** What people call it: part of the title of its review, and no personal data. */
  nameOf?(db: Queryable, submissionId: string): Promise<string>;
  /** The thing it is about, e.g. `prd_…`, for what people are told. */
  subjectIdOf?(db: Queryable, submissionId: string): Promise<string>;
}

export type ReviewSubjects = Readonly<Partial<Record<ReviewKind, ReviewSubject>>>;

export function subjectOf(subjects: ReviewSubjects, kind: ReviewKind): ReviewSubject {
  const subject = subjects[kind];
  if (subject === undefined) throw new Error(`nothing of the kind ${kind} is reviewed here`);
  return subject;
}
