import { z } from 'zod';
import { benefitKinds } from '../../domain/catalogue/benefit';
import { listBenefits, type BenefitRow } from '../../db/catalogue/queries';
import { balanceEntries, enterpriseBalance } from '../../db/ledger/queries';
import { renderTakenDown } from '../../db/market/take-downs';
import { listMalls, type MallRow } from '../../db/mall/queries';
import { resourceShape } from '../http/answers';
import { listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { enterpriseOf, route, type AnyRoute } from '../http/route';
import { iso, isoTime } from '../http/times';
import { takenDownSchema } from '../market/taken-down';

export const mallSchema = z.strictObject({ ...resourceShape, name: z.string(), enterpriseId: z.string() });

export function renderMall(row: MallRow) {
  const { createdAt, updatedAt, ...rest } = row;
  return { ...rest, state: 'active', createdAt: iso(createdAt), updatedAt: iso(updatedAt), actions: [] };
}

export const benefitSchema = z.strictObject({
  ...resourceShape,
  name: z.string(),
  kind: z.enum(benefitKinds),
  priceFen: z.int(),
  validity: z.strictObject({ days: z.int() }).nullable(),
  exchangeNotes: z.string(),
  refundable: z.literal(false),
  takenDown: takenDownSchema,
});

export function renderBenefit(row: BenefitRow) {
  const { createdAt, updatedAt, takenDownAt, takenDownReason, ...rest } = row;
  return {
    ...rest,
    state: takenDownAt === null ? 'offered' : 'taken_down',
    takenDown: renderTakenDown({ takenDownAt, takenDownReason }),
    refundable: false,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    actions: [],
  };
}

const malls = route({
  method: 'get',
  path: '/v1/malls',
  summary: "The caller's own malls",
  tag: 'points mall',
  access: ['mall_manager', 'member'],
  idempotency: 'none',
  query: listQuery({}),
  answers: { 200: listSchema(mallSchema) },
  handle: async ({ services, principal, query }) => ({
    status: 200,
    body: listAnswer(await listMalls(services.db, principal, pageRequest(query)), renderMall),
  }),
});

const benefits = route({
  method: 'get',
  path: '/v1/benefits',
  summary: 'What the resource centre sells (资源中心)',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({ kind: z.enum(benefitKinds).optional(), q: textFilter.optional() }),
  answers: { 200: listSchema(benefitSchema) },
  handle: async ({ services, query }) => {
    const filter = { kind: query.kind ?? null, q: query.q ?? null };
    return {
      status: 200,
      body: listAnswer(await listBenefits(services.db, filter, pageRequest(query)), renderBenefit),
    };
  },
});

const balance = route({
  method: 'get',
  path: '/v1/enterprise-balance',
  summary: 'The enterprise balance (虚拟金): available = balance − held',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: z.strictObject({}),
  answers: { 200: z.strictObject({ balanceFen: z.int(), heldFen: z.int(), availableFen: z.int() }) },
  handle: async ({ services, principal }) => {
    const { balanceFen, heldFen } = await enterpriseBalance(services.db, enterpriseOf(principal));
    return { status: 200, body: { balanceFen, heldFen, availableFen: balanceFen - heldFen } };
  },
});

const entries = route({
  method: 'get',
  path: '/v1/enterprise-balance/entries',
  summary: 'What moved the enterprise balance, newest first',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({}, 'number'),
  answers: {
    200: listSchema(
      z.strictObject({ id: z.string(), at: isoTime, kind: z.string(), subjectId: z.string(), amountFen: z.int() }),
    ),
  },
  handle: async ({ services, principal, query }) => {
    const page = await balanceEntries(services.db, enterpriseOf(principal), pageRequest(query));
    return {
      status: 200,
      body: listAnswer(page, ({ id, at, kind, source, amountFen }) => ({
        id: String(id),
        at: iso(at),
        kind,
        subjectId: source,
        amountFen,
      })),
    };
  },
});

export const mallRoutes: readonly AnyRoute[] = [malls, benefits, balance, entries];
