import { isReached, needsSecondOperator, requirePossible } from '../../domain/operations/commands';
import type { CaseRow } from '../../db/case/queries';
import { casesTouchedSince, lastEvent, type TouchedCase } from '../../db/case/touched';
import { retryPendingSteps } from '../../temporal/run-health';
import type { Answer } from '../http/answers';
import { commandRequest } from '../http/route';
import type { Services } from '../services';
import { renderProcess } from '../tracking/render';
import { askUpon } from './asking';
import { fresh, operatorOf, tellRuns, withLive, type CommandCall } from './call';
import { carryOut, type Hand } from './deeds';
import { dryRun } from './preview';
import { lockSubject } from './lock';
import { resume } from './resume';

/** A typed command upon a case: previewed, asked for, or carried out in one transaction upon its rows. */
export async function command(call: CommandCall): Promise<Answer> {
  const { body } = call;
  if (body.preview === true) return { status: 200, body: await dryRun(call) };
  if (body.command === 'resume') return resume(call);
  return needsSecondOperator(body.command) ? ask(call) : obey(call);
}

async function obey(call: CommandCall): Promise<Answer> {
  const { services, target, body, language } = call;
  const by = operatorOf(call);
  let touched: readonly TouchedCase[] = [];
  const answer = await services.commands.inTransaction({
    ...commandRequest(call),
    status: 200,
    resourceId: target.subjectId,
    work: async (trx) => {
      const row = await fresh(trx, target);
      if (isReached(row, body.command)) return;
      touched = await carryOutWatched({ trx, services, row, command: body, by, approval: null });
    },
    render: async (trx) => renderProcess(trx, await fresh(trx, target), language),
  });
  await tellRuns(services, touched);
  if (body.command === 'retry_now' && touched.length > 0) await retryPending(services, target);
  return withLive(services, target, answer);
}

/** Judged by the row first; then everything the command touched, so that their runs can be told. */
export async function carryOutWatched(
  hand: Hand,
  first: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly TouchedCase[]> {
  requirePossible(hand.row, hand.command.command);
  const before = await lastEvent(hand.trx);
  await first();
  await carryOut(hand);
  return casesTouchedSince(hand.trx, before);
}

/** What two operators must agree upon is tried out first: what could not be done now need not be confirmed. */
async function ask(call: CommandCall): Promise<Answer> {
  const { services, target, body } = call;
  const by = operatorOf(call);
  let approvalId: string | undefined;
  return services.commands.inTransaction({
    ...commandRequest(call),
    status: 202,
    resourceId: target.subjectId,
    prepare: async () => {
      await dryRun(call);
    },
    work: async (trx) => {
      await lockSubject(trx, services, target);
      const row = await fresh(trx, target);
      requirePossible(row, body.command);
      approvalId = await askUpon(trx, row, { command: body, by });
    },
    render: () => Promise.resolve({ approvalId }),
  });
}

async function retryPending({ temporal, log }: Services, { id, workflowId }: CaseRow): Promise<void> {
  try {
    await temporal.withDeadline(Date.now() + 2_000, () => retryPendingSteps(temporal, workflowId));
  } catch (error) {
    log.warn({ err: error, processId: id }, 'the engine did not try again');
  }
}
