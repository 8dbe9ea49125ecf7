import { feeMachine, feeStanding, type FeeAct, type FeeState } from '../../domain/seller/fee-states';
import { transition } from '../../domain/shared/state-machine';
import { recordOpening, recordTransition, type By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { openSellerLedger } from '../ledger/repository';
import { newId } from '../new-id';

/** What lists and payers read; nothing of the seller. */
export const feeTitle = '云市场平台认证费';

export interface FeeOpening {
  readonly sellerId: string;
  readonly amountFen: number;
  readonly by: By;
  readonly workflowIdOf: (feeId: string) => string;
}

/** The seller's first period, unpaid, with its case and the seller's accounts of the ledger; the id of what is there already. */
export async function openFee(trx: Trx, opening: FeeOpening): Promise<string> {
  // Two that open the same one after the other find each other here.
  await run(trx, 'select id from sellers where id = :sellerId for no key update', { sellerId: opening.sellerId });
  const there = await firstRow<{ id: string }>(
    trx,
    'select id from certification_fees where seller_id = :sellerId and year = 1',
    { sellerId: opening.sellerId },
  );
  if (there !== undefined) return there.id;
  await openSellerLedger(trx, opening.sellerId);
  return openPeriod(trx, { ...opening, year: 1 });
}

/** A period that can be paid from now on. */
export async function openPeriod(trx: Trx, opening: FeeOpening & { readonly year: number }): Promise<string> {
  const id = newId('certificationFee');
  const { sellerId, year, amountFen, by } = opening;
  await run(
    trx,
    'insert into certification_fees (id, seller_id, year, amount_fen) values (:id, :sellerId, :year, :amountFen)',
    { id, sellerId, year, amountFen },
  );
  await recordOpening(trx, {
    kind: 'certification_fee',
    subjectId: id,
    workflowId: opening.workflowIdOf(id),
    enterpriseId: null,
    sellerId,
    title: feeTitle,
    stage: 'unpaid',
    standing: feeStanding.unpaid,
    dueAt: null,
    by,
  });
  return id;
}

/**
 * 暂不缴纳: noted upon the period that could be paid. `paid` where it is already, and nothing is noted; no fee at all is
 * a fault, since it opens before the seller can choose.
 */
export async function markDeferred(
  trx: Trx,
  wish: { readonly sellerId: string; readonly by: By },
): Promise<'deferred' | 'paid'> {
  const fee = await firstRow<{ id: string; state: FeeState; deferred: boolean }>(
    trx,
    `select id, state, deferred_at is not null as deferred from certification_fees
      where seller_id = :sellerId order by year limit 1 for update`,
    { sellerId: wish.sellerId },
  );
  if (fee === undefined) throw new Error(`no fee of ${wish.sellerId}`);
  // rule: paid-fee-is-not-deferred
  if (fee.state === 'paid' || fee.state === 'expired') return 'paid';
  if (fee.deferred) return 'deferred';
  await run(trx, 'update certification_fees set deferred_at = now(), updated_at = now() where id = :id', {
    id: fee.id,
  });
  await moveFee(trx, { feeId: fee.id, act: 'defer', from: fee.state, dueAt: null, by: wish.by });
  return 'deferred';
}

/** {@link recordTransition} of a period. */
export function moveFee(
  trx: Trx,
  move: {
    readonly feeId: string;
    readonly act: FeeAct;
    readonly from: FeeState;
    readonly dueAt: Date | null;
    readonly by: By;
  },
): Promise<void> {
  const to = transition(feeMachine, move.from, move.act);
  return recordTransition(trx, {
    kind: 'certification_fee',
    subjectId: move.feeId,
    act: move.act,
    from: move.from,
    to,
    standing: feeStanding[to],
    dueAt: move.dueAt,
    by: move.by,
  });
}
