import { systemActor } from '../../domain/case/states';
import type { Db } from '../../db/connection';
import { recordCreation } from '../../db/command/repository';
import {
  endPurchase,
  payFromBalance,
  placePurchase,
  purchaseSnapshot,
  type PurchaseOrder,
  type PurchaseSnapshot,
} from '../../db/purchase/repository';
import {
  purchaseWorkflowId,
  type PurchaseActInput,
  type PurchaseActivities,
  type PurchaseSnapshotDto,
} from '../../workflows/purchase/contract';
import { inTransaction } from '../shared/transactions';

export function createPurchaseActivities(db: Db): PurchaseActivities {
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
        return toDto(snapshot);
      }),

    loadPurchase: async ({ purchaseId }) => {
      const snapshot = await purchaseSnapshot(db, purchaseId);
      if (snapshot === undefined) throw new Error(`no purchase ${purchaseId}`);
      return toDto(snapshot);
    },

    payFromBalance: (input) =>
      inTransaction(db, async (trx) =>
        toDto(await payFromBalance(trx, { ...orderOf(input), detailOpenForMs: input.detailOpenForMs })),
      ),

    cancelPurchase: (input) =>
      inTransaction(db, async (trx) => toDto(await endPurchase(trx, { ...orderOf(input), act: 'cancel' }))),

    expirePurchase: (input) =>
      inTransaction(db, async (trx) => toDto(await endPurchase(trx, { ...orderOf(input), act: 'expire' }))),

    closeOrderDetail: (input) =>
      inTransaction(db, async (trx) => {
        const act = input.actor === systemActor ? 'close_unattended' : 'close';
        return toDto(await endPurchase(trx, { ...orderOf(input), act }));
      }),
  };
}

function orderOf(input: PurchaseActInput): PurchaseOrder {
  return {
    purchaseId: input.purchaseId,
    commandId: input.commandId,
    by: { actor: input.actor, requestId: input.requestId },
  };
}

function toDto(snapshot: PurchaseSnapshot): PurchaseSnapshotDto {
  return { state: snapshot.state, dueAt: snapshot.dueAt?.toISOString() ?? null };
}
