import type { OperatorCommand } from '../../domain/operations/command-schemas';
import { possibleCommands } from '../../domain/operations/commands';
import { DomainError } from '../../domain/shared/errors';
import { waitingApproval } from '../../db/approval/queries';
import { askForApproval } from '../../db/approval/repository';
import type { CaseRow } from '../../db/case/queries';
import { recordIntervention, type By } from '../../db/case/record-transition';
import type { Trx } from '../../db/connection';

/** @throws DomainError WRONG_STATE `{approvalId}` where the same waits for its second operator already */
export async function askUpon(
  trx: Trx,
  row: CaseRow,
  asked: { readonly command: OperatorCommand; readonly by: By },
): Promise<string> {
  const { command: wished, by } = asked;
  const approvalId = await askForApproval(trx, { processId: row.id, command: wished, by });
  // rule: asked-for-once
  if (approvalId === undefined)
    throw new DomainError('WRONG_STATE', {
      state: 'waiting',
      // Whoever wishes the same can confirm it.
      approvalId: await waitingApproval(trx, { processId: row.id, command: wished.command }),
      allowed: possibleCommands(row).filter((name) => name !== wished.command),
    });
  await recordIntervention(trx, {
    kind: row.kind,
    subjectId: row.subjectId,
    act: 'ask_approval',
    by,
    detail: { step: wished.command },
  });
  return approvalId;
}
