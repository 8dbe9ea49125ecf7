import { createHash, randomBytes } from 'node:crypto';
import type { Books } from '../books/books';
import type { Order, TradeState } from '../books/records';
import type { Identity } from '../keys/identity';
import { paramError, Refusal } from './refusal';
import type { CreateBody } from './schemas';
import { shanghaiTime } from './time';

const lifeMs = 7 * 86_400_000;

const stateTexts: Readonly<Record<TradeState, string>> = {
  NOTPAY: '订单未支付',
  USERPAYING: '用户支付中，需要输入密码',
  PAYERROR: '支付失败(其他原因，如银行返回失败)',
  SUCCESS: '支付成功',
  REFUND: '订单发生过退款',
  CLOSED: '订单已关闭',
};

/** Nobody can pay an order after its time, so it counts as closed then. */
export const stateOf = (order: Order, now = Date.now()): TradeState =>
  (order.state === 'NOTPAY' || order.state === 'PAYERROR') && order.expiresAt <= now ? 'CLOSED' : order.state;

export const isPaid = (order: Order): boolean => order.paidAt !== null;

/** The channel's order desk: what the merchant may ask. The buyer's side is in payers.ts. */
export class Orders {
  constructor(
    private readonly books: Books,
    private readonly identity: Identity,
  ) {}

  /**
   * Opens an order. The same number and the same terms give the same code again.
   * @throws Refusal
   */
  async create(body: CreateBody): Promise<{ code_url: string }> {
    this.checkMerchant(body.mchid, 'body');
    if (body.appid !== this.identity.appid)
      throw new Refusal(400, 'APPID_MCHID_NOT_MATCH', '商户号和appid没有绑定关系，请检查后重试');
    const known = this.books.order(body.out_trade_no);
    const order = known === undefined ? orderOf(body) : reentered(known, body);
    await this.books.saveOrder(order);
    return { code_url: order.codeUrl };
  }

  /** @throws Refusal 404 ORDER_NOT_EXIST */
  query(order: Order | undefined, mchid: string): Readonly<Record<string, unknown>> {
    this.checkMerchant(mchid, 'query');
    return transactionOf(this.identity, found(order));
  }

  /** Closing a closed order is well. @throws Refusal */
  async close(outTradeNo: string, mchid: string): Promise<void> {
    this.checkMerchant(mchid, 'body');
    const order = found(this.books.order(outTradeNo));
    const state = stateOf(order);
    if (isPaid(order)) throw new Refusal(400, 'ORDER_PAID', '订单已支付');
    if (state === 'USERPAYING') throw frequencyLimited();
    await this.books.saveOrder({ ...order, state: 'CLOSED' });
  }

  private checkMerchant(mchid: string, location: 'body' | 'query'): void {
    if (mchid !== this.identity.mchid) throw paramError('/mchid', 'is not the merchant who signed', location);
  }
}

export const frequencyLimited = (): Refusal => new Refusal(429, 'FREQUENCY_LIMITED', '频率超限，请降低请求频率后重试');

export function found(order: Order | undefined): Order {
  if (order === undefined) throw new Refusal(404, 'ORDER_NOT_EXIST', '订单不存在');
  return order;
}

function reentered(order: Order, body: CreateBody): Order {
  if (order.terms !== termsOf(body))
    throw new Refusal(403, 'OUT_TRADE_NO_USED', '商户订单号重复，请核实商户订单号是否重复提交');
  if (isPaid(order)) throw new Refusal(400, 'ORDERPAID', '该订单已支付');
  if (stateOf(order) === 'CLOSED') throw new Refusal(400, 'ORDER_CLOSED', '该订单已关闭，请重新下单');
  return order;
}

/** What was agreed, in short: independent of the order in which fields came. */
export function termsOf(value: unknown): string {
  const text = JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([one], [other]) => (one < other ? -1 : 1)))
      : member,
  );
  return createHash('sha256').update(text).digest('base64');
}

function orderOf(body: CreateBody): Order {
  const now = Date.now();
  const expiresAt = body.time_expire === undefined ? now + lifeMs : Date.parse(body.time_expire);
  if (expiresAt <= now) throw paramError('/time_expire', 'must lie ahead', 'body');
  return {
    outTradeNo: body.out_trade_no,
    description: body.description,
    attach: body.attach ?? '',
    notifyUrl: body.notify_url,
    total: body.amount.total,
    createdAt: now,
    expiresAt,
    codeUrl: `weixin://wxpay/bizpayurl?pr=${randomBytes(8).toString('base64url')}`,
    terms: termsOf(body),
    state: 'NOTPAY',
    transactionId: null,
    paidAt: null,
    openid: null,
  };
}

/** A transaction as queries and notifications tell it. */
export function transactionOf(identity: Identity, order: Order): Readonly<Record<string, unknown>> {
  const state = stateOf(order);
  const whose = { appid: identity.appid, mchid: identity.mchid, out_trade_no: order.outTradeNo };
  const standing = { trade_state: state, trade_state_desc: stateTexts[state], attach: order.attach };
  if (order.paidAt === null) return { ...whose, ...standing, amount: { total: order.total, currency: 'CNY' } };
  return {
    ...whose,
    transaction_id: order.transactionId,
    trade_type: 'NATIVE',
    ...standing,
    bank_type: 'OTHERS',
    success_time: shanghaiTime(order.paidAt),
    payer: { openid: order.openid },
    amount: { total: order.total, payer_total: order.total, currency: 'CNY', payer_currency: 'CNY' },
  };
}
