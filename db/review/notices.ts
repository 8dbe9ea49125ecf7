import type { NoticeKind, NoticeParams } from '../../domain/notice/texts';
import type { ReviewKind, ReviewOutcome } from '../../domain/review/states';
import { accountsInRole } from '../account/queries';
import { firstRow, type Trx } from '../connection';
import { addNotice } from '../notice/repository';

interface About {
  readonly reviewId: string;
  readonly kind: ReviewKind;
  readonly dueAt: Date;
}

/** At half time: whoever claimed it, else all reviewers. */
export async function tellReviewers(trx: Trx, about: About, assignee: string | null): Promise<void> {
  const accounts = assignee === null ? await accountsInRole(trx, 'reviewer') : [assignee];
  await tell(trx, 'review_half_time', about, accounts);
}

export async function tellOperators(trx: Trx, about: About): Promise<void> {
  await tell(trx, 'review_overdue', about, await accountsInRole(trx, 'operator'));
}

/** `by`: the command that gave it; another one tells again. */
export async function tellAssignee(trx: Trx, about: About, assignee: string, by: string): Promise<void> {
  await tell(trx, 'review_assigned', about, [assignee], by);
}

async function tell(
  trx: Trx,
  notice: NoticeKind,
  about: About,
  accounts: readonly string[],
  by = 'clock',
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

export async function tellSeller(
  trx: Trx,
  decided: {
    readonly reviewId: string;
    readonly kind: ReviewKind;
    readonly sellerId: string;
    readonly outcome: ReviewOutcome;
  },
): Promise<void> {
  const seller = await firstRow<{ accountId: string }>(
    trx,
    'select account_id as "accountId" from sellers where id = :sellerId',
    { sellerId: decided.sellerId },
  );
  if (seller === undefined) throw new Error(`no seller ${decided.sellerId}`);
  const params: NoticeParams = { kind: decided.kind };
  await addNotice(trx, {
    ...{ accountId: seller.accountId, kind: noticeOf[decided.outcome], subjectId: decided.reviewId, params },
    once: `review_decided:${decided.reviewId}`,
  });
}

/** To the minute, as people there read a clock. */
function inShanghai(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}
