import { evidenceWords, isEvidence } from '../../domain/document/kinds';
import { DomainError } from '../../domain/shared/errors';
import { documentsOfAccount } from '../../db/document/queries';
import type { Command } from '../../db/command/repository';
import { sellerById, type SellerRow } from '../../db/seller/onboarding-queries';
import { onboardingUpdates, sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import type { Answer } from '../http/answers';
import { commandRequest, type Call, type Sighting } from '../http/route';
import type { Services } from '../services';

/** The caller's own seller, whatever its roles: before the seller centre opens it has none. */
export function ownSeller({ services, principal, params }: Sighting): Promise<SellerRow | undefined> {
  return sellerById(services.db, params['id'] ?? '', principal.accountId);
}

/** Operators may look at everybody's. */
export function visibleSeller({ services, principal, params }: Sighting): Promise<SellerRow | undefined> {
  const isOperator = principal.roles.includes('operator');
  return sellerById(services.db, params['id'] ?? '', isOperator ? null : principal.accountId);
}

export interface SellerCommand {
  readonly update: keyof typeof onboardingUpdates;
  /** State and gates (409), then facts (422), from the seller as it is now. */
  readonly check: (seller: SellerRow) => Promise<'go' | 'reached'>;
  /** Writes down what the command brings, once per claim, and names it. */
  readonly bring?: (claim: Command) => Promise<string>;
  readonly render: (seller: SellerRow) => Promise<unknown>;
}

/** A seller's command upon its onboarding: judged by the rows first, then carried out by its run. */
export function commandOnboarding(
  call: Call<unknown, undefined, SellerRow>,
  { update, check, bring, render }: SellerCommand,
): Promise<Answer> {
  const { services, principal, target, requestId } = call;
  const workflowId = sellerOnboardingWorkflowId(target.onboardingId);
  const fresh = async (): Promise<SellerRow> =>
    (await sellerById(services.db, target.sellerId, principal.accountId)) ?? target;
  return services.commands.forCase({
    ...commandRequest(call),
    status: 200,
    allocate: () => ({ resourceId: target.sellerId, workflowId }),
    check: async () => check(await fresh()),
    deliver: async (claim) => {
      const submissionId = await bring?.(claim);
      return services.gateway.command(workflowId, onboardingUpdates[update], claim.updateId, {
        ...{ commandId: claim.id, accountId: principal.accountId, requestId },
        ...(submissionId === undefined ? {} : { submissionId }),
      });
    },
    // What stands in the rows is masked; the address of a scan is a secret of the moment.
    secret: true,
    render: async () => render(await fresh()),
  });
}

/** @throws DomainError REFERENCE_NOT_FOUND at its path: no document of the caller's */
export async function requireDocument(
  { db }: Pick<Services, 'db'>,
  accountId: string,
  { id, path }: { readonly id: string; readonly path: string },
): Promise<void> {
  const [document] = await documentsOfAccount(db, accountId, [id]);
  // rule: own-documents-are-handed-in, evidence-can-be-looked-at
  if (document !== undefined && isEvidence(document.contentType)) return;
  throw new DomainError('REFERENCE_NOT_FOUND', {
    errors: [{ path, code: 'REFERENCE_NOT_FOUND', message: evidenceWords }],
  });
}
