import { nextDuty } from '../../domain/seller/duties';
import { sellerIdOf } from '../../domain/shared/ids';
import type { Queryable } from '../../db/connection';
import { sellerFacts } from '../../db/seller/facts';
import { begunForOthers, shownCase, type BegunForOthers } from '../../db/seller/onboarding-queries';
import type { OnboardingPolicy, OnboardingSnapshotDto } from '../../workflows/seller-onboarding/contract';

/** What the rows say is owed next, and what others are to do about it. */
export async function onboardingSnapshot(
  db: Queryable,
  onboardingId: string,
  policy: Pick<OnboardingPolicy, 'remindAfterMs'>,
): Promise<OnboardingSnapshotDto> {
  const seller = await sellerFacts(db, sellerIdOf(onboardingId));
  const shown = await shownCase(db, onboardingId);
  const begun = await begunForOthers(db, onboardingId);
  if (seller === undefined || shown === undefined || begun === undefined)
    throw new Error(`no onboarding ${onboardingId}`);
  const duty = nextDuty({ ...shown, seller, remindAfterMs: policy.remindAfterMs });
  return {
    state: seller.stage,
    dueAt: null,
    next: duty === undefined ? null : { act: duty.act, inMs: Math.max(0, duty.at.getTime() - shown.now.getTime()) },
    ...reviewsOf(begun),
    fee: begun.unpaidFeeId === null ? null : { feeId: begun.unpaidFeeId },
    scanReady: begun.scanReady,
  };
}

/** The information is handed in after the verification is met: one review at a time. */
function reviewsOf({
  verification,
  information,
}: BegunForOthers): Pick<OnboardingSnapshotDto, 'review' | 'reviewWithdrawn'> {
  const submissions = [
    { kind: 'enterprise_verification', of: verification },
    { kind: 'company_information', of: information },
  ] as const;
  const waiting = submissions.find(({ of }) => of?.inReview === true);
  if (waiting?.of != null)
    return {
      review: { reviewId: waiting.of.reviewId, kind: waiting.kind, submissionId: waiting.of.id },
      reviewWithdrawn: null,
    };
  return { review: null, reviewWithdrawn: verification?.withdrawn === true ? verification.id : null };
}
