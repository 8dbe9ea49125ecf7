import { z } from 'zod';
import { operatorCommandSchema } from '../../domain/operations/command-schemas';
import { caseById } from '../../db/case/queries';
import { route, type AnyRoute } from '../http/route';
import { processSchema } from '../tracking/render';
import { command } from './commands';
import { previewSchema } from './preview';

const commands = route({
  method: 'post',
  path: '/v1/processes/:id/commands',
  summary: 'Steer a case, with a reason: previewed, done, or asked of a second operator',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'honoured',
  find: ({ services, params }) => caseById(services.db, params['id'] ?? ''),
  body: operatorCommandSchema,
  answers: { 200: z.union([processSchema, previewSchema]), 202: z.strictObject({ approvalId: z.string() }) },
  handle: command,
});

export const operationsRoutes: readonly AnyRoute[] = [commands];
