import { z } from 'zod';
import { reasonSchema, type OperatorCommand } from '../../domain/operations/command-schemas';
import { operatorCommandNames } from '../../domain/operations/commands';
import { DomainError } from '../../domain/shared/errors';
import { accountById } from '../../db/account/queries';
import { approvalById, approvalStates, listApprovals, lockApproval, type ApprovalRow } from '../../db/approval/queries';
import { settleApproval } from '../../db/approval/repository';
import { caseById, type CaseRow } from '../../db/case/queries';
import { recordIntervention, type By } from '../../db/case/record-transition';
import type { TouchedCase } from '../../db/case/touched';
import type { Queryable, Trx } from '../../db/connection';
import type { Answer } from '../http/answers';
import { resourceShape } from '../http/answers';
import { listAnswer, listQuery, listSchema, pageRequest } from '../http/lists';
import { commandRequest, route, type AnyRoute, type Call, type Sighting } from '../http/route';
import { iso, isoOrNull, isoTime } from '../http/times';
import { processSchema, renderProcess } from '../tracking/render';
import { tellRuns, withLive } from './call';
import { lockSubject } from './lock';
import { carryOutWatched } from './commands';

const approvalSchema = z.strictObject({
  ...resourceShape,
  state: z.enum(approvalStates),
  processId: z.string(),
  command: z.enum(operatorCommandNames),
  /** What the command was given beside its name. */
  details: z.record(z.string(), z.unknown()),
  reason: z.string(),
  askedBy: z.string(),
  expiresAt: isoTime,
  decidedBy: z.string().nullable(),
  decidedAt: isoTime.nullable(),
});

/** What an operator may do about it: confirm what somebody else asked for, refuse also their own. */
function actionsFor({ state, askedBy }: ApprovalRow, accountId: string): string[] {
  if (state !== 'waiting') return [];
  return askedBy === accountId ? ['refuse'] : ['confirm', 'refuse'];
}

function renderApproval(row: ApprovalRow, accountId: string) {
  const { command: asked, askedAt, expiresAt, decidedAt, updatedAt, ...rest } = row;
  const { command, ...details } = asked;
  return {
    ...rest,
    ...{ command, details },
    expiresAt: iso(expiresAt),
    decidedAt: isoOrNull(decidedAt),
    createdAt: iso(askedAt),
    updatedAt: iso(updatedAt),
    actions: actionsFor(row, accountId),
  };
}

const findApproval = ({ services, params }: Sighting): Promise<ApprovalRow | undefined> =>
  approvalById(services.db, params['id'] ?? '');

const list = route({
  method: 'get',
  path: '/v1/approvals',
  summary: 'What operators asked for that needs a second one, newest first',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'none',
  query: listQuery({ state: z.enum(approvalStates).optional() }),
  answers: { 200: listSchema(approvalSchema) },
  handle: async ({ services, principal, query }) => {
    const page = await listApprovals(services.db, { state: query.state ?? null }, pageRequest(query));
    return { status: 200, body: listAnswer(page, (row) => renderApproval(row, principal.accountId)) };
  },
});

type ApprovalCall = Call<undefined, undefined, ApprovalRow>;

const confirming = route({
  method: 'post',
  path: '/v1/approvals/:id/confirm',
  summary: 'Confirm what another operator asked for; it is judged again and carried out',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'honoured',
  find: findApproval,
  answers: { 200: processSchema },
  handle: async (call: ApprovalCall) => {
    const { services, target, language } = call;
    let touched: readonly TouchedCase[] = [];
    const answer = await services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: async (trx) => {
        touched = await confirm(trx, call);
      },
      render: async (trx) => renderProcess(trx, await caseOf(trx, target), language),
    });
    await tellRuns(services, touched);
    return withLive(services, await caseOf(services.db, target), answer);
  },
});

async function confirm(trx: Trx, { services, target, principal, requestId }: ApprovalCall) {
  const approval = (await lockApproval(trx, target.id)) ?? target;
  const { accountId } = principal;
  // rule: nobody-confirms-their-own
  if (approval.askedBy === accountId) throw new DomainError('SECOND_OPERATOR_NEEDED', { allowed: ['refuse'] });
  if (approval.state === 'confirmed') return [];
  requireWaiting(approval);
  await requireAskerInOffice(trx, approval);
  await lockSubject(trx, services, await caseOf(trx, approval));
  const row = await caseOf(trx, approval);
  const { reason } = approval;
  const confirmed: By = { actor: accountId, requestId, reason };
  const { kind, subjectId } = row;
  await settleApproval(trx, { id: approval.id, state: 'confirmed', by: confirmed });
  const command = { ...approval.command, reason } as OperatorCommand;
  const by: By = { actor: approval.askedBy, requestId, reason };
  const detail = { step: command.command };
  const agreed = { id: approval.id, confirmedBy: accountId };
  return carryOutWatched({ trx, services, row, command, by, approval: agreed }, () =>
    recordIntervention(trx, { kind, subjectId, act: 'confirm_approval', by: confirmed, detail }),
  );
}

const refusing = route({
  method: 'post',
  path: '/v1/approvals/:id/refuse',
  summary: 'Refuse what an operator asked for, or take back one’s own',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'honoured',
  find: findApproval,
  body: z.strictObject({ reason: reasonSchema }),
  answers: { 200: approvalSchema },
  handle: (call): Promise<Answer> => {
    const { services, target, principal, body, requestId } = call;
    const by: By = { actor: principal.accountId, requestId, reason: body.reason };
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: async (trx) => {
        const approval = (await lockApproval(trx, target.id)) ?? target;
        if (approval.state === 'refused') return;
        requireWaiting(approval);
        await settleApproval(trx, { id: target.id, state: 'refused', by });
        const { kind, subjectId } = await caseOf(trx, approval);
        const detail = { step: approval.command.command };
        await recordIntervention(trx, { kind, subjectId, act: 'refuse_approval', by, detail });
      },
      render: async (trx) => renderApproval((await approvalById(trx, target.id)) ?? target, principal.accountId),
    });
  },
});

/** @throws DomainError WRONG_STATE: who asked is no operator any more, so that two operators do not agree */
async function requireAskerInOffice(trx: Trx, { askedBy, state }: ApprovalRow): Promise<void> {
  const asker = await accountById(trx, askedBy);
  // rule: asked-by-an-operator-still
  if (asker?.roles.includes('operator') !== true) throw new DomainError('WRONG_STATE', { state, allowed: ['refuse'] });
}

/** @throws DomainError WRONG_STATE */
function requireWaiting({ state }: ApprovalRow): void {
  // rule: only-waiting-approvals-are-decided
  if (state !== 'waiting') throw new DomainError('WRONG_STATE', { state, allowed: [] });
}

async function caseOf(db: Queryable, { processId }: Pick<ApprovalRow, 'processId'>): Promise<CaseRow> {
  const row = await caseById(db, processId);
  if (row === undefined) throw new Error(`no case ${processId}`);
  return row;
}

export const approvalRoutes: readonly AnyRoute[] = [list, confirming, refusing];
