import type { Books } from '../books/books';
import type { Order, Refund, RefundState } from '../books/records';
import type { FaultKind } from '../faults';
import { NotPossible } from '../not-possible';
import type { Notifier } from '../notifications/notifier';
import { newNumber } from './numbers';
import { isPaid, termsOf } from './orders';
import { Refusal } from './refusal';
import type { RefundBody } from './schemas';
import { shanghaiTime } from './time';

export type Settlement = Exclude<RefundState, 'PROCESSING'>;

const yearMs = 365 * 86_400_000;
const mostRefunds = 50;
/** How long the channel works on a refund. */
const processingMs = 200;

const invalid = (message: string): Refusal => new Refusal(400, 'INVALID_REQUEST', message);

/** What is scripted for the next refund. */
export const refundFaults = ['not_enough', 'keep_processing', 'refund_abnormal', 'refund_closed'] as const;
const scripted: Readonly<Partial<Record<FaultKind, Settlement | null>>> = {
  keep_processing: null,
  refund_abnormal: 'ABNORMAL',
  refund_closed: 'CLOSED',
};

/** The channel's refund desk. A refund number stands for one refund for ever. */
export class Refunds {
  constructor(
    private readonly books: Books,
    private readonly notifier: Notifier,
  ) {}

  /**
   * Accepts a refund, or finds the one of this number. It is in processing first, and ends a moment later.
   * `takeFault` is asked only when a new refund would be accepted.
   * @throws Refusal
   */
  async create(body: RefundBody, takeFault: () => FaultKind | undefined): Promise<Readonly<Record<string, unknown>>> {
    const order =
      body.transaction_id === undefined
        ? this.books.order(body.out_trade_no ?? '')
        : this.books.orderOfTransaction(body.transaction_id);
    if (order === undefined) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '订单不存在');
    const known = this.books.refund(body.out_refund_no);
    if (known !== undefined) {
      if (known.terms !== refundTerms(order, body)) throw invalid('订单金额或退款金额与之前请求不一致，请核实后再试');
      await this.books.saveRefund(known);
      return refundAnswer(order, known);
    }
    this.checkRefundable(order, body);
    const fault = takeFault();
    if (fault === 'not_enough') throw new Refusal(403, 'NOT_ENOUGH', '基本账户余额不足，请充值后重新发起');
    const settlesAs = fault === undefined ? 'SUCCESS' : scripted[fault];
    const refund = refundOf(order, body, settlesAs === undefined ? 'SUCCESS' : settlesAs);
    await Promise.all([this.books.saveRefund(refund), this.books.saveOrder({ ...order, state: 'REFUND' })]);
    this.settleLater(refund, processingMs);
    return refundAnswer(order, refund);
  }

  /** @throws Refusal 404 RESOURCE_NOT_EXISTS */
  query(outRefundNo: string): Readonly<Record<string, unknown>> {
    const refund = this.books.refund(outRefundNo);
    const order = refund && this.books.order(refund.outTradeNo);
    if (refund === undefined || order === undefined) throw new Refusal(404, 'RESOURCE_NOT_EXISTS', '退款单不存在');
    return refundAnswer(order, refund);
  }

  /**
   * Ends a refund that is in processing; one that is abnormal may still succeed. What has ended so stays so.
   * @throws NotPossible
   */
  async settle(outRefundNo: string, as: Settlement): Promise<Refund> {
    const refund = this.books.refund(outRefundNo);
    if (refund === undefined) throw new NotPossible(404, `no refund has the number ${outRefundNo}`);
    if (refund.state === as) return refund;
    if (refund.state === 'SUCCESS' || refund.state === 'CLOSED')
      throw new NotPossible(409, `the refund has ended: ${refund.state}`);
    const succeededAt = as === 'SUCCESS' ? Math.floor(Date.now() / 1_000) * 1_000 : null;
    const settled: Refund = { ...refund, state: as, succeededAt };
    const written = [this.books.saveRefund(settled)];
    if (as === 'CLOSED') written.push(...this.backToPaid(refund.outTradeNo));
    await Promise.all([...written, this.notifier.announce(`REFUND.${as}`, outRefundNo)]);
    return settled;
  }

  /** Takes up again what was in processing when the process ended. */
  resume(): void {
    for (const refund of this.books.allRefunds()) this.settleLater(refund, 0);
  }

  private settleLater(refund: Refund, afterMs: number): void {
    const { outRefundNo, settlesAs } = refund;
    if (refund.state !== 'PROCESSING' || settlesAs === null) return;
    const settle = async (): Promise<void> => {
      if (this.books.refund(outRefundNo)?.state === 'PROCESSING') await this.settle(outRefundNo, settlesAs);
    };
    setTimeout(() => void settle(), afterMs).unref();
  }

  private checkRefundable(order: Order, body: RefundBody): void {
    if (!isPaid(order)) throw invalid('订单未支付，不能发起退款');
    if (body.amount.total !== order.total) throw invalid('订单金额与原订单不一致');
    if (Date.now() - (order.paidAt ?? 0) > yearMs) throw invalid('订单已超过可退款的最大期限');
    const others = this.books.refundsOf(order.outTradeNo);
    if (others.length >= mostRefunds) throw invalid('一笔订单最多支持50次部分退款');
    const given = others.reduce((sum, { state, amount }) => sum + (state === 'CLOSED' ? 0 : amount), 0);
    if (given + body.amount.refund > order.total) throw invalid('申请退款金额大于订单剩余可退金额');
  }

  /** A closed refund gives nothing back: without another one the order is simply paid. */
  private backToPaid(outTradeNo: string): Promise<void>[] {
    const order = this.books.order(outTradeNo);
    const isRefunded = this.books.refundsOf(outTradeNo).some(({ state }) => state !== 'CLOSED');
    return order === undefined || isRefunded ? [] : [this.books.saveOrder({ ...order, state: 'SUCCESS' })];
  }
}

/** Which of the two names the order was given by makes no difference. */
const refundTerms = (order: Order, body: RefundBody): string =>
  termsOf({ ...body, transaction_id: order.transactionId, out_trade_no: order.outTradeNo });

function refundOf(order: Order, body: RefundBody, settlesAs: Settlement | null): Refund {
  return {
    outRefundNo: body.out_refund_no,
    refundId: newNumber('50300'),
    outTradeNo: order.outTradeNo,
    amount: body.amount.refund,
    reason: body.reason ?? '',
    notifyUrl: body.notify_url ?? '',
    createdAt: Math.floor(Date.now() / 1_000) * 1_000,
    terms: refundTerms(order, body),
    state: 'PROCESSING',
    succeededAt: null,
    settlesAs,
  };
}

function refundAnswer(order: Order, refund: Refund): Readonly<Record<string, unknown>> {
  return {
    refund_id: refund.refundId,
    out_refund_no: refund.outRefundNo,
    transaction_id: order.transactionId,
    out_trade_no: order.outTradeNo,
    channel: 'ORIGINAL',
    user_received_account: '支付用户零钱',
    ...(refund.succeededAt === null ? {} : { success_time: shanghaiTime(refund.succeededAt) }),
    create_time: shanghaiTime(refund.createdAt),
    status: refund.state,
    funds_account: 'AVAILABLE',
    amount: {
      total: order.total,
      refund: refund.amount,
      from: [],
      payer_total: order.total,
      payer_refund: refund.amount,
      settlement_refund: refund.amount,
      settlement_total: order.total,
      discount_refund: 0,
      currency: 'CNY',
    },
    promotion_detail: [],
  };
}
