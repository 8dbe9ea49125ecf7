import { recordAudit } from '../case/repository';
import type { By } from '../case/record-transition';
import { recordChange } from '../change/outbox';
import { firstRow, type Trx } from '../connection';

interface Change {
  readonly id: string;
  readonly by: By & { readonly reason: string };
}

/**
 * Takes a benefit out of the resource centre: nobody orders it any more, and orders that are open go on. It is the
 * platform's own, so nobody is told. Nothing happens where it is taken down already.
 */
export async function takeDownBenefit(trx: Trx, { id, by }: Change): Promise<void> {
  const changed = await firstRow(
    trx,
    // rule: benefit-taken-down-once
    `update benefits set taken_down_at = now(), taken_down_by = :actor, taken_down_reason = :reason, updated_at = now()
      where id = :id and taken_down_at is null returning id`,
    { id, actor: by.actor, reason: by.reason },
  );
  if (changed !== undefined) await record(trx, 'benefit.take_down', { id, by });
}

/** Puts it back. Nothing happens where it is offered. */
export async function offerBenefitAgain(trx: Trx, { id, by }: Change): Promise<void> {
  const changed = await firstRow(
    trx,
    // rule: benefit-offered-again-once
    `update benefits set taken_down_at = null, taken_down_by = null, taken_down_reason = null, updated_at = now()
      where id = :id and taken_down_at is not null returning id`,
    { id },
  );
  if (changed !== undefined) await record(trx, 'benefit.offer_again', { id, by });
}

async function record(trx: Trx, action: string, { id, by }: Change): Promise<void> {
  await recordAudit(trx, { action, subjectId: id, enterpriseId: null, by });
  await recordChange(trx, { type: action, subjectId: id });
}
