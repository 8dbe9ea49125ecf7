import { z } from 'zod';
import { transferAmountSchema, verificationSchema } from '../../domain/seller/schemas';
import { DomainError } from '../../domain/shared/errors';
import type { Queryable } from '../../db/connection';
import { requireSignedAgreement } from '../../db/seller/agreements';
import type { SellerRow } from '../../db/seller/onboarding-queries';
import { enterAmount, submitVerification, verificationById, type VerificationRow } from '../../db/seller/submissions';
import { requireAct, requireRoom } from '../../db/seller/verification-repository';
import { acceptedSchema } from '../http/answers';
import { route, type AnyRoute, type Call } from '../http/route';
import { renderVerification, verificationAnswer } from './render';
import { commandOnboarding, ownSeller, requireDocument, visibleSeller } from './seller-command';

const answers = { 200: verificationAnswer, 202: acceptedSchema } as const;

/** The verification that counts; undefined before the first. */
async function currentOf(db: Queryable, seller: SellerRow): Promise<VerificationRow | undefined> {
  return seller.verificationId === null ? undefined : verificationById(db, seller.verificationId);
}

type SellerCall = Call<unknown, undefined, SellerRow>;

function shown({ services, language }: SellerCall) {
  return (seller: SellerRow): Promise<unknown> =>
    renderVerification(services, seller.verificationId ?? '', { own: true, language });
}

const submit = route({
  method: 'post',
  path: '/v1/sellers/:id/verification',
  summary: 'Verify the enterprise (企业实名认证) by a transfer or by its legal representative’s scan',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  body: verificationSchema,
  answers,
  handle: (call) => {
    const { services, principal, body, target } = call;
    return commandOnboarding(call, {
      update: 'submit_verification',
      check: async (seller) => {
        requireVerificationStage(seller);
        requireAct(await currentOf(services.db, seller), 'submit');
        await requireSignedAgreement(services.db, seller.sellerId);
        await requireDocument(services, principal.accountId, {
          id: body.licenceDocumentId,
          path: '/licenceDocumentId',
        });
        const { accountsPerCompany } = services.settings.policies.sellerOnboarding;
        await requireRoom(services.db, body.unifiedSocialCreditCode, accountsPerCompany);
        return 'go';
      },
      bring: (claim) =>
        submitVerification(services.db, services.vault, {
          sellerId: target.sellerId,
          claimedAs: claim.updateId,
          form: body,
        }),
      render: shown(call),
    });
  },
});

/** @throws DomainError WRONG_STATE: this account holds a verified subject already */
function requireVerificationStage({ stage }: SellerRow): void {
  if (stage !== 'enterprise_verification') throw new DomainError('WRONG_STATE', { state: 'met', allowed: [] });
}

const amount = route({
  method: 'post',
  path: '/v1/sellers/:id/verification/transfer-amount',
  summary: 'Tell the sum that was transferred; a wrong one costs one of the tries',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  body: transferAmountSchema,
  answers,
  handle: (call) => {
    const { services, body } = call;
    let verificationId = '';
    let before: string | null = null;
    return commandOnboarding(call, {
      update: 'enter_amount',
      check: async (seller) => {
        const current = await currentOf(services.db, seller);
        if (current?.state === 'met') return 'reached';
        requireAct(current, 'transfer-amount');
        // rule: amount-after-the-transfer
        if (current === undefined || current.transferArrivedAt === null)
          throw new DomainError('WRONG_STATE', { state: 'in_progress', allowed: ['withdraw'] });
        verificationId = current.id;
        return 'go';
      },
      bring: async (claim) => {
        // A claim that is taken up again by another call was not checked by this one.
        if (verificationId === '') verificationId = call.target.verificationId ?? '';
        before = await enterAmount(services.db, services.vault, {
          ...{ id: claim.updateId, before, verificationId, amountFen: body.amountFen },
        });
        return before;
      },
      render: shown(call),
    });
  },
});

const withdraw = route({
  method: 'post',
  path: '/v1/sellers/:id/verification/withdraw',
  summary: 'Take the verification back before it is decided',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ownSeller,
  answers,
  handle: (call) =>
    commandOnboarding(call, {
      update: 'withdraw_verification',
      check: async (seller) => {
        const current = await currentOf(call.services.db, seller);
        if (current?.state === 'withdrawn') return 'reached';
        requireAct(current, 'withdraw');
        return 'go';
      },
      render: shown(call),
    }),
});

const detail = route({
  method: 'get',
  path: '/v1/sellers/:id/verification',
  summary: 'The verification that counts, with what is personal masked',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  find: visibleSeller,
  query: z.strictObject({}),
  answers: { 200: verificationAnswer },
  handle: async ({ services, principal, target, language }) => {
    if (target.verificationId === null) throw new DomainError('NOT_FOUND');
    const own = target.accountId === principal.accountId;
    return { status: 200, body: await renderVerification(services, target.verificationId, { own, language }) };
  },
});

export const verificationRoutes: readonly AnyRoute[] = [submit, detail, amount, withdraw];
