import type { CaseStanding } from '../../domain/case/states';
import { ledgerAccountId } from '../../domain/ledger/accounts';
import { DomainError } from '../../domain/shared/errors';
import { transition } from '../../domain/shared/state-machine';
import { purchaseMachine, purchaseStanding, type PurchaseAct, type PurchaseState } from '../../domain/purchase/states';
import { recordOpening, recordTransition, type By } from '../case/record-transition';
import { refusedOrDone, type Snapshot } from '../case/refused-or-done';
import { recordEffect } from '../command/repository';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { post } from '../ledger/repository';
import { stockPurchase } from '../stock/repository';

/** What a run must know of a purchase. */
export interface PurchaseSnapshot extends Snapshot<PurchaseState> {
  /** The payment that may still pay it, and whether that is being closed. */
  readonly payment: {
    readonly id: string;
    readonly enterpriseId: string;
    /** A payer has something to scan. */
    readonly ready: boolean;
    readonly closing: boolean;
  } | null;
}

export interface Placement {
  readonly purchaseId: string;
  readonly workflowId: string;
  readonly enterpriseId: string;
  readonly benefitId: string;
  readonly quantity: number;
  readonly payWithinMs: number;
  readonly by: By;
}

export async function purchaseSnapshot(db: Queryable, purchaseId: string): Promise<PurchaseSnapshot | undefined> {
  return firstRow<PurchaseSnapshot>(
    db,
    `select state, due_at as "dueAt",
            case when open_payment_id is not null
                 then jsonb_build_object('id', open_payment_id, 'enterpriseId', enterprise_id,
                                         'ready', (select p.state <> 'created' from payments p where p.id = open_payment_id),
                                         'closing', closing_act is not null) end as payment
       from purchases where id = :purchaseId`,
    { purchaseId },
  );
}

/**
 * 立即购买: places the order and freezes the benefit into it, or returns the order that is there ("open or load").
 *
 * @throws DomainError REFERENCE_NOT_FOUND at /benefitId
 */
export async function placePurchase(trx: Trx, order: Placement): Promise<PurchaseSnapshot> {
  // rule: order-placed-once, taken-down-benefit-is-not-ordered
  const placed = await firstRow<Snapshot<PurchaseState> & { title: string }>(
    trx,
    `insert into purchases (id, enterprise_id, placed_by, benefit, quantity, unit_price_fen, total_fen,
                            state, expires_at, due_at)
     select :purchaseId, :enterpriseId, :actor,
            jsonb_build_object('id', b.id, 'name', b.name, 'kind', b.kind, 'priceFen', b.price_fen,
              'validity', case when b.validity_days is null then null
                               else jsonb_build_object('days', b.validity_days) end,
              'exchangeNotes', b.exchange_notes),
            :quantity::integer, b.price_fen, b.price_fen * :quantity::bigint, 'awaiting_payment',
            now() + make_interval(secs => :payWithinS), now() + make_interval(secs => :payWithinS)
       from benefits b where b.id = :benefitId and b.taken_down_at is null
     on conflict (id) do nothing
     returning state, due_at as "dueAt", (benefit ->> 'name') || ' × ' || quantity as title`,
    { ...order, actor: order.by.actor, payWithinS: order.payWithinMs / 1_000 },
  );
  if (placed === undefined) return existingPurchase(trx, order.purchaseId);
  await recordOpening(trx, {
    kind: 'purchase',
    subjectId: order.purchaseId,
    workflowId: order.workflowId,
    enterpriseId: order.enterpriseId,
    title: placed.title,
    stage: placed.state,
    standing: purchaseStanding[placed.state],
    dueAt: placed.dueAt,
    by: order.by,
  });
  return { state: placed.state, dueAt: placed.dueAt, payment: null };
}

async function existingPurchase(trx: Trx, purchaseId: string): Promise<PurchaseSnapshot> {
  const existing = await purchaseSnapshot(trx, purchaseId);
  if (existing !== undefined) return existing;
  throw new DomainError('REFERENCE_NOT_FOUND', {
    errors: [{ path: '/benefitId', code: 'REFERENCE_NOT_FOUND', message: 'no such benefit' }],
  });
}

/** An act upon one purchase; `commandId` is the claim of the person's command, absent when a clock acts. */
export interface PurchaseOrder {
  readonly purchaseId: string;
  readonly commandId: string | null;
  readonly by: By;
}

/**
 * 立即支付 from the enterprise balance: paid and stocked are one fact and one transaction. The balance comes last, since
 * all buyers of an enterprise meet at that row. While an online payment may still pay the order nothing happens: the
 * answer names it.
 *
 * @throws DomainError WRONG_STATE `{state, dueAt}`, BALANCE_SHORT `{missingFen}`
 */
export async function payFromBalance(
  trx: Trx,
  order: PurchaseOrder & { readonly detailOpenForMs: number },
): Promise<PurchaseSnapshot> {
  // rule: paid-only-while-awaiting-payment, paid-under-lock, not-paid-twice-over
  const commodity = await firstRow<{ enterpriseId: string; totalFen: number }>(
    trx,
    `select enterprise_id as "enterpriseId", total_fen as "totalFen" from purchases
      where id = :purchaseId and state = 'awaiting_payment' and open_payment_id is null for update`,
    { purchaseId: order.purchaseId },
  );
  if (commodity === undefined) return doneOrRefused(trx, order);
  const commodityId = await stockPurchase(trx, order.purchaseId, order.by);
  const dueAt = new Date(Date.now() + order.detailOpenForMs);
  await run(
    trx,
    `update purchases set state = 'stocked', commodity_id = :commodityId, due_at = :dueAt, updated_at = now()
      where id = :purchaseId and state = 'awaiting_payment'`,
    { purchaseId: order.purchaseId, commodityId, dueAt },
  );
  await moveCase(trx, order, { act: 'pay', from: 'awaiting_payment', dueAt: null });
  await moveCase(trx, order, { act: 'stock', from: 'paid', dueAt });
  // rule: payment-records-its-effect
  if (order.commandId !== null) await recordEffect(trx, order.commandId);
  await post(trx, {
    source: order.purchaseId,
    kind: 'purchase_payment',
    lines: [
      { accountId: ledgerAccountId('balance', commodity.enterpriseId), amount: -commodity.totalFen },
      { accountId: ledgerAccountId('spent', commodity.enterpriseId), amount: commodity.totalFen },
    ],
  });
  return { state: 'stocked', dueAt, payment: null };
}

/**
 * An act that ends the purchase: cancelled, expired or closed. While an online payment may still pay it nothing happens:
 * the answer names it.
 *
 * @throws DomainError WRONG_STATE `{state, dueAt}`
 */
export async function endPurchase(
  trx: Trx,
  order: PurchaseOrder & { readonly act: 'cancel' | 'expire' | 'close' | 'close_unattended' },
): Promise<PurchaseSnapshot> {
  const from: PurchaseState = order.act === 'cancel' || order.act === 'expire' ? 'awaiting_payment' : 'stocked';
  const to = transition(purchaseMachine, from, order.act);
  // rule: ended-only-where-the-act-starts, not-ended-while-a-payment-is-open
  const ended = await firstRow(
    trx,
    `update purchases set state = :to, due_at = null, updated_at = now()
      where id = :purchaseId and state = :from and open_payment_id is null returning id`,
    { purchaseId: order.purchaseId, from, to },
  );
  if (ended === undefined) return doneOrRefused(trx, order);
  // rule: ending-records-its-effect
  await moveCase(trx, order, { act: order.act, from, dueAt: null });
  if (order.commandId !== null) await recordEffect(trx, order.commandId);
  return { state: to, dueAt: null, payment: null };
}

/** The row did not stand where the act starts, or an open payment holds it there. */
async function doneOrRefused(trx: Trx, order: PurchaseOrder): Promise<PurchaseSnapshot> {
  const snapshot = await purchaseSnapshot(trx, order.purchaseId);
  if (snapshot === undefined) throw new Error(`no purchase ${order.purchaseId}`);
  if (snapshot.payment !== null) return snapshot;
  return refusedOrDone(trx, purchaseMachine, snapshot, order.commandId);
}

export interface PurchaseMove {
  readonly act: PurchaseAct;
  readonly from: PurchaseState;
  readonly dueAt: Date | null;
  /** Where the state alone does not tell whose turn it is. */
  readonly standing?: CaseStanding;
}

/** {@link recordTransition} of a purchase. */
export function moveCase(trx: Trx, order: Pick<PurchaseOrder, 'purchaseId' | 'by'>, move: PurchaseMove): Promise<void> {
  const to = transition(purchaseMachine, move.from, move.act);
  return recordTransition(trx, {
    kind: 'purchase',
    subjectId: order.purchaseId,
    act: move.act,
    from: move.from,
    to,
    standing: move.standing ?? purchaseStanding[to],
    dueAt: move.dueAt,
    by: order.by,
  });
}
