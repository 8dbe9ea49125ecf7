import type { Db } from '../../db/connection';
import {
  allocationSnapshot,
  confirmAllocation,
  giveUpAllocation,
  proposeAllocation,
  type AllocationDeed,
  type AllocationSnapshot,
} from '../../db/stock/allocation-repository';
import {
  stockAllocationWorkflowId,
  type AllocationActInput,
  type AllocationSnapshotDto,
  type StockAllocationActivities,
} from '../../workflows/stock-allocation/contract';
import { inTransaction } from '../shared/transactions';

export function createStockAllocationActivities(db: Db): StockAllocationActivities {
  return {
    proposeAllocation: (input) =>
      inTransaction(db, async (trx) =>
        toDto(
          await proposeAllocation(trx, {
            allocationId: input.allocationId,
            workflowId: stockAllocationWorkflowId(input.allocationId),
            enterpriseId: input.enterpriseId,
            terms: input.terms,
            confirmWithinMs: input.policy.confirmWithinMs,
            commandId: input.commandId,
            by: { actor: input.accountId, requestId: input.requestId },
          }),
        ),
      ),

    loadAllocation: async ({ allocationId }) => {
      const snapshot = await allocationSnapshot(db, allocationId);
      if (snapshot === undefined) throw new Error(`no allocation ${allocationId}`);
      return toDto(snapshot);
    },

    confirmAllocation: (input) => inTransaction(db, async (trx) => toDto(await confirmAllocation(trx, deedOf(input)))),

    cancelAllocation: (input) =>
      inTransaction(db, async (trx) => toDto(await giveUpAllocation(trx, { ...deedOf(input), act: 'cancel' }))),

    expireAllocation: (input) =>
      inTransaction(db, async (trx) => toDto(await giveUpAllocation(trx, { ...deedOf(input), act: 'expire' }))),
  };
}

function deedOf(input: AllocationActInput): AllocationDeed {
  return {
    allocationId: input.allocationId,
    commandId: input.commandId,
    by: { actor: input.actor, requestId: input.requestId },
  };
}

function toDto(snapshot: AllocationSnapshot): AllocationSnapshotDto {
  return { state: snapshot.state, dueAt: snapshot.dueAt?.toISOString() ?? null };
}
