import { defineUpdate } from '@temporalio/workflow';
import { systemActor } from '../../domain/case/states';
import { commodityMachine, type CommodityState } from '../../domain/stock/states';
import { Case } from '../shared/case';
import type { CommandInput } from '../shared/messages';
import { ownTransactions } from '../shared/own-transactions';
import {
  commodityAddUpdates,
  type CommodityActInput,
  type CommodityAddActivities,
  type CommodityAddInput,
  type CompleteInput,
} from './contract';

const complete = defineUpdate<void, [CompleteInput]>(commodityAddUpdates.complete);
const discard = defineUpdate<void, [CommandInput]>(commodityAddUpdates.discard);

/** Guide A, 自行添加积分商品: 下一步 keeps a draft → 完成 puts it into the enterprise stock, online. */
export async function commodityAdd(input: CommodityAddInput): Promise<CommodityState | null> {
  const { commodityId, policy } = input;
  const acts = ownTransactions<CommodityAddActivities>(policy.times);
  const by = ({ accountId, commandId, requestId }: CommandInput): CommodityActInput => ({
    commodityId,
    commandId,
    actor: accountId,
    requestId,
  });
  const byClock: CommodityActInput = { commodityId, commandId: null, actor: systemActor, requestId: null };

  const commodity = new Case(
    commodityMachine,
    () => acts.openCommodityDraft(input), // 下一步
    () => acts.loadCommodity({ commodityId }),
  );
  commodity.on(complete, 'complete', (who) => acts.completeCommodity({ ...by(who), secondStep: who.secondStep })); // 完成
  commodity.on(discard, 'discard', (who) => acts.discardCommodity(by(who)));

  await commodity.opened();

  await commodity.during('draft', { whenDue: () => acts.remindOrExpireDraft(byClock) });
  return commodity.finished();
}
