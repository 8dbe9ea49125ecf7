import { requireSound, withAccepted } from '../../domain/review/judging';
import type { DecideReview } from '../../domain/review/schemas';
import { reviewMachine, type ReviewCommand } from '../../domain/review/states';
import { DomainError } from '../../domain/shared/errors';
import { allows, wrongState } from '../../domain/shared/state-machine';
import { accountById } from '../../db/account/queries';
import { writeDecision } from '../../db/review/decisions';
import { itemsOfReview, type JudgedItem } from '../../db/review/items';
import { reviewById, type ReviewRow } from '../../db/review/queries';
import { subjectOf } from '../../db/review/subjects';
import { reviewUpdates, reviewWorkflowId } from '../../workflows/review/contract';
import type { Answer } from '../http/answers';
import { commandRequest, type Call } from '../http/route';
import { actionsFor, isOwnSubmission, judging } from './actions';
import { renderReviewById } from './render';

type ReviewCall<Body> = Call<Body, undefined, ReviewRow>;

/** What a command upon a review brings beyond its name. */
interface Details {
  /** Nothing is left to do. */
  readonly reached?: (row: ReviewRow) => boolean;
  /** What the rows may refuse (422) once the state allows it. */
  readonly facts?: (row: ReviewRow) => Promise<void>;
  /** Rides to the run beside the ids of the command; `updateId` is the attempt's. */
  readonly input?: (updateId: string) => Promise<Readonly<Record<string, unknown>>>;
}

export function claim(call: ReviewCall<undefined>): Promise<Answer> {
  const { accountId } = call.principal;
  return upon(call, 'claim', { reached: (row) => row.state === 'claimed' && row.assignee === accountId });
}

export function release(call: ReviewCall<undefined>): Promise<Answer> {
  return upon(call, 'release', { reached: (row) => row.state === 'waiting' });
}

/** To another reviewer; by whoever has it, by any reviewer while nobody has, and by operators. */
export function reassign(call: ReviewCall<{ readonly accountId: string }>): Promise<Answer> {
  const { services, principal, body } = call;
  const toAccountId = body.accountId;
  const from = principal.roles.includes('operator') ? null : principal.accountId;
  return upon(call, 'reassign', {
    reached: (row) => row.state === 'claimed' && row.assignee === toAccountId,
    facts: async (row) => {
      const account = await accountById(services.db, toAccountId);
      // rule: reassigned-to-reviewers
      if (account?.roles.includes('reviewer') !== true) throw notFound('/accountId', 'no such reviewer');
      await refuseOwn(call, row, toAccountId);
    },
    input: () => Promise.resolve({ toAccountId, from }),
  });
}

export function decide(call: ReviewCall<DecideReview>): Promise<Answer> {
  const { services, principal, body, target } = call;
  const { db, reviewSubjects } = services;
  const { accountId } = principal;
  // Neither the submission nor what was accepted before changes while it is in review. An approval without a verdict is
  // about no item, and no later round asks what was well in it.
  const isPlain = body.outcome === 'approve' && body.verdicts.length === 0;
  let known: Promise<readonly JudgedItem[]> | undefined;
  const items = () => (known ??= isPlain ? Promise.resolve([]) : itemsOfReview(db, reviewSubjects, target));
  return upon(call, 'decide', {
    facts: async () => requireSound(body, await items()),
    input: async (updateId) => {
      const decision = withAccepted(body, await items());
      await writeDecision(db, { decisionId: updateId, reviewId: target.id, accountId, decision });
      return { decisionId: updateId };
    },
  });
}

/** A person's command upon a review: judged by its row first, then carried out by its run. */
function upon<Body>(call: ReviewCall<Body>, name: ReviewCommand, details: Details): Promise<Answer> {
  const { services, principal, target, requestId } = call;
  const workflowId = reviewWorkflowId(target.submissionId);
  // It was read a moment ago; whoever asks again wants to know how it stands then.
  let read: ReviewRow | undefined = target;
  const rowNow = async (): Promise<ReviewRow> => {
    const row = read ?? (await reviewById(services.db, target.id)) ?? target;
    read = undefined;
    return row;
  };
  return services.commands.forCase({
    ...commandRequest(call),
    status: 200,
    allocate: () => ({ resourceId: target.id, workflowId }),
    check: async () => {
      const row = await rowNow();
      if (judging.includes(name)) await refuseOwn(call, row, principal.accountId);
      if (details.reached?.(row) === true) return 'reached';
      judge(call, row, name, await isOwnSubmission(services, row, principal));
      await details.facts?.(row);
      return 'go';
    },
    deliver: async ({ id, updateId }) => {
      const input = (await details.input?.(updateId)) ?? {};
      const by = { commandId: id, accountId: principal.accountId, requestId };
      return services.gateway.command(workflowId, reviewUpdates[name], updateId, { ...by, ...input });
    },
    render: (id) => renderReviewById(services, id, call),
  });
}

/** State and gates (409). */
function judge({ principal }: ReviewCall<unknown>, row: ReviewRow, name: ReviewCommand, isOwn: boolean): void {
  const allowed = actionsFor(row, principal, isOwn);
  // rule: second-decision-is-refused
  if (name === 'decide' && row.state === 'decided')
    throw new DomainError('ALREADY_DECIDED', {
      by: row.decider ?? row.decidedBy,
      at: row.decidedAt?.toISOString(),
      allowed,
    });
  // rule: anothers-claim-is-theirs
  if (row.state === 'claimed' && !allowed.includes(name))
    throw new DomainError('CLAIMED_BY_OTHER', { by: row.assignee, allowed });
  if (!allows(reviewMachine, row.state, name)) throw wrongState(reviewMachine, row.state, { allowed });
}

async function refuseOwn(call: ReviewCall<unknown>, row: ReviewRow, accountId: string): Promise<void> {
  const { db, reviewSubjects } = call.services;
  // rule: nobody-judges-their-own
  if (await subjectOf(reviewSubjects, row.kind).ownCompany(db, row.submissionId, accountId))
    throw new DomainError('OWN_SUBMISSION');
}

function notFound(path: string, message: string): DomainError {
  return new DomainError('REFERENCE_NOT_FOUND', { errors: [{ path, code: 'REFERENCE_NOT_FOUND', message }] });
}
