import { z } from 'zod';
import { DomainError } from '../../domain/shared/errors';
import { isId } from '../../domain/shared/ids';
import { commandById, type Command } from '../../db/command/repository';
import { problemOf } from '../http/problem';
import { route, type AnyRoute, type Call } from '../http/route';
import { renderResult } from './results';

const operationSchema = z.strictObject({
  id: z.string(),
  state: z.enum(['running', 'done', 'refused']),
  result: z.unknown().optional(),
  problem: z.record(z.string(), z.unknown()).optional(),
});

/** What became of a command that was accepted but not finished in time. */
const operation = route({
  method: 'get',
  path: '/v1/operations/:id',
  summary: 'What became of a slow command',
  tag: 'operations',
  access: 'signed_in',
  idempotency: 'none',
  query: z.strictObject({}),
  find: async ({ services, principal, params }) => {
    const id = params['id'] ?? '';
    const command = isId('command', id) ? await commandById(services.db, id) : undefined;
    return command?.accountId === principal.accountId ? command : undefined;
  },
  answers: { 200: operationSchema },
  handle: async (call) => ({ status: 200, body: await standing(call) }),
});

async function standing(call: Call<undefined, unknown, Command>) {
  const { services, target } = call;
  if (target.refusal !== null) return refused(call, new DomainError(target.refusal.code, target.refusal.facts));
  if (target.state === 'lapsed') return refused(call, new DomainError('TRY_AGAIN'));
  const known = target.effectAt === null ? await services.commands.look(target) : 'done';
  if (known === 'running') return { id: target.id, state: 'running' };
  if (known !== 'done') return refused(call, known);
  return { id: target.id, state: 'done', result: target.outcome?.body ?? (await resultOf(call)) };
}

/** The resource the command was about, as its rows say now. */
function resultOf(call: Call<undefined, unknown, Command>): Promise<unknown> {
  return renderResult(call, call.target);
}

function refused(call: Call<undefined, unknown, Command>, error: DomainError) {
  const context = { requestId: call.requestId, instance: call.request.path, language: call.language };
  return { id: call.target.id, state: 'refused', problem: problemOf(error, context) };
}

export const operationRoutes: readonly AnyRoute[] = [operation];
