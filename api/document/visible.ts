import type { Principal } from '../../domain/shared/roles';
import { documentById, reviewsShownTo, type DocumentRow } from '../../db/document/queries';
import type { Services } from '../services';

/** The owner's own, and what a review shows to its reviewers; to everybody else there is nothing. */
export async function visibleDocument(
  services: Pick<Services, 'db' | 'reviewSubjects'>,
  viewer: Principal,
  id: string,
): Promise<DocumentRow | undefined> {
  const row = await documentById(services.db, id);
  if (row === undefined || row.ownerAccountId === viewer.accountId) return row;
  // rule: documents-are-private
  return viewer.roles.includes('reviewer') && (await isShown(services, viewer, row)) ? row : undefined;
}

/**
 * A review shows what its submission names, to whoever may decide it: while it is open to every reviewer but those of
 * the company itself, afterwards to the one who decided.
 */
async function isShown(
  { db, reviewSubjects }: Pick<Services, 'db' | 'reviewSubjects'>,
  { accountId }: Principal,
  { id, sellerId }: DocumentRow,
): Promise<boolean> {
  if (sellerId === null) return false;
  for (const { kind, submissionId } of await reviewsShownTo(db, { sellerId, accountId, documentId: id })) {
    const subject = reviewSubjects[kind];
    if (subject === undefined) continue;
    const items = await subject.itemsOf(db, submissionId);
    // rule: documents-are-shown-by-their-review
    const names = items.some(({ value }) => value === id);
    // rule: own-documents-are-not-reviewed
    if (names && !(await subject.ownCompany(db, submissionId, accountId))) return true;
  }
  return false;
}
