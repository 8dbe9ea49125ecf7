import { allowedCommands } from '../../domain/shared/state-machine';
import { reviewMachine, type ReviewCommand, type ReviewState } from '../../domain/review/states';
import type { Principal } from '../../domain/shared/roles';
import type { Queryable } from '../../db/connection';
import type { ReviewRow } from '../../db/review/queries';
import { subjectOf, type ReviewSubjects } from '../../db/review/subjects';

interface Queued {
  readonly state: ReviewState;
  readonly assignee: string | null;
}

/** What nobody may do with what their own company submitted. */
export const judging: readonly ReviewCommand[] = ['claim', 'decide', 'reassign'];

/**
 * What the caller may do now: a claimed review is its assignee's, and operators may only give it to somebody.
 * `isOwn`: the caller's company submitted it.
 */
export function actionsFor(
  { state, assignee }: Queued,
  { roles, accountId }: Principal,
  isOwn: boolean,
): ReviewCommand[] {
  const allowed = allowedCommands(reviewMachine, state);
  const isOthers = assignee !== null && assignee !== accountId;
  const isTheirs = roles.includes('reviewer') && !isOthers;
  return allowed.filter((command) =>
    // rule: own-submissions-are-not-offered
    isOwn && judging.includes(command) ? false : isTheirs || (command === 'reassign' && roles.includes('operator')),
  );
}

/** Whether the caller's company submitted it; whoever never began to become a seller has none. */
export async function isOwnSubmission(
  { db, reviewSubjects }: { readonly db: Queryable; readonly reviewSubjects: ReviewSubjects },
  { kind, submissionId }: Pick<ReviewRow, 'kind' | 'submissionId'>,
  { accountId, sellerId }: Principal,
): Promise<boolean> {
  return sellerId !== null && (await subjectOf(reviewSubjects, kind).ownCompany(db, submissionId, accountId));
}
