import type { CaseRow } from '../../db/case/queries';
import type { Queryable } from '../../db/connection';
import { reviewById } from '../../db/review/queries';
import { subjectOf } from '../../db/review/subjects';
import { isOwnSeller } from '../../db/seller/own-company';
import type { Services } from '../services';

/**
 * True when the case is one of the account's own company: of its seller, or, in review, of what was submitted. A seller
 * whose enterprise is yet to be verified is known by what it submitted alone.
 */
export async function isConcerned(
  db: Queryable,
  { reviewSubjects }: Pick<Services, 'reviewSubjects'>,
  { kind, subjectId, sellerId }: Pick<CaseRow, 'kind' | 'subjectId' | 'sellerId'>,
  accountId: string,
): Promise<boolean> {
  if (sellerId !== null && (await isOwnSeller(db, sellerId, accountId))) return true;
  const review = kind === 'review' ? await reviewById(db, subjectId) : undefined;
  if (review === undefined) return false;
  // rule: nobody-steers-what-their-own-submitted
  return subjectOf(reviewSubjects, review.kind).ownCompany(db, review.submissionId, accountId);
}
