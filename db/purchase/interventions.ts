import { requireLater } from '../../domain/operations/commands';
import { purchaseMachine } from '../../domain/purchase/states';
import { wrongState } from '../../domain/shared/state-machine';
import { recordIntervention, type By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { lockOrder } from './online-repository';

/**
 * A later deadline: to pay, while the order waits for payment; for its detail to close itself, once it is stocked. An
 * open payment keeps its own end; after it the order can be paid again until the later one.
 *
 * @throws DomainError WRONG_STATE, TIME_PAST, DEADLINE_TOO_FAR
 */
export async function extendPurchase(
  trx: Trx,
  order: { readonly purchaseId: string; readonly until: Date; readonly by: By },
): Promise<void> {
  const { purchaseId, until, by } = order;
  const { state, dueAt, closingAct } = await lockOrder(trx, purchaseId);
  // rule: only-open-orders-are-extended
  if ((state !== 'awaiting_payment' && state !== 'stocked') || closingAct !== null)
    throw wrongState(purchaseMachine, state);
  const clock = await firstRow<{ now: Date }>(trx, 'select now() as now');
  requireLater(until, { dueAt, now: clock?.now ?? new Date() });
  await run(
    trx,
    `update purchases
        set due_at = :until, expires_at = case when state = 'awaiting_payment' then :until else expires_at end,
            updated_at = now()
      where id = :purchaseId`,
    { purchaseId, until },
  );
  await recordIntervention(trx, {
    ...{ kind: 'purchase', subjectId: purchaseId, act: 'extend_deadline', dueAt: until, by },
  });
}
