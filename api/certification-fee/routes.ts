import { z } from 'zod';
import { payFeeSchema } from '../../domain/seller/fee-schemas';
import { feeRequirement, feeRequirementStates } from '../../domain/seller/fee-states';
import { DomainError } from '../../domain/shared/errors';
import { onboardingIdOf } from '../../domain/shared/ids';
import { requireSignedAgreement } from '../../db/seller/agreements';
import { feeFactsOf, newestFeeOf, sellerExists, type NewestFee } from '../../db/seller/fees';
import type { Delivery } from '../../temporal/gateway';
import { caseStarts } from '../../temporal/starts';
import { certificationFeeUpdates, certificationFeeWorkflowId } from '../../workflows/certification-fee/contract';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import type { CommandInput } from '../../workflows/shared/messages';
import { acceptedSchema } from '../http/answers';
import { commandRequest, route, type AnyRoute, type Sighting } from '../http/route';
import { iso, isoTime } from '../http/times';
import { paymentSchema } from '../payment/render';
import type { Services } from '../services';
import { renderPaidFee } from './render';

/** The caller's own seller, whatever its roles: before the seller centre opens there is none. */
function ownSeller({ principal, params }: Sighting): Promise<string | undefined> {
  // rule: own-fee-alone
  return Promise.resolve(principal.sellerId === params['id'] ? (principal.sellerId ?? undefined) : undefined);
}

/** Operators may look at everybody's. */
async function visibleSeller(sighting: Sighting): Promise<string | undefined> {
  const { services, principal, params } = sighting;
  const id = params['id'] ?? '';
  if (!principal.roles.includes('operator')) return ownSeller(sighting);
  return (await sellerExists(services.db, id)) ? id : undefined;
}

const stateSchema = z.enum(feeRequirementStates);

const pay = route({
  method: 'post',
  path: '/v1/sellers/:id/certification-fee/pay',
  summary: 'Pay the certification fee (立即缴纳), for the first time or for the period after; it is never refunded',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'required',
  find: ownSeller,
  body: payFeeSchema,
  answers: {
    200: z.strictObject({ state: stateSchema, payment: paymentSchema.optional() }),
    202: acceptedSchema,
  },
  handle: (call) => {
    const { services, principal, target: sellerId, body, requestId } = call;
    const { db } = services;
    let feeId = '';
    return services.commands.forCase({
      ...commandRequest(call),
      status: 200,
      check: async () => {
        const fee = payable(await newestFeeOf(db, sellerId));
        await requireSignedAgreement(db, sellerId);
        requireChannel(services, body.method);
        feeId = fee.id;
        return 'go';
      },
      allocate: () => ({ resourceId: feeId, workflowId: certificationFeeWorkflowId(feeId) }),
      deliver: (claim) => {
        const by = { commandId: claim.id, accountId: principal.accountId, requestId };
        return deliverPay(services, { feeId: claim.resourceId, sellerId }, claim.updateId, {
          ...by,
          method: body.method,
        });
      },
      secret: true,
      render: (id) => renderPaidFee(services, sellerId, id),
    });
  },
});

/** The row of a period is there a moment before its run: who pays in between begins it. */
async function deliverPay(
  { gateway, settings }: Services,
  fee: { readonly feeId: string; readonly sellerId: string },
  updateId: string,
  input: CommandInput & { readonly method: string },
): Promise<Delivery> {
  const send = () =>
    gateway.command(certificationFeeWorkflowId(fee.feeId), certificationFeeUpdates.pay, updateId, input);
  const delivery = await send();
  // rule: paying-begins-a-missing-run
  if (delivery.kind !== 'no_run') return delivery;
  const onboardingWorkflowId = sellerOnboardingWorkflowId(onboardingIdOf(fee.sellerId));
  // Whether it could be begun, sending again tells.
  await gateway.resume(caseStarts.certificationFee({ ...fee, onboardingWorkflowId }, settings)).catch(() => false);
  return send();
}

/** @throws DomainError WRONG_STATE before it opens, FEE_ALREADY_PAID, PAYMENT_IN_PROGRESS */
function payable(fee: NewestFee | undefined): NewestFee {
  // rule: fee-after-company-information
  if (fee === undefined) throw new DomainError('WRONG_STATE', { state: 'not_started', allowed: [] });
  // rule: fee-is-paid-once
  if (fee.state === 'paid' || fee.state === 'expired') throw new DomainError('FEE_ALREADY_PAID', { allowed: [] });
  // Told early: what the step finds under the lock of the row counts.
  if (fee.closing) throw new DomainError('PAYMENT_IN_PROGRESS', { allowed: [] });
  return fee;
}

function requireChannel({ channel }: Services, method: string): void {
  // rule: fee-by-configured-channels
  if (method === 'wechat_native' && channel !== undefined) return;
  throw new DomainError('CHANNEL_NOT_AVAILABLE', {
    errors: [{ path: '/method', code: 'CHANNEL_NOT_AVAILABLE', message: 'not available here' }],
  });
}

const detail = route({
  method: 'get',
  path: '/v1/sellers/:id/certification-fee',
  summary: 'How the certification fee stands, and what the next payment of it costs',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: visibleSeller,
  query: z.strictObject({}),
  answers: { 200: z.strictObject({ state: stateSchema, validUntil: isoTime.optional(), amountFen: z.int() }) },
  handle: async ({ services, target: sellerId }) => {
    const facts = await feeFactsOf(services.db, sellerId);
    const { validUntil = null, amountFen = services.settings.certificationFeeFen } = facts ?? {};
    return {
      status: 200,
      body: {
        state: feeRequirement(facts),
        ...(validUntil === null ? {} : { validUntil: iso(validUntil) }),
        amountFen,
      },
    };
  },
});

export const certificationFeeRoutes: readonly AnyRoute[] = [detail, pay];
