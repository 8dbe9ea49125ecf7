import { z } from 'zod';
import { caseStages } from '../../domain/case/stages';
import { caseStates, knownKinds, processKinds, turns } from '../../domain/case/states';
import { timelineText } from '../../domain/case/wording';
import { caseById, caseEvents, countOpenCases, listAudit, listCases, type CaseRow } from '../../db/case/queries';
import { countUnconfirmed } from '../../db/command/queries';
import { pendingSteps, type PendingStep } from '../../temporal/run-health';
import { historySchema, resourceShape } from '../http/answers';
import { flagFilter, listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { route, type AnyRoute } from '../http/route';
import { iso, isoOrNull, isoTime } from '../http/times';
import type { Services } from '../services';

const caseShape = {
  ...resourceShape,
  kind: z.enum(processKinds),
  subjectId: z.string(),
  title: z.string(),
  state: z.enum(caseStates),
  stage: z.string(),
  whoseTurn: z.enum(turns),
  dueAt: isoTime.nullable(),
  overdue: z.boolean(),
  stuck: z.strictObject({ code: z.string(), since: isoTime }).nullable(),
  openedAt: isoTime,
  closedAt: isoTime.nullable(),
};

const liveSchema = z.strictObject({
  /** False when the engine could not be asked: then `pending` says nothing. */
  available: z.boolean(),
  pending: z.array(
    z.strictObject({
      activity: z.string(),
      attempt: z.int(),
      lastFailure: z.string().nullable(),
      nextRetryAt: isoTime.nullable(),
    }),
  ),
});

function renderCase(row: CaseRow) {
  const { workflowId: _, stuckCode, stuckSince, updatedAt, ...rest } = row;
  return {
    ...rest,
    dueAt: isoOrNull(row.dueAt),
    overdue: row.state === 'open' && row.dueAt !== null && row.dueAt.getTime() < Date.now(),
    stuck: stuckCode === null ? null : { code: stuckCode, since: iso(stuckSince ?? updatedAt) },
    openedAt: iso(row.openedAt),
    closedAt: isoOrNull(row.closedAt),
    createdAt: iso(row.openedAt),
    updatedAt: iso(updatedAt),
    actions: [],
  };
}

const processes = route({
  method: 'get',
  path: '/v1/processes',
  summary: 'Where every case stands, newest first',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'none',
  query: listQuery({
    kind: z.enum(knownKinds).optional(),
    state: z.enum(caseStates).optional(),
    stage: z.enum(caseStages).optional(),
    whoseTurn: z.enum(turns).optional(),
    overdue: flagFilter.optional(),
    stuck: flagFilter.optional(),
    q: textFilter.optional(),
  }),
  answers: { 200: listSchema(z.strictObject(caseShape)) },
  handle: async ({ services, query }) => {
    const { kind = null, state = null, stage = null, whoseTurn = null, overdue = null, stuck = null, q = null } = query;
    const filter = { kind, state, stage, whoseTurn, overdue, stuck, q };
    return { status: 200, body: listAnswer(await listCases(services.db, filter, pageRequest(query)), renderCase) };
  },
});

const counts = route({
  method: 'get',
  path: '/v1/processes/counts',
  summary: 'Open cases by kind and stage, and commands nobody knows the outcome of',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'none',
  query: z.strictObject({}),
  answers: {
    200: z.strictObject({
      items: z.array(z.strictObject({ kind: z.enum(processKinds), stage: z.string(), count: z.int() })),
      unconfirmed: z.int(),
    }),
  },
  handle: async ({ services }) => {
    const [items, unconfirmed] = await Promise.all([countOpenCases(services.db), countUnconfirmed(services.db)]);
    return { status: 200, body: { items, unconfirmed } };
  },
});

const process = route({
  method: 'get',
  path: '/v1/processes/:id',
  summary: 'One case: its timeline in words, and what its run is doing now',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'none',
  query: z.strictObject({}),
  find: ({ services, params }) => caseById(services.db, params['id'] ?? ''),
  answers: { 200: z.strictObject({ ...caseShape, timeline: historySchema, live: liveSchema }) },
  handle: async ({ services, target, language }) => {
    const [events, live] = await Promise.all([caseEvents(services.db, target.id), liveDetail(services, target)]);
    const timeline = events.map((event) => ({
      at: iso(event.at),
      actor: event.actor,
      text: timelineText({ kind: target.kind, act: event.act, actorName: event.actorName }, language),
      from: event.from,
      to: event.to,
    }));
    return { status: 200, body: { ...renderCase(target), timeline, live } };
  },
});

/** The live detail is a courtesy: without the engine the rows still tell where the case stands. */
async function liveDetail(services: Services, row: CaseRow): Promise<{ available: boolean; pending: PendingStep[] }> {
  if (row.state !== 'open') return { available: true, pending: [] };
  try {
    const ask = () => pendingSteps(services.temporal, row.workflowId);
    return { available: true, pending: await services.temporal.withDeadline(Date.now() + 2_000, ask) };
  } catch (error) {
    services.log.warn({ err: error, processId: row.id }, 'no live detail');
    return { available: false, pending: [] };
  }
}

const audit = route({
  method: 'get',
  path: '/v1/audit',
  summary: 'Who did what, newest first; append-only',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'none',
  query: listQuery({ actor: textFilter.optional(), subjectId: textFilter.optional() }, 'number'),
  answers: {
    200: listSchema(
      z.strictObject({
        at: isoTime,
        actor: z.string(),
        action: z.string(),
        subjectId: z.string(),
        reason: z.string().nullable(),
        requestId: z.string().nullable(),
      }),
    ),
  },
  handle: async ({ services, query }) => {
    const filter = { actor: query.actor ?? null, subjectId: query.subjectId ?? null };
    const page = await listAudit(services.db, filter, pageRequest(query));
    return { status: 200, body: listAnswer(page, ({ id: _, at, ...rest }) => ({ at: iso(at), ...rest })) };
  },
});

export const trackingRoutes: readonly AnyRoute[] = [processes, counts, process, audit];
