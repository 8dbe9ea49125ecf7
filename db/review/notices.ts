import type { NoticeKind, NoticeParams } from '../../domain/notice/texts';
import type { ReviewKind, ReviewOutcome } from '../../domain/review/states';
import { inShanghai } from '../../domain/shared/shanghai-time';
import { accountsInRole } from '../account/queries';
import { firstRow, type Trx } from '../connection';
import { addNotice } from '../notice/repository';

/** What people are told of a review. */
export interface ReviewTold {
  readonly reviewId: string;
  readonly kind: ReviewKind;
  readonly dueAt: Date;
}

/** At half time: whoever claimed it, else all reviewers. `by`: where an operator has it told again. */
export async function tellReviewers(trx: Trx, about: ReviewTold, assignee: string | null, by?: string): Promise<void> {
  const accounts = assignee === null ? await accountsInRole(trx, 'reviewer') : [assignee];
  await tell(trx, 'review_half_time', about, accounts, by ?? byClock(about));
}

export async function tellOperators(trx: Trx, about: ReviewTold): Promise<void> {
  await tell(trx, 'review_overdue', about, await accountsInRole(trx, 'operator'), byClock(about));
}

/** Once for each deadline: one that was extended is told anew. */
function byClock({ dueAt }: ReviewTold): string {
  return `clock:${dueAt.toISOString()}`;
}

/** `by`: the command that gave it; another one tells again. */
export async function tellAssignee(trx: Trx, about: ReviewTold, assignee: string, by: string): Promise<void> {
  await tell(trx, 'review_assigned', about, [assignee], by);
}

/** Whoever had claimed it and loses it by another's hand: nobody works on for nothing. `by`: what took it. */
export async function tellTakenAway(
  trx: Trx,
  about: ReviewTold,
  taken: { readonly from: string | null; readonly by: string; readonly actor: string },
): Promise<void> {
  // rule: losing-a-claim-is-told
  if (taken.from === null || taken.from === taken.actor) return;
  await tell(trx, 'review_taken_away', about, [taken.from], taken.by);
}

async function tell(
  trx: Trx,
  notice: NoticeKind,
  about: ReviewTold,
  accounts: readonly string[],
  by: string,
): Promise<void> {
  for (const accountId of accounts)
    await addNotice(trx, {
      ...{ accountId, kind: notice, subjectId: about.reviewId },
      params: { kind: about.kind, dueBy: inShanghai(about.dueAt) },
      once: `${notice}:${about.reviewId}:${accountId}:${by}`,
    });
}

const noticeOf: Readonly<Record<ReviewOutcome, NoticeKind>> = {
  approve: 'review_approved',
  request_changes: 'review_changes_requested',
  reject: 'review_rejected',
};

interface Judged {
  readonly reviewId: string;
  readonly kind: ReviewKind;
  readonly sellerId: string;
  /** The thing that was judged, where sellers know it by an id; else the review. */
  readonly aboutId: string;
}

export function tellSeller(trx: Trx, decided: Judged & { readonly outcome: ReviewOutcome }): Promise<void> {
  return tellOwner(trx, decided, noticeOf[decided.outcome], `review_decided:${decided.reviewId}`);
}

/** An operator took it out of review. */
export function tellGivenBack(trx: Trx, review: Judged): Promise<void> {
  return tellOwner(trx, review, 'review_given_back', `review_given_back:${review.reviewId}`);
}

async function tellOwner(trx: Trx, review: Judged, notice: NoticeKind, once: string): Promise<void> {
  const seller = await firstRow<{ accountId: string }>(
    trx,
    'select account_id as "accountId" from sellers where id = :sellerId',
    { sellerId: review.sellerId },
  );
  if (seller === undefined) throw new Error(`no seller ${review.sellerId}`);
  const params: NoticeParams = { kind: review.kind };
  await addNotice(trx, { accountId: seller.accountId, kind: notice, subjectId: review.aboutId, params, once });
}
