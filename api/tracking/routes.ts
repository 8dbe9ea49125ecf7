import { z } from 'zod';
import { caseStages } from '../../domain/case/stages';
import { caseStates, knownKinds, processKinds, turns } from '../../domain/case/states';
import { caseById, countOpenCases, listAudit, listCases } from '../../db/case/queries';
import { countUnconfirmed } from '../../db/command/queries';
import { flagFilter, listAnswer, listQuery, listSchema, pageRequest, textFilter } from '../http/lists';
import { route, type AnyRoute } from '../http/route';
import { iso, isoTime } from '../http/times';
import { caseSchema, liveDetail, processSchema, renderCase, renderProcess } from './render';

const processes = route({
  method: 'get',
  path: '/v1/processes',
  summary:
    'Where every case stands, newest first. q: an id (of the process, its subject, its seller or enterprise, of what a review judges or its product), or part of the title or of the name of its seller or enterprise; words are looked for in the newest 50,000, or in all that are open, lost, stuck or overdue where these are asked for',
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
  answers: { 200: listSchema(caseSchema) },
  handle: async ({ services, query, language }) => {
    const { kind = null, state = null, stage = null, whoseTurn = null, overdue = null, stuck = null, q = null } = query;
    const filter = { kind, state, stage, whoseTurn, overdue, stuck, q };
    const page = await listCases(services.db, filter, pageRequest(query));
    return { status: 200, body: listAnswer(page, (row) => renderCase(row, language)) };
  },
});

const counts = route({
  method: 'get',
  path: '/v1/processes/counts',
  summary: 'Cases that are not over by kind and stage, and commands nobody knows the outcome of',
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
  answers: { 200: processSchema },
  handle: async ({ services, target, language }) => {
    const [stored, live] = await Promise.all([
      renderProcess(services.db, target, language),
      liveDetail(services, target),
    ]);
    return { status: 200, body: { ...stored, ...live } };
  },
});

const detailShape = { outcome: z.string(), to: z.string(), until: isoTime, step: z.string() };

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
        /** What a hand decided or set: the outcome, to whom, until when, which step. */
        detail: z.strictObject(detailShape).partial().optional(),
        requestId: z.string().nullable(),
      }),
    ),
  },
  handle: async ({ services, query }) => {
    const filter = { actor: query.actor ?? null, subjectId: query.subjectId ?? null };
    const page = await listAudit(services.db, filter, pageRequest(query));
    return {
      status: 200,
      body: listAnswer(page, ({ id: _, at, detail, ...rest }) => ({
        ...{ at: iso(at), ...rest },
        ...(detail === null ? {} : { detail }),
      })),
    };
  },
});

export const trackingRoutes: readonly AnyRoute[] = [processes, counts, process, audit];
