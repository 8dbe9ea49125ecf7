import { requirePossible } from '../../domain/operations/commands';
import { DomainError } from '../../domain/shared/errors';
import type { CaseRow } from '../../db/case/queries';
import { recordAudit } from '../../db/case/repository';
import { resumeCase, type Resumed } from '../../runs/resume-case';
import type { Answer } from '../http/answers';
import { commandRequest } from '../http/route';
import { renderProcess } from '../tracking/render';
import { fresh, operatorOf, withLive, type CommandCall } from './call';

/**
 * Has the run of a case started again from what is stored, if it is gone. The case's row is locked meanwhile, so it is
 * done before the transaction that keeps the answer; done twice, it finds the run running. Then nothing is done, and
 * only the audit tells of it.
 */
export async function resume(call: CommandCall): Promise<Answer> {
  const { services, target, language } = call;
  const { kind, subjectId, enterpriseId, sellerId } = target;
  let wasIdle = false;
  const answer = await services.commands.inTransaction({
    ...commandRequest(call),
    status: 200,
    resourceId: target.subjectId,
    prepare: async () => {
      const row = await fresh(services.db, target);
      requirePossible(row, 'resume');
      // A lost case whose run is there after all is found, which is written down by itself.
      wasIdle = (await startAgain(call, row)) === 'running' && row.state !== 'lost';
    },
    work: async (trx) => {
      // rule: idle-resumes-are-audited
      if (!wasIdle) return;
      const whose = { enterpriseId, ...(sellerId === null ? {} : { sellerId }) };
      await recordAudit(trx, { action: `${kind}.resume`, subjectId, ...whose, by: operatorOf(call) });
    },
    render: async (trx) => renderProcess(trx, await fresh(trx, target), language),
  });
  return withLive(services, target, answer);
}

async function startAgain(call: CommandCall, row: CaseRow): Promise<Resumed> {
  const { db, gateway, settings, log } = call.services;
  try {
    return await resumeCase(db, gateway, row, settings, operatorOf(call));
  } catch (error) {
    log.warn({ err: error, processId: row.id }, 'a run could not be started again');
    throw new DomainError('TRY_AGAIN');
  }
}
