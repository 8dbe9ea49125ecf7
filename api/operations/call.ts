import type { OperatorCommand } from '../../domain/operations/command-schemas';
import { onboardingIdOf } from '../../domain/shared/ids';
import { caseById, type CaseRow } from '../../db/case/queries';
import type { By } from '../../db/case/record-transition';
import type { TouchedCase } from '../../db/case/touched';
import type { Queryable } from '../../db/connection';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import type { Answer } from '../http/answers';
import type { Call } from '../http/route';
import type { Services } from '../services';
import { liveDetail } from '../tracking/render';

export type CommandCall = Call<OperatorCommand, undefined, CaseRow>;

export function operatorOf({ principal, requestId, body }: Pick<CommandCall, 'principal' | 'requestId' | 'body'>): By {
  return { actor: principal.accountId, requestId, reason: body.reason };
}

export async function fresh(db: Queryable, row: CaseRow): Promise<CaseRow> {
  return (await caseById(db, row.id)) ?? row;
}

/** The rows are ahead of the runs now; who cannot be told is told by its clock, or by the watchdog. */
export async function tellRuns(services: Services, touched: readonly TouchedCase[]): Promise<void> {
  const ids = touched.flatMap(({ workflowId, sellerId }) => [
    workflowId,
    // What a seller waits for shows in its way in.
    ...(sellerId === null ? [] : [sellerOnboardingWorkflowId(onboardingIdOf(sellerId))]),
  ]);
  const told = [...new Set(ids)].map((workflowId) => services.gateway.reload(workflowId).catch(() => false));
  await Promise.all(told);
}

/** What is kept of the answer is what is stored; what the run does is asked each time. */
export async function withLive(services: Services, target: CaseRow, answer: Answer): Promise<Answer> {
  const live = await liveDetail(services, await fresh(services.db, target));
  return { ...answer, body: { ...(answer.body as Readonly<Record<string, unknown>>), ...live } };
}
