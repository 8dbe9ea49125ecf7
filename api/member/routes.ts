import { z } from 'zod';
import { addMemberSchema, adjustPointsSchema } from '../../domain/mall/schemas';
import { addAccount } from '../../db/account/repository';
import { recordAudit } from '../../db/case/repository';
import type { Queryable } from '../../db/connection';
import {
  listMembers,
  memberById,
  pointsEntries,
  pointsOf,
  type MemberRow,
  type PointsEntry,
} from '../../db/mall/member-queries';
import { addMember, adjustPoints } from '../../db/mall/member-repository';
import { newId } from '../../db/new-id';
import type { PageRequest } from '../../db/lists';
import { resourceShape } from '../http/answers';
import { listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { commandRequest, enterpriseOf, route, type AnyRoute, type Sighting } from '../http/route';
import { iso, isoTime } from '../http/times';
import { mallsInView, requireOwnMall } from '../mall/own-mall';

const pointsShape = { points: z.int(), heldPoints: z.int(), availablePoints: z.int() };

const memberSchema = z.strictObject({
  ...resourceShape,
  mallId: z.string(),
  externalId: z.string(),
  displayName: z.string(),
  login: z.string().nullable(),
  ...pointsShape,
});

function renderMember(row: MemberRow) {
  return {
    ...row,
    state: 'active',
    availablePoints: row.points - row.heldPoints,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: ['points'],
  };
}

const pointsSchema = z.strictObject({
  ...pointsShape,
  items: z.array(
    z.strictObject({
      id: z.string(),
      at: isoTime,
      kind: z.string(),
      subjectId: z.string(),
      delta: z.int(),
      reason: z.string().nullable(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

function renderEntry({ id, at, source, ...rest }: PointsEntry) {
  return { ...rest, id: String(id), at: iso(at), subjectId: source };
}

async function renderPoints(db: Queryable, memberId: string, request: PageRequest) {
  const { points, heldPoints } = await pointsOf(db, memberId);
  const page = await pointsEntries(db, memberId, request);
  return { points, heldPoints, availablePoints: points - heldPoints, ...listAnswer(page, renderEntry) };
}

function findMember({ services, principal, params }: Sighting): Promise<MemberRow | undefined> {
  return memberById(services.db, enterpriseOf(principal), params['id'] ?? '');
}

/** Points are shown to the member themself and to whoever manages the mall. */
async function findPoints(sighting: Sighting): Promise<{ readonly memberId: string } | undefined> {
  const { principal, params } = sighting;
  const memberId = params['id'] ?? '';
  if (principal.memberId === memberId) return { memberId };
  // rule: points-of-others-are-not-shown
  if (principal.enterpriseId === null) return undefined;
  return (await findMember(sighting)) === undefined ? undefined : { memberId };
}

const list = route({
  method: 'get',
  path: '/v1/members',
  refuses: [404],
  summary: 'Members of the malls (会员), newest first',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  query: listQuery({ mallId: textFilter.optional() }),
  answers: { 200: listSchema(memberSchema) },
  handle: async ({ services, principal, query }) => {
    const mallIds = await mallsInView(services.db, principal, query.mallId);
    return {
      status: 200,
      body: listAnswer(await listMembers(services.db, mallIds, pageRequest(query)), renderMember),
    };
  },
});

const detail = route({
  method: 'get',
  path: '/v1/members/:id',
  summary: 'One member',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'none',
  find: findMember,
  query: z.strictObject({}),
  answers: { 200: memberSchema },
  handle: ({ target }) => Promise.resolve({ status: 200, body: renderMember(target) }),
});

const add = route({
  method: 'post',
  path: '/v1/members',
  summary: 'Add a member of a mall, with an account to sign in with if login and password are given',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'honoured',
  body: addMemberSchema,
  answers: { 201: memberSchema },
  handle: (call) => {
    const { services, principal, requestId } = call;
    const { login, password, ...member } = call.body;
    const enterpriseId = enterpriseOf(principal);
    const id = newId('member');
    let passwordHash = '';
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      prepare: async () => {
        if (password !== undefined) passwordHash = await services.passwords.hash(password);
      },
      work: async (trx) => {
        const { mallId, displayName } = member;
        await requireOwnMall(trx, principal, mallId);
        const account = { passwordHash, displayName, roles: ['member' as const], enterpriseId: null, mallId };
        const accountId = login === undefined ? null : await addAccount(trx, { ...account, login });
        await addMember(trx, { id, enterpriseId, accountId, ...member });
        const by = { actor: principal.accountId, requestId };
        await recordAudit(trx, { action: 'member.add', subjectId: id, enterpriseId, by });
      },
      render: async (trx) => {
        const row = await memberById(trx, enterpriseId, id);
        if (row === undefined) throw new Error(`member ${id} vanished`);
        return renderMember(row);
      },
    });
  },
});

const adjust = route({
  method: 'post',
  path: '/v1/members/:id/points',
  summary: 'Add or take points by hand; answers the points as they are then',
  tag: 'points mall',
  access: ['mall_manager'],
  idempotency: 'required',
  find: findMember,
  body: adjustPointsSchema,
  answers: { 200: pointsSchema },
  handle: (call) => {
    const { services, principal, target, body, requestId } = call;
    const id = newId('pointsAdjustment');
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: id,
      work: async (trx) => {
        const by = { actor: principal.accountId, requestId, reason: body.reason };
        const enterpriseId = enterpriseOf(principal);
        await recordAudit(trx, { action: 'member.points', subjectId: target.id, enterpriseId, by });
        await adjustPoints(trx, { id, memberId: target.id, ...body });
      },
      render: (trx) => renderPoints(trx, target.id, pageRequest({})),
    });
  },
});

const points = route({
  method: 'get',
  path: '/v1/members/:id/points',
  summary: 'Points of a member and what moved them, newest first: for the member and the manager',
  tag: 'points mall',
  access: ['mall_manager', 'member'],
  idempotency: 'none',
  find: findPoints,
  query: listQuery({}, 'number'),
  answers: { 200: pointsSchema },
  handle: async ({ services, target, query }) => ({
    status: 200,
    body: await renderPoints(services.db, target.memberId, pageRequest(query)),
  }),
});

export const memberRoutes: readonly AnyRoute[] = [list, detail, add, points, adjust];
