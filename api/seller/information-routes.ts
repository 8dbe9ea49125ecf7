import { z } from 'zod';
import { feeRequirement, feeRequirementStates } from '../../domain/seller/fee-states';
import { companyInformationSchema } from '../../domain/seller/schemas';
import { DomainError } from '../../domain/shared/errors';
import { requireSignedAgreement } from '../../db/seller/agreements';
import { feeFactsOf } from '../../db/seller/fees';
import { requireSubject } from '../../db/seller/information-repository';
import type { SellerRow } from '../../db/seller/onboarding-queries';
import { informationById, submitInformation } from '../../db/seller/submissions';
import { acceptedSchema } from '../http/answers';
import { route, type AnyRoute } from '../http/route';
import { iso, isoTime } from '../http/times';
import type { Services } from '../services';
import { informationAnswer, renderInformation } from './render';
import { commandOnboarding, ownSeller, requireDocument } from './seller-command';

const submit = route({
  method: 'post',
  path: '/v1/sellers/:id/company-information',
  summary: 'Hand in the company information (填写信息): it must be the verified subject’s',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  body: companyInformationSchema,
  answers: { 200: informationAnswer, 202: acceptedSchema },
  handle: (call) => {
    const { services, principal, body, target } = call;
    return commandOnboarding(call, {
      update: 'submit_information',
      check: async (seller) => {
        const { subject } = seller;
        await requireInformationStage(services, seller);
        if (subject === null) throw new DomainError('WRONG_STATE', { state: 'not_started', allowed: ['verification'] });
        await requireSignedAgreement(services.db, seller.sellerId);
        requireSubject(subject, { code: body.unifiedSocialCreditCode, accountName: body.bank.accountName });
        if (body.bankProofDocumentId !== undefined)
          await requireDocument(services, principal.accountId, {
            ...{ id: body.bankProofDocumentId, path: '/bankProofDocumentId' },
          });
        return 'go';
      },
      bring: (claim) =>
        submitInformation(services.db, services.vault, {
          ...{ sellerId: target.sellerId, claimedAs: claim.updateId, form: body },
        }),
      render: ({ informationId }) => renderInformation(services, informationId ?? ''),
    });
  },
});

/** @throws DomainError WRONG_STATE */
async function requireInformationStage({ db }: Services, { stage, informationId }: SellerRow): Promise<void> {
  if (stage === 'enterprise_verification')
    throw new DomainError('WRONG_STATE', { state: 'not_started', allowed: ['verification'] });
  if (stage !== 'company_information') throw new DomainError('WRONG_STATE', { state: 'met', allowed: [] });
  const last = informationId === null ? undefined : await informationById(db, informationId);
  if (last?.state === 'in_review') throw new DomainError('WRONG_STATE', { state: 'in_review', allowed: [] });
}

const defer = route({
  method: 'post',
  path: '/v1/sellers/:id/certification-fee/defer',
  summary: 'Put the certification fee off (暂不缴纳): the seller centre opens, without creating products',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  answers: {
    200: z.strictObject({ state: z.enum(feeRequirementStates), validUntil: isoTime.optional(), amountFen: z.int() }),
    202: acceptedSchema,
  },
  handle: (call) => {
    const { db } = call.services;
    return commandOnboarding(call, {
      update: 'defer_fee',
      check: async ({ stage, sellerId }) => {
        const fee = await feeFactsOf(db, sellerId);
        if (fee === null) throw new DomainError('WRONG_STATE', { state: 'not_started', allowed: [] });
        if (fee.state === 'paid' || fee.state === 'expired') throw new DomainError('FEE_ALREADY_PAID');
        if (stage !== 'certification_fee' && fee.deferredAt !== null) return 'reached';
        await requireSignedAgreement(db, sellerId);
        return 'go';
      },
      render: async ({ sellerId }) => {
        const fee = await feeFactsOf(db, sellerId);
        if (fee === null) throw new Error(`${sellerId} has no fee`);
        return {
          // A payment that was begun before may still pay it; it is put off all the same.
          state: fee.deferredAt === null ? feeRequirement(fee) : 'deferred',
          amountFen: fee.amountFen,
          ...(fee.validUntil === null ? {} : { validUntil: iso(fee.validUntil) }),
        };
      },
    });
  },
});

export const informationRoutes: readonly AnyRoute[] = [submit, defer];
