import { z } from 'zod';
import { parseCodes } from '../../domain/stock/codes';
import { maxCodeFileBytes } from '../../domain/stock/limits';
import { increaseStockSchema } from '../../domain/stock/schemas';
import type { Code } from '../../domain/stock/codes';
import type { Trx } from '../../db/connection';
import { importCodes } from '../../db/stock/code-repository';
import { requireTakesCodes } from '../../db/stock/facts';
import type { CommodityRow } from '../../db/stock/queries';
import { increaseStock, shiftCommodity, type StockOrder } from '../../db/stock/upkeep-repository';
import type { Answer } from '../http/answers';
import { invalid } from '../http/parse';
import { commandRequest, enterpriseOf, rawRoute, route, type AnyRoute, type Call } from '../http/route';
import { commoditySchema, renderCommodityById } from './render';
import { findCommodity } from './routes';

/** What is done to a commodity in stock: one transaction, no run. */
function act(
  call: Call<unknown, undefined, CommodityRow>,
  work: (trx: Trx, order: StockOrder) => Promise<void>,
): Promise<Answer> {
  const { services, principal, target, requestId, language } = call;
  const order = { commodityId: target.id, by: { actor: principal.accountId, requestId } };
  return services.commands.inTransaction({
    ...commandRequest(call),
    status: 200,
    resourceId: target.id,
    work: (trx) => work(trx, order),
    render: (trx) => renderCommodityById(trx, enterpriseOf(principal), target.id, language),
  });
}

const takeOffline = route({
  method: 'post',
  path: '/v1/commodities/:id/take-offline',
  summary: 'Take offline (下线): no new allocations; sub-stocks go on',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findCommodity,
  answers: { 200: commoditySchema },
  handle: (call) => act(call, (trx, order) => shiftCommodity(trx, { ...order, act: 'take-offline' })),
});

const bringOnline = route({
  method: 'post',
  path: '/v1/commodities/:id/bring-online',
  summary: 'Bring online (上线)',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findCommodity,
  answers: { 200: commoditySchema },
  handle: (call) => act(call, (trx, order) => shiftCommodity(trx, { ...order, act: 'bring-online' })),
});

const increase = route({
  method: 'post',
  path: '/v1/commodities/:id/increase-stock',
  summary: 'More stock of an own commodity that is offline; never less',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findCommodity,
  body: increaseStockSchema,
  answers: { 200: commoditySchema },
  handle: (call) => act(call, (trx, order) => increaseStock(trx, { ...order, pieces: call.body.by })),
});

const codes = rawRoute({
  method: 'post',
  path: '/v1/commodities/:id/codes',
  summary: 'Import CDK codes, one a line, all or nothing',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  find: findCommodity,
  raw: { contentTypes: ['text/plain'], limitBytes: maxCodeFileBytes },
  answers: { 200: z.strictObject({ imported: z.int() }) },
  handle: (call) => {
    const { services, principal, body, target, requestId } = call;
    const file = textOf(body.bytes);
    let parsed: Code[] = [];
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      prepare: async () => {
        await requireTakesCodes(services.db, target.id);
        parsed = parseCodes(file);
      },
      work: (trx) => {
        const by = { actor: principal.accountId, requestId };
        return importCodes(trx, { commodityId: target.id, codes: parsed, vault: services.vault, by });
      },
      render: () => Promise.resolve({ imported: parsed.length }),
    });
  },
});

/** A byte order mark is no part of the text. @throws DomainError VALIDATION_FAILED */
function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalid([{ path: '', code: 'ENCODING', message: 'the file is not text in UTF-8' }]);
  }
}

export const commodityStockRoutes: readonly AnyRoute[] = [takeOffline, bringOnline, increase, codes];
