import { z } from 'zod';
import { applyForMerchantIdsSchema } from '../../domain/merchant/schemas';
import { merchantMachine, type MerchantChannel } from '../../domain/merchant/states';
import { onboardingIdOf } from '../../domain/shared/ids';
import { wrongState } from '../../domain/shared/state-machine';
import { merchantRecordsOf } from '../../db/merchant/record';
import { requireSignedAgreement } from '../../db/seller/agreements';
import { sellerExists } from '../../db/seller/fees';
import { caseStarts } from '../../temporal/starts';
import { runsInOneClaim, runsOfClaim, together } from '../../temporal/runs-of-claim';
import { merchantIdWorkflowId } from '../../workflows/merchant-id/contract';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import { acceptedSchema } from '../http/answers';
import { commandRequest, route, type AnyRoute, type Sighting } from '../http/route';
import { merchantCommandRoutes, ownSeller } from './commands';
import { requireConfigured, requireFeePaid, requireForm, saveForm } from './form';
import { merchantIdsSchema, renderMerchantIds } from './render';

/** Operators may look at everybody's. */
async function visibleSeller(sighting: Sighting): Promise<string | undefined> {
  const { services, principal, params } = sighting;
  const id = params['id'] ?? '';
  if (!principal.roles.includes('operator')) return ownSeller(sighting);
  return (await sellerExists(services.db, id)) ? id : undefined;
}

const apply = route({
  method: 'post',
  path: '/v1/sellers/:id/merchant-ids',
  summary: 'Apply for merchant IDs (开通商户号): one form for one channel or both, which go side by side',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  body: applyForMerchantIdsSchema,
  answers: { 200: merchantIdsSchema, 202: acceptedSchema },
  handle: (call) => {
    const { services, principal, target: sellerId, body, requestId } = call;
    let missing: readonly MerchantChannel[] = body.channels;
    return services.commands.forCase({
      ...commandRequest(call),
      status: 200,
      allocate: () => ({
        resourceId: sellerId,
        workflowId: runsInOneClaim(missing.map((channel) => merchantIdWorkflowId({ sellerId, channel }))),
      }),
      check: async () => {
        missing = await notBegun(services, sellerId, body.channels);
        if (missing.length === 0) return 'reached';
        await requireSignedAgreement(services.db, sellerId);
        await requireFeePaid(services, sellerId);
        requireConfigured(services, missing, '/channels');
        await requireForm(services, principal.accountId, body.form);
        return 'go';
      },
      deliver: async (claim) => {
        const runs = runsOfClaim(claim);
        const channels = runs.map(({ workflowId }) => workflowId.slice(workflowId.lastIndexOf(':') + 1));
        const submission = { id: claim.updateId, sellerId, accountId: principal.accountId };
        await saveForm(services, { ...submission, channels: channels as MerchantChannel[] }, body.form);
        const by = { accountId: principal.accountId, commandId: claim.id, requestId };
        const onboardingWorkflowId = sellerOnboardingWorkflowId(onboardingIdOf(sellerId));
        // rule: both-runs-are-asked
        const asked = runs.map(({ updateId }, at) => {
          const channel = channels[at] as MerchantChannel;
          const input = { sellerId, channel, submissionId: submission.id, onboardingWorkflowId, ...by };
          return services.gateway.create(caseStarts.merchantId(input, services.settings), updateId);
        });
        return together(await Promise.all(asked));
      },
      secret: true,
      render: () => renderMerchantIds(services, sellerId),
    });
  },
});

/** Of these the ones without an application; a rejected one is not begun again but corrected. */
async function notBegun(
  services: Parameters<typeof renderMerchantIds>[0],
  sellerId: string,
  channels: readonly MerchantChannel[],
): Promise<MerchantChannel[]> {
  const begun = await merchantRecordsOf(services.db, sellerId);
  const rejected = begun.find(({ channel, state }) => channels.includes(channel) && state === 'rejected');
  // rule: rejected-merchant-ids-are-resubmitted
  if (rejected !== undefined) throw wrongState(merchantMachine, rejected.state);
  return channels.filter((channel) => begun.every((one) => one.channel !== channel));
}

const list = route({
  method: 'get',
  path: '/v1/sellers/:id/merchant-ids',
  summary: "A seller's merchant IDs, as the channels say they stand",
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: visibleSeller,
  query: z.strictObject({}),
  answers: { 200: merchantIdsSchema },
  handle: async ({ services, target: sellerId }) => ({
    status: 200,
    body: await renderMerchantIds(services, sellerId),
  }),
});

export const merchantRoutes: readonly AnyRoute[] = [apply, list, ...merchantCommandRoutes];
