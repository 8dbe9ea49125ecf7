import type { CaseRow } from '../../db/case/queries';
import type { Trx } from '../../db/connection';
import { lockOpen } from '../../db/review/interventions';
import { lockFee } from '../../db/seller/fee-payment';
import type { Services } from '../services';

/**
 * Locks what a two-person command is about before its case is touched: reviewers, payers and clocks lock a subject first
 * and its case last, and whoever went the other way round would wait for them while they wait for it.
 *
 * @throws DomainError WRONG_STATE: the review is over
 */
export async function lockSubject(
  trx: Trx,
  { reviewSubjects }: Pick<Services, 'reviewSubjects'>,
  { kind, subjectId }: Pick<CaseRow, 'kind' | 'subjectId'>,
): Promise<void> {
  // rule: subjects-are-locked-before-their-case
  if (kind === 'review') await lockOpen(trx, reviewSubjects, subjectId);
  if (kind === 'certification_fee') await lockFee(trx, subjectId);
}
