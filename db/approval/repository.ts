import type { OperatorCommand } from '../../domain/operations/command-schemas';
import { accountsInRole } from '../account/queries';
import type { By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { newId } from '../new-id';
import { addNotice } from '../notice/repository';

export interface Asking {
  readonly processId: string;
  readonly command: OperatorCommand;
  readonly by: By;
}

/**
 * Asks the other operators to confirm a command upon a case within a day; they are told. The id of the approval, or
 * undefined where the same command upon the case waits for its second operator already.
 */
export async function askForApproval(trx: Trx, { processId, command, by }: Asking): Promise<string | undefined> {
  const { reason, preview: _, ...rest } = command;
  await run(
    trx,
    `update approvals set state = 'expired', updated_at = now()
      where process_id = :processId and state = 'waiting' and expires_at <= now()`,
    { processId },
  );
  const id = newId('approval');
  const asked = await firstRow(
    trx,
    `insert into approvals (id, process_id, command, reason, asked_by, expires_at)
     values (:id, :processId, :command::jsonb, :reason, :actor, now() + interval '24 hours')
     on conflict (process_id, (command ->> 'command')) where state = 'waiting' do nothing returning id`,
    { id, processId, command: JSON.stringify(rest), reason, actor: by.actor },
  );
  if (asked === undefined) return undefined;
  const others = (await accountsInRole(trx, 'operator')).filter((accountId) => accountId !== by.actor);
  for (const accountId of others)
    await addNotice(trx, {
      ...{ accountId, kind: 'approval_asked', subjectId: id, params: { command: command.command } },
      once: `approval_asked:${id}:${accountId}`,
    });
  return id;
}

/** The decision upon a waiting approval, which the caller has locked. */
export async function settleApproval(
  trx: Trx,
  decision: { readonly id: string; readonly state: 'confirmed' | 'refused'; readonly by: By },
): Promise<void> {
  await run(
    trx,
    // rule: approval-decided-once
    `update approvals set state = :state, decided_by = :actor, decided_at = now(), updated_at = now()
      where id = :id and state = 'waiting'`,
    { id: decision.id, state: decision.state, actor: decision.by.actor },
  );
}
