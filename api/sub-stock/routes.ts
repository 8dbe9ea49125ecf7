import { z } from 'zod';
import { editSubStockSchema, subStockQuantitySchema } from '../../domain/stock/allocation-schemas';
import { visibleSubStockStates } from '../../domain/stock/sub-stock-states';
import type { Trx } from '../../db/connection';
import {
  listMovements,
  listSubStocks,
  subStockById,
  subStockEverKnown,
  type SubStockRow,
} from '../../db/stock/sub-stock-queries';
import {
  bringSubStockOnline,
  deleteSubStock,
  editSubStock,
  restockSubStock,
  returnFromSubStock,
  takeSubStockOffline,
  type SubStockDeed,
} from '../../db/stock/sub-stock-repository';
import type { Answer } from '../http/answers';
import { listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { commandRequest, enterpriseOf, route, type AnyRoute, type Call, type Sighting } from '../http/route';
import { requireOwnFilters } from '../stock-allocation/own-filters';
import { movementSchema, renderMovement, renderSubStock, renderSubStockById, subStockSchema } from './render';

function findSubStock({ services, principal, params }: Sighting): Promise<SubStockRow | undefined> {
  return subStockById(services.db, enterpriseOf(principal), params['id'] ?? '');
}

/** A command upon a sub-stock is one transaction; the row is locked and judged in it. */
function command(
  call: Call<unknown, undefined, SubStockRow>,
  status: 200 | 204,
  work: (trx: Trx, deed: SubStockDeed) => Promise<void>,
): Promise<Answer> {
  const { services, principal, target, requestId } = call;
  const enterpriseId = enterpriseOf(principal);
  const deed = { subStockId: target.id, enterpriseId, by: { actor: principal.accountId, requestId } };
  return services.commands.inTransaction({
    ...commandRequest(call),
    status,
    resourceId: target.id,
    work: (trx) => work(trx, deed),
    render: (trx) => (status === 204 ? Promise.resolve(undefined) : renderSubStockById(trx, enterpriseId, target.id)),
  });
}

const list = route({
  method: 'get',
  path: '/v1/sub-stocks',
  refuses: [404],
  summary: 'What the malls have of the commodities (产品子库存), newest first',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({
    mallId: textFilter.optional(),
    commodityId: textFilter.optional(),
    state: z.enum(visibleSubStockStates).optional(),
  }),
  answers: { 200: listSchema(subStockSchema) },
  handle: async ({ services, principal, query }) => {
    const { mallId = null, commodityId = null, state = null } = query;
    const enterpriseId = enterpriseOf(principal);
    await requireOwnFilters(services.db, enterpriseId, { mallId, commodityId });
    const page = await listSubStocks(services.db, enterpriseId, { mallId, commodityId, state }, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderSubStock) };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/sub-stocks/:id',
  summary: 'One sub-stock (详情)',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: z.strictObject({}),
  find: findSubStock,
  answers: { 200: subStockSchema },
  handle: ({ target }) => Promise.resolve({ status: 200, body: renderSubStock(target) }),
});

const movements = route({
  method: 'get',
  path: '/v1/sub-stocks/:id/movements',
  summary: 'What changed the stock of a sub-stock, newest first; the quantities sum to what it was given',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({}, 'number'),
  find: findSubStock,
  answers: { 200: listSchema(movementSchema) },
  handle: async ({ services, target, query }) => ({
    status: 200,
    body: listAnswer(await listMovements(services.db, target.id, pageRequest(query)), renderMovement),
  }),
});

const takeOffline = route({
  method: 'post',
  path: '/v1/sub-stocks/:id/take-offline',
  summary: 'Take a sub-stock offline (下线): what is listed of it stays visible and is not redeemable',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findSubStock,
  answers: { 200: subStockSchema },
  handle: (call) => command(call, 200, takeSubStockOffline),
});

const bringOnline = route({
  method: 'post',
  path: '/v1/sub-stocks/:id/bring-online',
  summary: 'Bring a sub-stock online (上线)',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findSubStock,
  answers: { 200: subStockSchema },
  handle: (call) => command(call, 200, bringSubStockOnline),
});

const restock = route({
  method: 'post',
  path: '/v1/sub-stocks/:id/restock',
  summary: 'Give a sub-stock more of what is left of its commodity (补货); offline only',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'required',
  find: findSubStock,
  body: subStockQuantitySchema,
  answers: { 200: subStockSchema },
  handle: (call) => command(call, 200, (trx, deed) => restockSubStock(trx, { ...deed, ...call.body })),
});

const giveBack = route({
  method: 'post',
  path: '/v1/sub-stocks/:id/return',
  summary: 'Return unused pieces to the enterprise stock (退库); offline only',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'required',
  find: findSubStock,
  body: subStockQuantitySchema,
  answers: { 200: subStockSchema },
  handle: (call) => command(call, 200, (trx, deed) => returnFromSubStock(trx, { ...deed, ...call.body })),
});

const edit = route({
  method: 'patch',
  path: '/v1/sub-stocks/:id',
  summary: 'Edit limits, validity, award and remark (编辑); offline only',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: findSubStock,
  body: editSubStockSchema,
  answers: { 200: subStockSchema },
  handle: (call) => command(call, 200, (trx, deed) => editSubStock(trx, { ...deed, edit: call.body })),
});

const remove = route({
  method: 'delete',
  path: '/v1/sub-stocks/:id',
  summary: 'Delete a sub-stock (删除): what is left goes back to the enterprise stock; offline only',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: ({ services, principal, params }) =>
    subStockEverKnown(services.db, enterpriseOf(principal), params['id'] ?? ''),
  answers: { 204: null },
  handle: (call) => command(call, 204, deleteSubStock),
});

export const subStockRoutes: readonly AnyRoute[] = [
  list,
  detail,
  movements,
  takeOffline,
  bringOnline,
  restock,
  giveBack,
  edit,
  remove,
];
