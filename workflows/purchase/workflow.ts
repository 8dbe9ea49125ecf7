import { defineUpdate } from '@temporalio/workflow';
import { systemActor } from '../../domain/case/states';
import { DomainError } from '../../domain/shared/errors';
import { purchaseMachine, type PurchaseState } from '../../domain/purchase/states';
import { PaymentsOfCase } from '../payment/of-case';
import { Case } from '../shared/case';
import { asFailure } from '../shared/failures';
import type { CommandInput } from '../shared/messages';
import { ownTransactions } from '../shared/own-transactions';
import {
  payOnlineUpdate,
  purchaseUpdates,
  type PayOnlineInput,
  type PurchaseActInput,
  type PurchaseActivities,
  type PurchaseInput,
  type PurchaseSnapshotDto,
} from './contract';

const pay = defineUpdate<void, [CommandInput]>(purchaseUpdates.pay);
const payOnline = defineUpdate<void, [PayOnlineInput]>(payOnlineUpdate);
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
  const payments = new PaymentsOfCase(() => order.askToReload());
  const awaitMs = policy.awaitPaymentMs ?? 4_000;

  /** While an online payment is open nothing else may become of the order: it is closed first. */
  const oncePaymentIsClosed = async (at: PurchaseSnapshotDto, withinMs?: number): Promise<'done' | 'again'> => {
    if (at.payment?.closing !== true) return 'done';
    await payments.wake(at.payment.start);
    // rule: uncertain-close-is-told
    if (!(await order.until((now) => now.payment?.closing !== true, withinMs)))
      throw asFailure(new DomainError('PAYMENT_IN_PROGRESS', { allowed: [] }));
    return 'again';
  };

  order.on(
    pay, // 立即支付
    'pay',
    (who) => acts.payFromBalance({ ...by(who), detailOpenForMs: policy.detailOpenForMs }),
    (at) => oncePaymentIsClosed(at, awaitMs),
  );
  order.on(
    payOnline, // 立即支付, through a channel: its payment is a case of its own
    'pay',
    (who) => acts.requestPayment({ ...by(who), method: who.method }),
    async ({ payment }) => {
      if (payment == null) return 'done';
      await payments.wake(payment.start);
      if (!payment.ready) await payments.ready(payment.start.paymentId, awaitMs);
      return 'done';
    },
  );
  order.on(
    cancel,
    'cancel',
    (who) => acts.cancelPurchase(by(who)),
    (at) => oncePaymentIsClosed(at),
  );
  order.on(close, 'close', (who) => acts.closeOrderDetail(by(who))); // 关闭

  await order.opened();

  await order.during('awaiting_payment', {
    whenDue: async () => {
      const at = await acts.expirePurchase(byClock);
      if (at.payment?.closing === true) await payments.wake(at.payment.start);
      return at;
    },
  });
  await order.during('paid');
  await order.during('stocked', { whenDue: () => acts.closeOrderDetail(byClock) });
  return order.finished();
}
