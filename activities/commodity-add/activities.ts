import type { Db } from '../../db/connection';
import { recordCreation } from '../../db/command/repository';
import {
  commoditySnapshot,
  completeDraft,
  discardDraft,
  openDraft,
  remindOrExpireDraft,
  type CommoditySnapshot,
  type DraftOrder,
} from '../../db/stock/draft-repository';
import {
  commodityAddWorkflowId,
  type CommodityActInput,
  type CommodityAddActivities,
  type CommoditySnapshotDto,
} from '../../workflows/commodity-add/contract';
import { inTransaction } from '../shared/transactions';

export function createCommodityAddActivities(db: Db): CommodityAddActivities {
  return {
    openCommodityDraft: (input) =>
      inTransaction(db, async (trx) => {
        const snapshot = await openDraft(trx, {
          commodityId: input.commodityId,
          workflowId: commodityAddWorkflowId(input.commodityId),
          enterpriseId: input.enterpriseId,
          firstStep: input.firstStep,
          draftKeptMs: input.policy.draftKeptMs,
          remindBeforeMs: input.policy.remindBeforeMs,
          by: { actor: input.accountId, requestId: input.requestId },
        });
        // rule: draft-opening-records-its-effect
        if (input.commandId !== null) await recordCreation(trx, input.commandId, input.commodityId);
        return toDto(snapshot);
      }),

    loadCommodity: async ({ commodityId }) => {
      const snapshot = await commoditySnapshot(db, commodityId);
      if (snapshot === undefined) throw new Error(`no own commodity ${commodityId}`);
      return toDto(snapshot);
    },

    completeCommodity: (input) =>
      inTransaction(db, async (trx) =>
        toDto(await completeDraft(trx, { ...orderOf(input), secondStep: input.secondStep })),
      ),

    discardCommodity: (input) => inTransaction(db, async (trx) => toDto(await discardDraft(trx, orderOf(input)))),

    remindOrExpireDraft: (input) =>
      inTransaction(db, async (trx) => toDto(await remindOrExpireDraft(trx, orderOf(input)))),
  };
}

function orderOf(input: CommodityActInput): DraftOrder {
  return {
    commodityId: input.commodityId,
    commandId: input.commandId,
    by: { actor: input.actor, requestId: input.requestId },
  };
}

function toDto(snapshot: CommoditySnapshot): CommoditySnapshotDto {
  return { state: snapshot.state, dueAt: snapshot.dueAt?.toISOString() ?? null };
}
