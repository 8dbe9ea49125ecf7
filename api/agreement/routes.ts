import { z } from 'zod';
import { agreementSchema } from '../../domain/seller/agreement-schemas';
import { recordAudit } from '../../db/case/repository';
import { currentAgreement, requireAgreement, signAgreement, signatureOf } from '../../db/seller/agreements';
import { commandRequest, route, type AnyRoute } from '../http/route';
import { iso, isoTime } from '../http/times';

const current = route({
  method: 'get',
  path: '/v1/agreements/seller',
  summary: 'The agreement sellers accept, in the version of now',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'none',
  query: z.strictObject({}),
  answers: {
    200: z.strictObject({ version: z.string(), title: z.string(), text: z.string(), sha256: z.string() }),
  },
  handle: async ({ services }) => ({ status: 200, body: await currentAgreement(services.db) }),
});

const sign = route({
  method: 'post',
  path: '/v1/sellers/:id/agreements',
  summary: 'Sign a newer version of the agreement',
  tag: 'sellers',
  access: 'signed_in',
  idempotency: 'honoured',
  body: agreementSchema,
  find: ({ principal, params }) =>
    Promise.resolve(
      principal.sellerId !== null && principal.sellerId === params['id'] ? principal.sellerId : undefined,
    ),
  answers: { 200: z.strictObject({ agreementVersion: z.string(), sha256: z.string(), signedAt: isoTime }) },
  handle: (call) => {
    const { services, principal, body, target: sellerId, requestId } = call;
    const { accountId } = principal;
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: sellerId,
      work: async (trx) => {
        const { version } = await requireAgreement(trx, body);
        if (!(await signAgreement(trx, { sellerId, version, accountId }))) return;
        const audit = { action: 'agreement.sign', subjectId: sellerId, enterpriseId: null, sellerId };
        await recordAudit(trx, { ...audit, by: { actor: accountId, requestId } });
      },
      render: async (trx) => {
        const { version, sha256, signedAt } = await signatureOf(trx, sellerId);
        return { agreementVersion: version, sha256, signedAt: iso(signedAt) };
      },
    });
  },
});

export const agreementRoutes: readonly AnyRoute[] = [current, sign];
