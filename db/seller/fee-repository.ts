import { feeTitle } from '../../domain/case/titles';
import { feeDuties, type FeeTimes } from '../../domain/seller/fee-clock';
import { feeMachine, feeStanding, type FeeAct, type FeeState } from '../../domain/seller/fee-states';
import { transition } from '../../domain/shared/state-machine';
import { recordOpening, recordTransition, type By } from '../case/record-transition';
import { firstRow, rows, run, type Queryable, type Trx } from '../connection';
import { openSellerLedger } from '../ledger/repository';
import { newId } from '../new-id';
import { addNotice } from '../notice/repository';

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
async function openPeriod(trx: Trx, opening: FeeOpening & { readonly year: number }): Promise<string> {
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
    title: feeTitle.zh,
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

/** What a run must know of a period. */
export interface FeeSnapshot {
  readonly state: FeeState;
  readonly dueAt: Date | null;
  /** The payment that may still pay it; `ready` once a payer has something to scan. */
  readonly payment: { readonly id: string; readonly ready: boolean } | null;
}

export async function feeSnapshot(db: Queryable, feeId: string): Promise<FeeSnapshot> {
  const snapshot = await firstRow<FeeSnapshot>(
    db,
    `select f.state, f.due_at as "dueAt",
            case when p.id is not null
                 then jsonb_build_object('id', p.id, 'ready', p.state <> 'created') end as payment
       from certification_fees f left join payments p on p.id = f.open_payment_id
      where f.id = :feeId`,
    { feeId },
  );
  if (snapshot === undefined) throw new Error(`no certification fee ${feeId}`);
  return snapshot;
}

export interface Period {
  readonly id: string;
  readonly sellerId: string;
  readonly accountId: string;
  readonly year: number;
  readonly state: FeeState;
  readonly validUntil: Date;
  readonly reminded: number;
  readonly now: Date;
}

export interface FeeAdvance {
  readonly feeId: string;
  /** By the clock that called: a step that is repeated owes nothing new. */
  readonly asOf: Date;
  readonly times: FeeTimes;
  /** What the next period costs. */
  readonly amountFen: number;
  readonly workflowIdOf: (feeId: string) => string;
  readonly by: By;
}

/**
 * The clock of a paid period: opens the next one, reminds, ends it. The next period once it is there, null before; a
 * period that is not paid has no clock.
 */
export async function advanceFee(trx: Trx, advance: FeeAdvance): Promise<{ readonly nextFeeId: string | null }> {
  const { feeId, by } = advance;
  // Later periods are locked after earlier ones, by everybody.
  const periods = await rows<Period>(
    trx,
    `select f.id, f.seller_id as "sellerId", s.account_id as "accountId", f.year, f.state,
            f.valid_until as "validUntil", f.reminded, greatest(now(), :asOf) as now
       from certification_fees f join sellers s on s.id = f.seller_id
      where f.seller_id = (select seller_id from certification_fees where id = :feeId)
        and f.year >= (select year from certification_fees where id = :feeId)
      order by f.year for no key update of f`,
    { feeId, asOf: advance.asOf },
  );
  const [period, next] = periods;
  if (period === undefined) throw new Error(`no certification fee ${feeId}`);
  // rule: only-paid-fees-have-a-clock
  if (period.state !== 'paid') return { nextFeeId: next?.id ?? null };
  const renewed = next?.state === 'paid' || next?.state === 'expired';
  const duties = feeDuties({ ...period, nextOpened: next !== undefined, renewed }, period.now, advance.times);
  const moves: FeeAct[] = [
    ...(duties.openNext ? (['open_renewal'] as const) : []),
    ...(duties.remindDaysLeft === null ? [] : (['remind'] as const)),
    ...(duties.expire ? (['expire'] as const) : []),
  ];
  const opened = duties.openNext ? await openPeriod(trx, { ...advance, ...period, year: period.year + 1 }) : undefined;
  const daysLeft = duties.remindDaysLeft;
  if (daysLeft !== null) await tellOfEnd(trx, period, { daysLeft, once: `${daysLeft}:${period.reminded}` });
  if (duties.expire && !renewed) await tellOver(trx, period);
  await run(
    trx,
    `update certification_fees set reminded = :reminded, due_at = :dueAt, updated_at = now(),
            state = case when :expire then 'expired' else state end,
            state_since = case when :expire then now() else state_since end
      where id = :feeId and state = 'paid'`,
    { feeId, reminded: duties.reminded, dueAt: duties.dueAt, expire: duties.expire },
  );
  for (const act of moves) await moveFee(trx, { feeId, act, from: 'paid', dueAt: duties.dueAt, by });
  return { nextFeeId: opened ?? next?.id ?? null };
}

/** `once`: what makes it another reminder than the one before. */
export async function tellOfEnd(
  trx: Trx,
  period: Pick<Period, 'id' | 'accountId' | 'validUntil'>,
  reminder: { readonly daysLeft: number; readonly once: string },
): Promise<void> {
  await addNotice(trx, {
    ...{ accountId: period.accountId, kind: 'fee_ends_soon', subjectId: period.id },
    params: { days: String(reminder.daysLeft), until: dayInShanghai(period.validUntil) },
    once: `fee_ends_soon:${period.id}:${reminder.once}`,
  });
}

async function tellOver(trx: Trx, period: Period): Promise<void> {
  await addNotice(trx, {
    ...{ accountId: period.accountId, kind: 'fee_expired', subjectId: period.id, params: {} },
    once: `fee_expired:${period.id}`,
  });
}

function dayInShanghai(at: Date): string {
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
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
