import { allowedCommands } from '../../domain/shared/state-machine';
import { reviewMachine, type ReviewCommand, type ReviewState } from '../../domain/review/states';
import type { Principal } from '../../domain/shared/roles';

interface Queued {
  readonly state: ReviewState;
  readonly assignee: string | null;
}

/** What the caller may do now: a claimed review is its assignee's, and operators may only give it to somebody. */
export function actionsFor({ state, assignee }: Queued, { roles, accountId }: Principal): ReviewCommand[] {
  const allowed = allowedCommands(reviewMachine, state);
  const isOthers = assignee !== null && assignee !== accountId;
  const mayDecide = roles.includes('reviewer') && !isOthers;
  return allowed.filter((command) => mayDecide || (command === 'reassign' && roles.includes('operator')));
}
