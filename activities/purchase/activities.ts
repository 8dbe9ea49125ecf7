import { systemActor } from '../../domain/case/states';
import type { ClosingAct } from '../../domain/purchase/states';
import type { Db, Trx } from '../../db/connection';
import { recordCreation, recordEffect } from '../../db/command/repository';
import { askToClose, requestPayment } from '../../db/payment/repository';
import { awaitClose, lockOrder, refuseWhileClosing } from '../../db/purchase/online-repository';
import {
  endPurchase,
  payFromBalance,
  placePurchase,
  purchaseSnapshot,
  type PurchaseOrder,
  type PurchaseSnapshot,
} from '../../db/purchase/repository';
import { paymentWorkflowId, type PaymentPolicy } from '../../workflows/payment/contract';
import {
  purchaseWorkflowId,
  type OpenPayment,
  type PurchaseActInput,
  type PurchaseActivities,
  type PurchaseSnapshotDto,
} from '../../workflows/purchase/contract';
import { inTransaction } from '../shared/transactions';

/** `paymentPolicy`: what the run of a new payment is given to live by. */
export function createPurchaseActivities(db: Db, paymentPolicy: PaymentPolicy): PurchaseActivities {
  const toDto = (purchaseId: string, { state, dueAt, payment }: PurchaseSnapshot): PurchaseSnapshotDto => ({
    state,
    dueAt: dueAt?.toISOString() ?? null,
    ...(payment === null ? {} : { payment: openPayment(purchaseId, payment, paymentPolicy) }),
  });

  /** The step as it is, or, where an online payment is open, the wish that it be closed first. */
  const act = (
    input: PurchaseActInput,
    closing: ClosingAct,
    step: (trx: Trx, order: PurchaseOrder) => Promise<PurchaseSnapshot>,
  ): Promise<PurchaseSnapshotDto> =>
    inTransaction(db, async (trx) => {
      const order = orderOf(input);
      const snapshot = await step(trx, order);
      const mustClose = snapshot.payment !== null && snapshot.state === 'awaiting_payment';
      return toDto(input.purchaseId, mustClose ? await closeFirst(trx, { ...order, act: closing }, step) : snapshot);
    });

  return {
    openPurchase: (input) =>
      inTransaction(db, async (trx) => {
        const snapshot = await placePurchase(trx, {
          purchaseId: input.purchaseId,
          workflowId: purchaseWorkflowId(input.purchaseId),
          enterpriseId: input.enterpriseId,
          benefitId: input.benefitId,
          quantity: input.quantity,
          payWithinMs: input.policy.payWithinMs,
          by: { actor: input.accountId, requestId: input.requestId },
        });
        // rule: opening-records-its-effect
        if (input.commandId !== null) await recordCreation(trx, input.commandId, input.purchaseId);
        return toDto(input.purchaseId, snapshot);
      }),

    loadPurchase: async ({ purchaseId }) => {
      const snapshot = await purchaseSnapshot(db, purchaseId);
      if (snapshot === undefined) throw new Error(`no purchase ${purchaseId}`);
      return toDto(purchaseId, snapshot);
    },

    payFromBalance: (input) =>
      act(input, 'switch', (trx, order) => payFromBalance(trx, { ...order, detailOpenForMs: input.detailOpenForMs })),

    requestPayment: (input) =>
      inTransaction(db, async (trx) => {
        const { purchaseId, commandId, by } = orderOf(input);
        await requestPayment(trx, {
          subject: { kind: 'purchase', id: purchaseId },
          ...{ by, method: input.method, channel: 'wechat_pay', workflowIdOf: paymentWorkflowId },
        });
        // rule: asking-for-payment-records-its-effect
        if (commandId !== null) await recordEffect(trx, commandId);
        return toDto(purchaseId, await snapshotOf(trx, purchaseId));
      }),

    cancelPurchase: (input) => act(input, 'cancel', (trx, order) => endPurchase(trx, { ...order, act: 'cancel' })),

    expirePurchase: (input) => act(input, 'expire', (trx, order) => endPurchase(trx, { ...order, act: 'expire' })),

    closeOrderDetail: (input) =>
      inTransaction(db, async (trx) => {
        const act = input.actor === systemActor ? 'close_unattended' : 'close';
        return toDto(input.purchaseId, await endPurchase(trx, { ...orderOf(input), act }));
      }),
  };
}

/** A payment that may still pay the order is asked to close; the order waits for that, and says so. */
async function closeFirst(
  trx: Trx,
  order: PurchaseOrder & { readonly act: ClosingAct },
  step: (trx: Trx, order: PurchaseOrder) => Promise<PurchaseSnapshot>,
): Promise<PurchaseSnapshot> {
  const { openPaymentId, closingAct, closingCommandId } = await lockOrder(trx, order.purchaseId);
  // It was closed this very moment.
  if (openPaymentId === null) return step(trx, order);
  // rule: repeated-switch-waits-on
  if (order.act === 'switch' && closingCommandId !== order.commandId) refuseWhileClosing({ closingAct });
  await awaitClose(trx, order);
  await askToClose(trx, openPaymentId, order.by);
  return snapshotOf(trx, order.purchaseId);
}

async function snapshotOf(trx: Trx, purchaseId: string): Promise<PurchaseSnapshot> {
  const snapshot = await purchaseSnapshot(trx, purchaseId);
  if (snapshot === undefined) throw new Error(`no purchase ${purchaseId}`);
  return snapshot;
}

function openPayment(
  purchaseId: string,
  payment: NonNullable<PurchaseSnapshot['payment']>,
  policy: PaymentPolicy,
): OpenPayment {
  const { id: paymentId, enterpriseId, ready, closing } = payment;
  return { start: { paymentId, enterpriseId, caseWorkflowId: purchaseWorkflowId(purchaseId), policy }, ready, closing };
}

function orderOf(input: PurchaseActInput): PurchaseOrder {
  return {
    purchaseId: input.purchaseId,
    commandId: input.commandId,
    by: { actor: input.actor, requestId: input.requestId },
  };
}
