import { DomainError } from '../../domain/shared/errors';
import { systemActor } from '../../domain/case/states';
import type { ClosingAct, PurchaseState } from '../../domain/purchase/states';
import type { By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { stockPurchase } from '../stock/repository';
import { endPurchase, moveCase, type PurchaseOrder } from './repository';

/*
 * A purchase and the payment that may still pay it. The purchase's row names that payment, and whoever changes either
 * locks the purchase first: so an order is never ended while money for it may still come, and never paid twice.
 */

const bySystem: By = { actor: systemActor, requestId: null };

export interface PayableOrder {
  readonly state: PurchaseState;
  readonly dueAt: Date | null;
  readonly enterpriseId: string;
  readonly totalFen: number;
  readonly expiresAt: Date;
  readonly title: string;
  readonly openPaymentId: string | null;
  readonly closingAct: ClosingAct | null;
  /** Who wished so. */
  readonly closingCommandId: string | null;
}

/** The order, locked until the transaction ends. */
export async function lockOrder(trx: Trx, purchaseId: string): Promise<PayableOrder> {
  const order = await firstRow<PayableOrder>(
    trx,
    `select state, due_at as "dueAt", enterprise_id as "enterpriseId", total_fen as "totalFen", expires_at as "expiresAt",
            (benefit ->> 'name') || ' × ' || quantity as title, open_payment_id as "openPaymentId",
            closing_act as "closingAct", closing_command_id as "closingCommandId"
       from purchases where id = :purchaseId for no key update`,
    { purchaseId },
  );
  if (order === undefined) throw new Error(`no purchase ${purchaseId}`);
  return order;
}

/** From now on this payment may pay the order. */
export async function expectPayment(trx: Trx, purchaseId: string, paymentId: string): Promise<void> {
  await run(trx, 'update purchases set open_payment_id = :paymentId, updated_at = now() where id = :purchaseId', {
    purchaseId,
    paymentId,
  });
}

/**
 * The order waits, with nothing that anybody could do, until its payment is certainly closed; then `act` happens to it.
 * A second wish does not replace the first, but for giving the order up instead of paying it otherwise.
 */
export async function awaitClose(trx: Trx, order: PurchaseOrder & { readonly act: ClosingAct }): Promise<void> {
  const waiting = await firstRow<{ isNew: boolean }>(
    trx,
    `with before as (select closing_act from purchases where id = :purchaseId)
     update purchases set closing_act = :act, closing_command_id = :commandId, closing_actor = :actor,
            closing_request_id = :requestId, due_at = null, updated_at = now()
      where id = :purchaseId and open_payment_id is not null
        and (closing_act is null or (closing_act = 'switch' and :act <> 'switch'))
     returning (select closing_act is null from before) as "isNew"`,
    {
      purchaseId: order.purchaseId,
      act: order.act,
      commandId: order.commandId,
      actor: order.by.actor,
      requestId: order.by.requestId,
    },
  );
  if (waiting?.isNew !== true) return;
  await moveCase(trx, order, {
    act: 'close_payment',
    from: 'awaiting_payment',
    dueAt: null,
    standing: { state: 'open', whoseTurn: 'provider' },
  });
}

/**
 * The payment that might have paid the order never will: what was waiting for that happens now. True when the order is
 * over by it.
 */
export async function releaseOrder(trx: Trx, purchaseId: string, paymentId: string): Promise<void> {
  // rule: released-by-its-own-payment
  const released = await firstRow<{
    act: ClosingAct | null;
    commandId: string | null;
    actor: string | null;
    requestId: string | null;
    expiresAt: Date;
  }>(
    trx,
    `with before as (select closing_act, closing_command_id, closing_actor, closing_request_id
                       from purchases where id = :purchaseId)
     update purchases p set open_payment_id = null, closing_act = null, closing_command_id = null,
            closing_actor = null, closing_request_id = null, due_at = expires_at, updated_at = now()
       from before
      where p.id = :purchaseId and p.open_payment_id = :paymentId
     returning before.closing_act as act, before.closing_command_id as "commandId", before.closing_actor as actor,
               before.closing_request_id as "requestId", p.expires_at as "expiresAt"`,
    { purchaseId, paymentId },
  );
  if (released === undefined || released.act === null) return;
  const by = { actor: released.actor ?? systemActor, requestId: released.requestId };
  const { act, commandId } = released;
  if (act === 'switch') {
    await moveCase(
      trx,
      { purchaseId, by: bySystem },
      { act: 'payment_closed', from: 'awaiting_payment', dueAt: released.expiresAt },
    );
    return;
  }
  // rule: closed-payment-ends-the-order
  await endPurchase(trx, { purchaseId, commandId, by, act });
}

/**
 * The order is paid by this payment and stocked, in one transaction. False when it waits for no payment (any more):
 * then the money is late or double.
 */
export async function stockPaidOrder(
  trx: Trx,
  order: { readonly purchaseId: string; readonly detailOpenForMs: number },
): Promise<boolean> {
  const { purchaseId } = order;
  // rule: paid-online-only-while-awaiting-payment
  const awaiting = await firstRow(
    trx,
    `select id from purchases where id = :purchaseId and state = 'awaiting_payment' for update`,
    { purchaseId },
  );
  if (awaiting === undefined) return false;
  const commodityId = await stockPurchase(trx, purchaseId, bySystem);
  const dueAt = new Date(Date.now() + order.detailOpenForMs);
  await run(
    trx,
    `update purchases set state = 'stocked', commodity_id = :commodityId, due_at = :dueAt, open_payment_id = null,
            closing_act = null, closing_command_id = null, closing_actor = null, closing_request_id = null,
            updated_at = now()
      where id = :purchaseId`,
    { purchaseId, commodityId, dueAt },
  );
  await moveCase(trx, { purchaseId, by: bySystem }, { act: 'pay_online', from: 'awaiting_payment', dueAt: null });
  await moveCase(trx, { purchaseId, by: bySystem }, { act: 'stock', from: 'paid', dueAt });
  return true;
}

/** @throws DomainError PAYMENT_IN_PROGRESS */
export function refuseWhileClosing(order: Pick<PayableOrder, 'closingAct'>): void {
  // rule: no-payment-while-one-is-closing
  if (order.closingAct !== null) throw paymentInProgress();
}

export function paymentInProgress(): DomainError {
  return new DomainError('PAYMENT_IN_PROGRESS', { allowed: [] });
}
