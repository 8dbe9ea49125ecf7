import { defineUpdate } from '@temporalio/workflow';
import { systemActor } from '../../domain/case/states';
import { reviewMachine, type ReviewState } from '../../domain/review/states';
import { Case } from '../shared/case';
import type { CommandInput } from '../shared/messages';
import { ownTransactions } from '../shared/own-transactions';
import { tellRun } from '../shared/tell-run';
import {
  reviewDecidedSignal,
  reviewUpdates,
  type DecideInput,
  type ReassignInput,
  type ReviewActInput,
  type ReviewActivities,
  type ReviewInput,
} from './contract';

const claim = defineUpdate<void, [CommandInput]>(reviewUpdates.claim);
const release = defineUpdate<void, [CommandInput]>(reviewUpdates.release);
const reassign = defineUpdate<void, [ReassignInput]>(reviewUpdates.reassign);
const decide = defineUpdate<void, [DecideInput]>(reviewUpdates.decide);

/** A person's judgement of one submission, from the queue to the decision; it tells the case that waits for it. */
export async function review(input: ReviewInput): Promise<ReviewState | null> {
  const { reviewId, submissionId, policy } = input;
  const acts = ownTransactions<ReviewActivities>(policy.times);
  const by = ({ accountId, commandId, requestId }: CommandInput): ReviewActInput => ({
    reviewId,
    commandId,
    actor: accountId,
    requestId,
  });
  const byClock: ReviewActInput = { reviewId, commandId: null, actor: systemActor, requestId: null };

  const judgement = new Case(
    reviewMachine,
    () => acts.openReview(input),
    () => acts.loadReview({ reviewId }),
  );
  judgement.on(claim, 'claim', (who) => acts.claimReview(by(who)));
  judgement.on(release, 'release', (who) => acts.releaseReview(by(who)));
  judgement.on(reassign, 'reassign', (who) =>
    acts.reassignReview({ ...by(who), toAccountId: who.toAccountId, from: who.from }),
  );
  judgement.on(decide, 'decide', (who) => acts.decideReview({ ...by(who), decisionId: who.decisionId }));

  await judgement.opened();

  await judgement.during(['waiting', 'claimed'], { whenDue: () => acts.remindOrEscalate(byClock) });
  const state = await judgement.finished();
  if (state === 'decided') await tellRun(input.caseWorkflowId, reviewDecidedSignal, submissionId);
  return state;
}
