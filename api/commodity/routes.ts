import { z } from 'zod';
import { commodityActions } from '../../domain/stock/actions';
import { requireFitting, requirePlatforms } from '../../domain/stock/first-step';
import { firstStepSchema, revisionSchema, secondStepSchema } from '../../domain/stock/schemas';
import {
  commodityCategories,
  commodityMachine,
  commoditySources,
  commodityStates,
  type CommodityCommand,
  type CommodityState,
} from '../../domain/stock/states';
import type { SecondStep } from '../../domain/stock/steps';
import { newId } from '../../db/new-id';
import { reviseDraft } from '../../db/stock/draft-repository';
import { requireFacts, requireImages } from '../../db/stock/facts';
import { commodityById, listCommodities, type CommodityRow } from '../../db/stock/queries';
import { caseStarts } from '../../temporal/starts';
import { commodityAddUpdates, commodityAddWorkflowId } from '../../workflows/commodity-add/contract';
import { acceptedSchema } from '../http/answers';
import { commandCase, type CaseKind } from '../http/case-command';
import { listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { commandRequest, enterpriseOf, route, type AnyRoute, type Sighting } from '../http/route';
import {
  commoditySchema,
  commoditySummarySchema,
  renderCommodity,
  renderCommodityById,
  renderCommoditySummary,
} from './render';

export function findCommodity({ services, principal, params }: Sighting): Promise<CommodityRow | undefined> {
  return commodityById(services.db, enterpriseOf(principal), params['id'] ?? '');
}

const add = route({
  method: 'post',
  path: '/v1/commodities',
  summary: 'Add a commodity, first step (下一步): keeps a draft',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  body: firstStepSchema,
  answers: { 201: commoditySchema, 202: acceptedSchema },
  handle: (call) => {
    const { services, principal, body, requestId, language } = call;
    const { db, gateway, settings } = services;
    const enterpriseId = enterpriseOf(principal);
    return services.commands.forCase({
      ...commandRequest(call),
      status: 201,
      allocate: () => {
        const resourceId = newId('commodity');
        return { resourceId, workflowId: commodityAddWorkflowId(resourceId) };
      },
      check: async () => {
        requireFitting(body);
        await requireImages(db, enterpriseId, body);
        return 'go';
      },
      deliver: (claim) => {
        const commodity = { commodityId: claim.resourceId, enterpriseId, firstStep: body };
        const by = { accountId: principal.accountId, commandId: claim.id, requestId };
        return gateway.create(caseStarts.commodityAdd({ ...commodity, ...by }, settings), claim.updateId);
      },
      render: (id) => renderCommodityById(db, enterpriseId, id, language),
    });
  },
});

const revise = route({
  method: 'patch',
  path: '/v1/commodities/:id',
  summary: 'Change fields of the first step while it is a draft',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: findCommodity,
  body: revisionSchema,
  answers: { 200: commoditySchema },
  handle: (call) => {
    const { services, principal, body, target, requestId, language } = call;
    const by = { actor: principal.accountId, requestId };
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: (trx) => reviseDraft(trx, { commodityId: target.id, changes: body, by }),
      render: (trx) => renderCommodityById(trx, enterpriseOf(principal), target.id, language),
    });
  },
});

const commodityCase: CaseKind<CommodityRow, CommodityState, CommodityCommand, 'complete' | 'discard'> = {
  machine: commodityMachine,
  workflowId: commodityAddWorkflowId,
  updates: commodityAddUpdates,
  actions: commodityActions,
  find: commodityById,
  render: renderCommodityById,
};

const complete = route({
  method: 'post',
  path: '/v1/commodities/:id/complete',
  summary: 'Add a commodity, second step (完成): into the enterprise stock, online',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findCommodity,
  body: secondStepSchema,
  answers: { 200: commoditySchema, 202: acceptedSchema },
  handle: (call) => {
    const { remark, ...rest } = call.body;
    const secondStep: SecondStep = { ...rest, remark: remark == null || remark === '' ? null : remark };
    return commandCase(commodityCase, call, 'complete', {
      facts: async ({ id, category }) => {
        requirePlatforms(secondStep.platforms);
        await requireFacts(call.services.db, { commodityId: id, category, secondStep });
      },
      input: { secondStep },
    });
  },
});

const discard = route({
  method: 'post',
  path: '/v1/commodities/:id/discard',
  summary: 'Discard a draft',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findCommodity,
  answers: { 200: commoditySchema, 202: acceptedSchema },
  handle: (call) => commandCase(commodityCase, call, 'discard'),
});

const list = route({
  method: 'get',
  path: '/v1/commodities',
  summary: 'The enterprise stock (企业总库存), newest first',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({
    state: z.enum(commodityStates).optional(),
    source: z.enum(commoditySources).optional(),
    category: z.enum(commodityCategories).optional(),
    q: textFilter.optional(),
  }),
  answers: { 200: listSchema(commoditySummarySchema) },
  handle: async ({ services, principal, query }) => {
    const { state = null, source = null, category = null, q = null } = query;
    const filter = { state, source, category, q };
    const page = await listCommodities(services.db, enterpriseOf(principal), filter, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderCommoditySummary) };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/commodities/:id',
  summary: 'One commodity of the enterprise stock',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: z.strictObject({}),
  find: findCommodity,
  answers: { 200: commoditySchema },
  handle: async ({ services, target, language }) => ({
    status: 200,
    body: await renderCommodity(services.db, target, language),
  }),
});

export const commodityRoutes: readonly AnyRoute[] = [add, list, detail, revise, complete, discard];
