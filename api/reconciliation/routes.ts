import { z } from 'zod';
import { exceptionKinds, exceptionStates } from '../../domain/payment/reconciliation';
import { resolveExceptionSchema } from '../../domain/payment/schemas';
import { resolveException } from '../../db/payment/reconciliation';
import {
  exceptionById,
  listExceptions,
  listReconciliations,
  type ExceptionRow,
} from '../../db/payment/reconciliation-queries';
import { listAnswer, listQuery, listSchema, pageRequest } from '../http/lists';
import { commandRequest, route, type AnyRoute } from '../http/route';
import {
  exceptionSchema,
  reconciliationSchema,
  renderException,
  renderExceptionById,
  renderReconciliation,
} from './render';

const reconciliations = route({
  method: 'get',
  path: '/v1/reconciliations',
  summary: 'The channel’s books beside ours, newest day first',
  tag: 'payments',
  access: ['operator'],
  idempotency: 'none',
  query: listQuery({ day: z.iso.date().optional() }, 'number'),
  answers: { 200: listSchema(reconciliationSchema) },
  handle: async ({ services, query }) => {
    const page = await listReconciliations(services.db, { day: query.day ?? null }, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderReconciliation) };
  },
});

const exceptions = route({
  method: 'get',
  path: '/v1/reconciliation-exceptions',
  summary: 'What the channel says and our books do not, newest first',
  tag: 'payments',
  access: ['operator'],
  idempotency: 'none',
  query: listQuery({
    state: z.enum(exceptionStates).optional(),
    day: z.iso.date().optional(),
    kind: z.enum(exceptionKinds).optional(),
  }),
  answers: { 200: listSchema(exceptionSchema) },
  handle: async ({ services, query }) => {
    const { state = null, day = null, kind = null } = query;
    const page = await listExceptions(services.db, { state, day, kind }, pageRequest(query));
    return { status: 200, body: listAnswer(page, renderException) };
  },
});

const resolve = route<z.infer<typeof resolveExceptionSchema>, undefined, ExceptionRow>({
  method: 'post',
  path: '/v1/reconciliation-exceptions/:id/resolve',
  summary: 'A person has looked at a difference and says why it may stay; it is opened again if it changes',
  tag: 'payments',
  access: ['operator'],
  idempotency: 'honoured',
  find: ({ services, params }) => exceptionById(services.db, params['id'] ?? ''),
  body: resolveExceptionSchema,
  answers: { 200: exceptionSchema },
  handle: (call) => {
    const { services, principal, target, body, requestId } = call;
    const by = { actor: principal.accountId, requestId, reason: body.reason };
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: (trx) => resolveException(trx, target.id, by),
      render: (trx) => renderExceptionById(trx, target.id),
    });
  },
});

export const reconciliationRoutes: readonly AnyRoute[] = [reconciliations, exceptions, resolve];
