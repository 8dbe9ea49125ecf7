import { defineUpdate } from '@temporalio/workflow';
import { systemActor } from '../../domain/case/states';
import { purchaseMachine, type PurchaseState } from '../../domain/purchase/states';
import { Case } from '../shared/case';
import type { CommandInput } from '../shared/messages';
import { ownTransactions } from '../shared/own-transactions';
import { purchaseUpdates, type PurchaseActInput, type PurchaseActivities, type PurchaseInput } from './contract';

const pay = defineUpdate<void, [CommandInput]>(purchaseUpdates.pay);
const cancel = defineUpdate<void, [CommandInput]>(purchaseUpdates.cancel);
const close = defineUpdate<void, [CommandInput]>(purchaseUpdates.close);

/** Guide A, 在资源中心采购商品: 立即购买 → 确认购买信息 → 立即支付 → 订单详情 → 关闭. */
export async function purchase(input: PurchaseInput): Promise<PurchaseState | null> {
  const { purchaseId, policy } = input;
  const acts = ownTransactions<PurchaseActivities>(policy.times);
  const by = ({ accountId, commandId, requestId }: CommandInput): PurchaseActInput => ({
    purchaseId,
    commandId,
    actor: accountId,
    requestId,
  });
  const byClock: PurchaseActInput = { purchaseId, commandId: null, actor: systemActor, requestId: null };

  const order = new Case(
    purchaseMachine,
    () => acts.openPurchase(input), // 立即购买: the order is there, its information frozen
    () => acts.loadPurchase({ purchaseId }),
  );
  order.on(pay, 'pay', (who) => acts.payFromBalance({ ...by(who), detailOpenForMs: policy.detailOpenForMs })); // 立即支付
  order.on(cancel, 'cancel', (who) => acts.cancelPurchase(by(who)));
  order.on(close, 'close', (who) => acts.closeOrderDetail(by(who))); // 关闭

  await order.opened();

  await order.during('awaiting_payment', { whenDue: () => acts.expirePurchase(byClock) });
  await order.during('paid');
  await order.during('stocked', { whenDue: () => acts.closeOrderDetail(byClock) });
  return order.finished();
}
