import type { Command } from '../../db/command/repository';
import { newId } from '../../db/new-id';
import { onboardingIdOf, reviewIdOf } from '../../domain/shared/ids';
import { caseStarts } from '../../temporal/starts';
import type { Delivery } from '../../temporal/gateway';
import { reviewWorkflowId } from '../../workflows/review/contract';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import type { Answer } from '../http/answers';
import { commandRequest, type Call } from '../http/route';

/** A draft that its seller hands to the reviewers. */
export interface Submitting {
  readonly kind: 'shop' | 'product';
  readonly sellerId: string;
  /** What the command is about, and what `GET /operations` shows. */
  readonly resourceId: string;
  /** State and gates (409), then facts (422), from rows; `reached` when it is in review already. */
  readonly check: () => Promise<'go' | 'reached'>;
  /**
   * Writes the draft down as it stands, under this id. A retry brings the same id, and then the first one stays
   * (`on conflict do nothing`): what is judged is what was submitted.
   */
  readonly freeze: (submissionId: string) => Promise<void>;
  /** What a refusal tells where the draft was changed meanwhile. */
  readonly standing: () => Promise<{ readonly state: string; readonly allowed: readonly string[] }>;
  readonly render: () => Promise<unknown>;
}

/**
 * 提交审核: freezes a submission and starts its review, whose first step takes the draft into review
 * (`ReviewSubject.onOpened`). Where the rows refuse by then, onOpened throws, and the seller reads the refusal.
 */
export function submitForReview<T>(call: Call<unknown, unknown, T>, submitting: Submitting): Promise<Answer> {
  return call.services.commands.forCase({
    ...commandRequest(call),
    status: 200,
    allocate: () => ({
      resourceId: submitting.resourceId,
      workflowId: reviewWorkflowId(newId('submission')),
    }),
    check: submitting.check,
    deliver: (claim) => deliver(call, submitting, claim),
    render: () => submitting.render(),
  });
}

async function deliver<T>(
  { services, requestId }: Call<unknown, unknown, T>,
  { kind, sellerId, freeze, standing }: Submitting,
  claim: Command,
): Promise<Delivery> {
  const { gateway, settings } = services;
  const submissionId = submissionIn(claim);
  await freeze(submissionId);
  const start = caseStarts.review(
    {
      ...{ reviewId: reviewIdOf(submissionId), kind, submissionId, sellerId },
      caseWorkflowId: sellerOnboardingWorkflowId(onboardingIdOf(sellerId)),
      ...{ commandId: claim.id, requestId },
    },
    settings,
  );
  const delivery = await gateway.create(start, claim.updateId);
  if (delivery.kind !== 'no_run') return delivery;
  // The run ended without opening its review: the draft was changed since it was frozen. Nothing was handed in, and the
  // seller is told so: a retry that came by itself would hand in what it never saw.
  // rule: raced-submission-is-refused
  return { kind: 'refused', code: 'WRONG_STATE', facts: { ...(await standing()) } };
}

/** The claim remembers it as its run, so that a retry finds the same. */
function submissionIn({ id, workflowId }: Command): string {
  const prefix = reviewWorkflowId('');
  if (workflowId?.startsWith(prefix) !== true) throw new Error(`command ${id} submits nothing`);
  return workflowId.slice(prefix.length);
}
