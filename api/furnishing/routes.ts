import { z } from 'zod';
import { addEnterpriseSchema, addMallSchema } from '../../domain/account/schemas';
import { addBenefitSchema } from '../../domain/catalogue/schemas';
import { ledgerAccountId } from '../../domain/ledger/accounts';
import { topUpSchema } from '../../domain/ledger/schemas';
import { recordAudit } from '../../db/case/repository';
import { benefitById } from '../../db/catalogue/queries';
import { addBenefit } from '../../db/catalogue/repository';
import { post } from '../../db/ledger/repository';
import { enterpriseBalance } from '../../db/ledger/queries';
import { enterpriseById, listEnterprises, mallById, type NamedRow } from '../../db/mall/queries';
import { addEnterprise, addMall } from '../../db/mall/repository';
import { newId } from '../../db/new-id';
import { resourceShape } from '../http/answers';
import { listAnswer, listQuery, listSchema, pageRequest } from '../http/lists';
import { commandRequest, route, type AnyRoute, type Call } from '../http/route';
import { iso } from '../http/times';
import { benefitSchema, mallSchema, renderBenefit, renderMall } from '../mall/routes';

const enterpriseSchema = z.strictObject({ ...resourceShape, name: z.string() });

function renderEnterprise(row: NamedRow) {
  const { createdAt, updatedAt, ...rest } = row;
  return { ...rest, state: 'active', createdAt: iso(createdAt), updatedAt: iso(updatedAt), actions: ['top-ups'] };
}

function by(call: Pick<Call<never, never, never>, 'principal' | 'requestId'>, reason?: string) {
  const actor = { actor: call.principal.accountId, requestId: call.requestId };
  return reason === undefined ? actor : { ...actor, reason };
}

function present<R>(row: R | undefined): R {
  if (row === undefined) throw new Error('a row of this transaction vanished');
  return row;
}

const enterprises = route({
  method: 'get',
  path: '/v1/enterprises',
  summary: 'All enterprises, newest first',
  tag: 'furnishing',
  access: ['operator'],
  idempotency: 'none',
  query: listQuery({}),
  answers: { 200: listSchema(enterpriseSchema) },
  handle: async ({ services, query }) => ({
    status: 200,
    body: listAnswer(await listEnterprises(services.db, pageRequest(query)), renderEnterprise),
  }),
});

const newEnterprise = route({
  method: 'post',
  path: '/v1/enterprises',
  summary: 'Add an enterprise, with an empty balance',
  tag: 'furnishing',
  access: ['operator'],
  idempotency: 'honoured',
  body: addEnterpriseSchema,
  answers: { 201: enterpriseSchema },
  handle: (call) => {
    const id = newId('enterprise');
    return call.services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      work: async (trx) => {
        await addEnterprise(trx, { id, name: call.body.name });
        await recordAudit(trx, { action: 'enterprise.add', subjectId: id, enterpriseId: id, by: by(call) });
      },
      render: async (trx) => renderEnterprise(present(await enterpriseById(trx, id))),
    });
  },
});

const topUpAnswer = z.strictObject({
  ...resourceShape,
  enterpriseId: z.string(),
  amountFen: z.int(),
  reason: z.string(),
  balanceFen: z.int(),
});

const topUp = route({
  method: 'post',
  path: '/v1/enterprises/:id/top-ups',
  summary: 'Book money that came in onto an enterprise balance',
  tag: 'furnishing',
  access: ['operator'],
  idempotency: 'required',
  find: ({ services, params }) => enterpriseById(services.db, params['id'] ?? ''),
  body: topUpSchema,
  answers: { 201: topUpAnswer },
  handle: (call) => {
    const { target, body } = call;
    const id = newId('topUp');
    return call.services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      work: async (trx) => {
        const audit = { action: 'enterprise.top_up', subjectId: target.id, enterpriseId: target.id };
        await recordAudit(trx, { ...audit, by: by(call, body.reason) });
        await post(trx, {
          source: id,
          kind: 'top_up',
          lines: [
            { accountId: ledgerAccountId('funding', target.id), amount: -body.amountFen },
            { accountId: ledgerAccountId('balance', target.id), amount: body.amountFen },
          ],
        });
      },
      render: async (trx) => {
        const { balanceFen } = await enterpriseBalance(trx, target.id);
        const at = iso(new Date());
        const money = { amountFen: body.amountFen, reason: body.reason, balanceFen };
        return { id, state: 'posted', enterpriseId: target.id, ...money, createdAt: at, updatedAt: at, actions: [] };
      },
    });
  },
});

const newMall = route({
  method: 'post',
  path: '/v1/malls',
  summary: 'Add a mall to an enterprise',
  tag: 'furnishing',
  access: ['operator'],
  idempotency: 'honoured',
  body: addMallSchema,
  answers: { 201: mallSchema },
  handle: (call) => {
    const { body, services } = call;
    const id = newId('mall');
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      work: async (trx) => {
        await addMall(trx, { id, ...body, limit: services.settings.mallsPerEnterprise });
        await recordAudit(trx, { action: 'mall.add', subjectId: id, enterpriseId: body.enterpriseId, by: by(call) });
      },
      render: async (trx) => renderMall(present(await mallById(trx, id))),
    });
  },
});

const newBenefit = route({
  method: 'post',
  path: '/v1/benefits',
  summary: 'Offer a benefit in the resource centre',
  tag: 'furnishing',
  access: ['operator'],
  idempotency: 'honoured',
  body: addBenefitSchema,
  answers: { 201: benefitSchema },
  handle: (call) => {
    const id = newId('benefit');
    return call.services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      work: async (trx) => {
        await addBenefit(trx, { id, ...call.body });
        await recordAudit(trx, { action: 'benefit.add', subjectId: id, enterpriseId: null, by: by(call) });
      },
      render: async (trx) => renderBenefit(present(await benefitById(trx, id))),
    });
  },
});

export const furnishingRoutes: readonly AnyRoute[] = [enterprises, newEnterprise, topUp, newMall, newBenefit];
