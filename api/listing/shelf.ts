import { z } from 'zod';
import type { Principal } from '../../domain/shared/roles';
import { commodityCategories, commoditySources } from '../../domain/stock/states';
import { listCandidates, shelfOf } from '../../db/mall/listing-queries';
import { mallById } from '../../db/mall/queries';
import { listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { route, type AnyRoute, type Sighting } from '../http/route';
import { mallsInView } from '../mall/own-mall';
import { candidateSchema, renderCandidate, renderShelfItem, shelfItemSchema } from './render';

const candidates = route({
  method: 'get',
  path: '/v1/listing-candidates',
  refuses: [404],
  summary: 'Sub-stock that can be listed (选择商品): online and not expired, newest first',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({
    mallId: textFilter.optional(),
    name: textFilter.optional(),
    source: z.enum(commoditySources).optional(),
    category: z.enum(commodityCategories).optional(),
  }),
  answers: { 200: listSchema(candidateSchema) },
  handle: async ({ services, principal, query }) => {
    const mallIds = await mallsInView(services.db, principal, query.mallId);
    const { name = null, source = null, category = null } = query;
    const page = await listCandidates(services.db, mallIds, { name, source, category }, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderCandidate) };
  },
});

interface Visit {
  readonly mallId: string;
  /** Whose points count; null for a manager. */
  readonly memberId: string | null;
}

/** A mall is shown to its own members, whose account already names it, and to whoever manages its enterprise. */
async function visitedMall({ services, principal, params }: Sighting): Promise<Visit | undefined> {
  const mallId = params['mallId'] ?? '';
  if (principal.mallId === mallId) return { mallId, memberId: principal.memberId };
  return (await manages(services, principal, mallId)) ? { mallId, memberId: null } : undefined;
}

async function manages(services: Sighting['services'], principal: Principal, mallId: string): Promise<boolean> {
  // rule: own-shelves-alone
  return (
    principal.enterpriseId !== null && (await mallById(services.db, mallId))?.enterpriseId === principal.enterpriseId
  );
}

const shelf = route({
  method: 'get',
  path: '/v1/malls/:mallId/shelf',
  summary: 'What stands on the shelf of a mall, newest first; to a member also whether the points suffice',
  tag: 'points mall',
  access: ['mall_manager', 'member'],
  idempotency: 'none',
  find: visitedMall,
  query: listQuery({ sectionId: textFilter.optional() }),
  answers: { 200: listSchema(shelfItemSchema) },
  handle: async ({ services, target, query }) => {
    const page = await shelfOf(services.db, { ...target, sectionId: query.sectionId ?? null }, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderShelfItem) };
  },
});

export const shelfRoutes: readonly AnyRoute[] = [candidates, shelf];
