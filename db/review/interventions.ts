import { DomainError } from '../../domain/shared/errors';
import { reviewMachine, type ReviewState } from '../../domain/review/states';
import { wrongState } from '../../domain/shared/state-machine';
import { accountById } from '../account/queries';
import { recordIntervention, type By } from '../case/record-transition';
import { firstRow, type Trx } from '../connection';
import { thereOf } from './moves';
import { tellReviewers, tellGivenBack } from './notices';
import { reassignReview } from './repository';
import { knownReview, withdrawReview, type KnownReview } from './settlement';
import { subjectOf, type ReviewSubjects } from './subjects';

/** What operators do to an open review; each is part of the caller's transaction, and its reason rides in `by`. */
interface Hand {
  readonly reviewId: string;
  readonly by: By;
}

export interface OpenReview extends KnownReview {
  readonly state: 'waiting' | 'claimed';
  readonly assignee: string | null;
  readonly dueAt: Date;
}

/**
 * Locks an open review after its subject's rows.
 *
 * @throws DomainError WRONG_STATE: it is over
 */
export async function lockOpen(trx: Trx, subjects: ReviewSubjects, reviewId: string): Promise<OpenReview> {
  const known = thereOf(await knownReview(trx, reviewId), reviewId);
  await subjectOf(subjects, known.kind).lock(trx, known.submissionId);
  const row = await firstRow<Pick<OpenReview, 'assignee' | 'dueAt'> & { readonly state: ReviewState }>(
    trx,
    'select state, assignee, due_at as "dueAt" from reviews where id = :reviewId for no key update',
    { reviewId },
  );
  const { state, ...rest } = thereOf(row, reviewId);
  // rule: no-hand-upon-decided-reviews
  if (state !== 'waiting' && state !== 'claimed') throw wrongState(reviewMachine, state);
  return { ...known, ...rest, state };
}

/**
 * Gives the reviewers more time: half of what is left from now on passes until they are reminded again.
 *
 * @throws DomainError WRONG_STATE; TIME_PAST: it must be later than now, and than it stands
 */
export async function extendReview(
  trx: Trx,
  { reviewId, until, by }: Hand & { readonly until: Date },
  subjects: ReviewSubjects,
): Promise<void> {
  await lockOpen(trx, subjects, reviewId);
  const extended = await firstRow(
    trx,
    // rule: deadlines-are-only-extended
    `update reviews set due_at = :until, remind_at = now() + (:until::timestamptz - now()) / 2,
                        reminded_at = null, escalated_at = null, updated_at = now()
      where id = :reviewId and :until::timestamptz > greatest(now(), due_at) returning id`,
    { reviewId, until },
  );
  if (extended === undefined)
    throw new DomainError('TIME_PAST', {
      errors: [{ path: '/until', code: 'TIME_PAST', message: 'later than now, and than it stands' }],
    });
  await recordIntervention(trx, { kind: 'review', subjectId: reviewId, act: 'extend_deadline', dueAt: until, by });
}

/**
 * Tells whoever has it, else all reviewers, that it waits; each time anew.
 *
 * @throws DomainError WRONG_STATE
 */
export async function remindNow(trx: Trx, { reviewId, by }: Hand, subjects: ReviewSubjects): Promise<void> {
  const { kind, dueAt, assignee } = await lockOpen(trx, subjects, reviewId);
  await recordIntervention(trx, { kind: 'review', subjectId: reviewId, act: 'resend', by });
  await tellReviewers(trx, { reviewId, kind, dueAt }, assignee, await momentOf(trx));
}

/**
 * Gives it to a reviewer, whoever has it now; nothing is done where they have it already.
 *
 * @throws DomainError WRONG_STATE; REFERENCE_NOT_FOUND: no reviewer; OWN_SUBMISSION: of the company that submitted it
 */
export async function reassignByOperator(
  trx: Trx,
  { reviewId, toAccountId, by }: Hand & { readonly toAccountId: string },
  subjects: ReviewSubjects,
): Promise<void> {
  const open = await lockOpen(trx, subjects, reviewId);
  // rule: given-once-to-the-same
  if (open.assignee === toAccountId) return;
  const account = await accountById(trx, toAccountId);
  // rule: given-to-reviewers
  if (account?.roles.includes('reviewer') !== true)
    throw new DomainError('REFERENCE_NOT_FOUND', {
      errors: [{ path: '/accountId', code: 'REFERENCE_NOT_FOUND', message: 'no such reviewer' }],
    });
  // rule: given-to-nobody-of-its-own
  if (await subjectOf(subjects, open.kind).ownCompany(trx, open.submissionId, toAccountId))
    throw new DomainError('OWN_SUBMISSION');
  await reassignReview(trx, { reviewId, commandId: null, by, toAccountId, from: null });
}

/**
 * Takes the submission out of review and gives it back to its seller, who is told; nothing is decided.
 *
 * @throws DomainError WRONG_STATE: it is over, or it belongs to a case that takes it back itself
 */
export async function cancelReview(trx: Trx, { reviewId, by }: Hand, subjects: ReviewSubjects): Promise<void> {
  const open = await lockOpen(trx, subjects, reviewId);
  const { kind, submissionId, sellerId } = open;
  const subject = subjectOf(subjects, kind);
  // rule: only-drafts-are-given-back
  if (subject.onWithdrawn === undefined) throw wrongState(reviewMachine, open.state);
  await withdrawReview(trx, { submissionId, by });
  await subject.onWithdrawn(trx, { submissionId, by });
  const aboutId = (await subject.subjectIdOf?.(trx, submissionId)) ?? reviewId;
  await tellGivenBack(trx, { reviewId, kind, sellerId, aboutId });
}

/** Tells one time from another in what is told once. */
async function momentOf(trx: Trx): Promise<string> {
  const at = await firstRow<{ at: string }>(trx, `select extract(epoch from clock_timestamp())::text as at`);
  return at?.at ?? '';
}
