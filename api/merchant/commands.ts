import type { z } from 'zod';
import { remittedAmountSchema, resubmitMerchantFormSchema } from '../../domain/merchant/schemas';
import { merchantChannels, merchantMachine, type MerchantCommand } from '../../domain/merchant/states';
import { allows, wrongState } from '../../domain/shared/state-machine';
import { findMerchantRecord, type MerchantRecord } from '../../db/merchant/record';
import { requireSignedAgreement } from '../../db/seller/agreements';
import { saveAmount } from '../../db/merchant/submissions';
import { merchantIdUpdates, merchantIdWorkflowId } from '../../workflows/merchant-id/contract';
import { acceptedSchema } from '../http/answers';
import type { Answer } from '../http/answers';
import { commandRequest, route, type AnyRoute, type Call, type Sighting } from '../http/route';
import { requireConfigured, requireFeePaid, requireForm, saveForm } from './form';
import { merchantIdsSchema, renderMerchantIds } from './render';

/** The caller's own seller, whatever its roles. */
export function ownSeller({ principal, params }: Sighting): Promise<string | undefined> {
  // rule: own-merchant-ids-alone
  return Promise.resolve(principal.sellerId === params['id'] ? (principal.sellerId ?? undefined) : undefined);
}

async function ownMerchantId(sighting: Sighting): Promise<MerchantRecord | undefined> {
  const sellerId = await ownSeller(sighting);
  const channel = merchantChannels.find((one) => one === sighting.params['channel']);
  if (sellerId === undefined || channel === undefined) return undefined;
  return findMerchantRecord(sighting.services.db, { sellerId, channel });
}

type MerchantCall<B> = Call<B, undefined, MerchantRecord>;

/** A person's command: judged by the row first; what it brings is a sealed row before the engine hears of it. */
function command<B>(
  call: MerchantCall<B>,
  name: MerchantCommand,
  steps: { readonly facts: () => Promise<void>; readonly save: (id: string) => Promise<void> },
): Promise<Answer> {
  const { services, principal, target, requestId } = call;
  const { sellerId, channel } = target;
  const workflowId = merchantIdWorkflowId({ sellerId, channel });
  return services.commands.forCase({
    ...commandRequest(call),
    status: 200,
    allocate: () => ({ resourceId: target.id, workflowId }),
    check: async () => {
      const current = (await findMerchantRecord(services.db, { sellerId, channel })) ?? target;
      if (!allows(merchantMachine, current.state, name)) throw wrongState(merchantMachine, current.state);
      await steps.facts();
      return 'go';
    },
    deliver: async (claim) => {
      const broughtId = claim.updateId;
      await steps.save(broughtId);
      const by = { commandId: claim.id, accountId: principal.accountId, requestId };
      return services.gateway.command(workflowId, merchantIdUpdates[name], claim.updateId, { ...by, ...{ broughtId } });
    },
    // Where to sign is told, and not kept.
    secret: true,
    render: () => renderMerchantIds(services, sellerId),
  });
}

const verifyAccount = route({
  method: 'post',
  path: '/v1/sellers/:id/merchant-ids/:channel/verify-account',
  summary: 'Say what was remitted from the corporate account (账户验证); twice wrong, and the form comes back',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownMerchantId,
  body: remittedAmountSchema,
  answers: { 200: merchantIdsSchema, 202: acceptedSchema },
  handle: (call: MerchantCall<z.output<typeof remittedAmountSchema>>) => {
    const { services, principal, target, body } = call;
    return command(call, 'verify-account', {
      facts: () => Promise.resolve(),
      save: (id) =>
        saveAmount(services.db, services.vault, {
          ...{ id, applicationId: target.id, accountId: principal.accountId },
          amountFen: body.amountFen,
        }),
    });
  },
});

const resubmit = route({
  method: 'post',
  path: '/v1/sellers/:id/merchant-ids/:channel/resubmit',
  summary: 'Submit a rejected form again, corrected; it goes under the number it had',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownMerchantId,
  body: resubmitMerchantFormSchema,
  answers: { 200: merchantIdsSchema, 202: acceptedSchema },
  handle: (call: MerchantCall<z.output<typeof resubmitMerchantFormSchema>>) => {
    const { services, principal, target, body } = call;
    const { sellerId, channel } = target;
    return command(call, 'resubmit', {
      facts: async () => {
        await requireSignedAgreement(services.db, sellerId);
        await requireFeePaid(services, sellerId);
        requireConfigured(services, [channel], '');
        await requireForm(services, principal.accountId, body.form);
      },
      save: (id) =>
        saveForm(services, { id, sellerId, accountId: principal.accountId, channels: [channel] }, body.form),
    });
  },
});

export const merchantCommandRoutes: readonly AnyRoute[] = [verifyAccount, resubmit];
