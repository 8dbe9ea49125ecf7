import { z } from 'zod';
import {
  commodityOffline,
  awardMismatch,
  notProposable,
  stockShort,
  validityOver,
} from '../../domain/stock/allocation-refusals';
import { awardFits, proposeAllocationSchema } from '../../domain/stock/allocation-schemas';
import { allocationMachine, allocationStates } from '../../domain/stock/allocation-states';
import type { AllocationCommand, AllocationState } from '../../domain/stock/allocation-states';
import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import type { Db } from '../../db/connection';
import { newId } from '../../db/new-id';
import {
  allocatableStock,
  allocationById,
  listAllocations,
  referencesNotFound,
  type AllocationRow,
} from '../../db/stock/allocation-queries';
import { caseStarts } from '../../temporal/starts';
import { stockAllocationUpdates, stockAllocationWorkflowId } from '../../workflows/stock-allocation/contract';
import { acceptedSchema } from '../http/answers';
import { commandCase, type CaseKind } from '../http/case-command';
import { listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { commandRequest, enterpriseOf, route, type AnyRoute, type Sighting } from '../http/route';
import { requireOwnFilters } from './own-filters';
import {
  allocationActions,
  allocationSchema,
  allocationSummarySchema,
  renderAllocation,
  renderAllocationById,
  renderAllocationSummary,
} from './render';

function findAllocation({ services, principal, params }: Sighting): Promise<AllocationRow | undefined> {
  return allocationById(services.db, enterpriseOf(principal), params['id'] ?? '');
}

/**
 * What the rows may refuse, before the engine is asked: the commodity's gate first, then the facts. The step judges
 * again, since others allocate from the same commodity.
 */
async function checkProposal(db: Db, enterpriseId: string, terms: AllocationTerms): Promise<'go'> {
  const stock = await allocatableStock(db, enterpriseId, terms);
  // rule: proposal-checks-references
  if (stock === undefined) throw await referencesNotFound(db, enterpriseId, terms);
  // rule: proposal-checks-the-gate
  if (stock.state !== 'online') throw notProposable(stock.state);
  // rule: validity-lies-ahead
  if (terms.validUntil !== null && Date.parse(terms.validUntil) <= Date.now()) throw validityOver();
  // rule: proposal-checks-the-award
  if (!awardFits(stock.category, terms.award)) throw awardMismatch(stock.category);
  // rule: proposal-checks-what-is-left
  if (terms.quantity > stock.left) throw stockShort(stock.left);
  return 'go';
}

const propose = route({
  method: 'post',
  path: '/v1/stock-allocations',
  summary: 'Allocate stock to a mall (分配库存): holds it and shows what would be left, for confirmation',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'required',
  body: proposeAllocationSchema,
  answers: { 201: allocationSchema, 202: acceptedSchema },
  handle: async (call) => {
    const { services, principal, body, requestId, language } = call;
    const { db, gateway, settings } = services;
    const enterpriseId = enterpriseOf(principal);
    const { validFrom = null, validUntil = null, remark = null, award = null, ...rest } = body;
    const terms: AllocationTerms = { ...rest, validFrom, validUntil, remark, award };
    return services.commands.forCase({
      ...commandRequest(call),
      status: 201,
      allocate: () => {
        const resourceId = newId('allocation');
        return { resourceId, workflowId: stockAllocationWorkflowId(resourceId) };
      },
      check: () => checkProposal(db, enterpriseId, terms),
      deliver: (claim) => {
        const allocation = { allocationId: claim.resourceId, enterpriseId, terms };
        const by = { accountId: principal.accountId, commandId: claim.id, requestId };
        return gateway.create(caseStarts.stockAllocation({ ...allocation, ...by }, settings), claim.updateId);
      },
      render: (id) => renderAllocationById(db, enterpriseId, id, language),
    });
  },
});

const allocationCase: CaseKind<AllocationRow, AllocationState, AllocationCommand> = {
  machine: allocationMachine,
  workflowId: stockAllocationWorkflowId,
  updates: stockAllocationUpdates,
  find: allocationById,
  render: renderAllocationById,
};

const confirm = route({
  method: 'post',
  path: '/v1/stock-allocations/:id/confirm',
  summary: 'Confirm an allocation (确认分配): it becomes the sub-stock of the mall, online',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findAllocation,
  answers: { 200: allocationSchema, 202: acceptedSchema },
  handle: (call) =>
    commandCase(allocationCase, call, 'confirm', {
      facts: (row) => {
        // rule: expired-is-not-confirmed
        if (row.commodityExpired) return Promise.reject(commodityOffline('expired', allocationActions(row)));
        return Promise.resolve();
      },
    }),
});

const cancel = route({
  method: 'post',
  path: '/v1/stock-allocations/:id/cancel',
  summary: 'Cancel an allocation before it is confirmed: its stock is given back',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findAllocation,
  answers: { 200: allocationSchema, 202: acceptedSchema },
  handle: (call) => commandCase(allocationCase, call, 'cancel'),
});

const list = route({
  method: 'get',
  path: '/v1/stock-allocations',
  refuses: [404],
  summary: "The enterprise's allocations, newest first",
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({
    state: z.enum(allocationStates).optional(),
    commodityId: textFilter.optional(),
    mallId: textFilter.optional(),
  }),
  answers: { 200: listSchema(allocationSummarySchema) },
  handle: async ({ services, principal, query }) => {
    const { state = null, commodityId = null, mallId = null } = query;
    const enterpriseId = enterpriseOf(principal);
    await requireOwnFilters(services.db, enterpriseId, { mallId, commodityId });
    const filter = { state, commodityId, mallId };
    const page = await listAllocations(services.db, enterpriseId, filter, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderAllocationSummary) };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/stock-allocations/:id',
  summary: 'One allocation, with its history',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: findAllocation,
  query: z.strictObject({}),
  answers: { 200: allocationSchema },
  handle: async ({ services, target, language }) => ({
    status: 200,
    body: await renderAllocation(services.db, target, language),
  }),
});

export const stockAllocationRoutes: readonly AnyRoute[] = [propose, list, detail, confirm, cancel];
