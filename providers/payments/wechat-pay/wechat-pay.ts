import {
  ChannelError,
  type AttemptAnswer,
  type AttemptOrder,
  type ChannelBill,
  type ChannelCapabilities,
  type ChannelPayment,
  type ChannelRefund,
  type ChannelReport,
  type PaymentChannel,
  type RawHeaders,
  type RefundOrder,
} from '../../../domain/ports/payment-channel';
import { fetchBill } from './bills';
import { toChannelTime } from './channel-time';
import {
  closedCodes,
  meaning,
  paidCodes,
  payingCodes,
  tooOftenCodes,
  unknownCodes,
  usedCodes,
} from '../../wechat-pay/codes';
import { WechatPayHttp } from '../../wechat-pay/http-client';
import { readNotification } from './notifications';
import type { WechatPaySettings, WechatPaySurroundings } from '../../wechat-pay/settings';
import { createdOrder, parsed, paymentOf, refundAnswer, refundOfAnswer, trade } from './shapes';

const orders = '/v3/pay/transactions';
const refunds = '/v3/refund/domestic/refunds';
const dayMs = 86_400_000;

/** A QR code is good for two hours; money can be given back for a year. */
const capabilities: ChannelCapabilities = {
  channel: 'wechat_pay',
  presents: 'qr',
  longestAttemptMs: 2 * 3_600_000,
  refundableForMs: 365 * dayMs,
};

/**
 * WeChat Pay, API v3, as a merchant in its own name: Native orders.
 * @throws Error when a key cannot be read; the configuration has looked at them before
 */
export function createWechatPay(settings: WechatPaySettings, around: WechatPaySurroundings = {}): PaymentChannel {
  return new WechatPay(settings, around);
}

class WechatPay implements PaymentChannel {
  readonly capabilities = capabilities;
  private readonly http: WechatPayHttp;
  private readonly now: () => number;
  private readonly apiV3Key: Uint8Array;

  constructor(
    private readonly settings: WechatPaySettings,
    around: WechatPaySurroundings,
  ) {
    this.http = new WechatPayHttp(settings, around);
    this.now = around.now ?? Date.now;
    this.apiV3Key = Buffer.from(settings.apiV3Key);
  }

  async createAttempt(order: AttemptOrder): Promise<AttemptAnswer> {
    return this.http.ask<AttemptAnswer>({
      operation: 'create',
      method: 'POST',
      path: `${orders}/native`,
      body: {
        appid: this.settings.appid,
        mchid: this.settings.mchid,
        description: order.description,
        out_trade_no: order.channelNumber,
        time_expire: toChannelTime(order.expiresAt),
        attach: order.reference,
        notify_url: this.notifyUrl('payments'),
        amount: { total: order.amountFen, currency: 'CNY' },
      },
      read: (body) => ({
        kind: 'open',
        presentation: { kind: 'qr', codeUrl: parsed(createdOrder, body).code_url },
      }),
      meanings: new Map<string, AttemptAnswer>([
        ...meaning<AttemptAnswer>(paidCodes, { kind: 'already_paid' }),
        ...meaning<AttemptAnswer>([...closedCodes, ...usedCodes], { kind: 'number_spent' }),
      ]),
    });
  }

  async query(channelNumber: string): Promise<ChannelPayment | undefined> {
    const mchid = encodeURIComponent(this.settings.mchid);
    return this.http.ask<ChannelPayment | undefined>({
      operation: 'query',
      method: 'GET',
      path: `${orders}/out-trade-no/${inPath(channelNumber)}?mchid=${mchid}`,
      read: (body) => {
        const payment = paymentOf(parsed(trade, body), this.settings);
        return aboutWhatWasAsked(payment, payment.channelNumber === channelNumber);
      },
      meanings: new Map(meaning(unknownCodes, undefined)),
    });
  }

  async close(channelNumber: string): Promise<'closed' | 'already_paid' | 'busy' | 'unknown'> {
    return this.http.ask<'closed' | 'already_paid' | 'busy' | 'unknown'>({
      operation: 'close',
      method: 'POST',
      path: `${orders}/out-trade-no/${inPath(channelNumber)}/close`,
      body: { mchid: this.settings.mchid },
      read: () => 'closed',
      meanings: new Map([
        ...meaning(closedCodes, 'closed' as const),
        ...meaning(paidCodes, 'already_paid' as const),
        // rule: wechat-pay-too-often-is-not-closed
        ...meaning([...tooOftenCodes, ...payingCodes], 'busy' as const),
        ...meaning(unknownCodes, 'unknown' as const),
      ]),
    });
  }

  async refund(order: RefundOrder): Promise<ChannelRefund> {
    return this.http.ask({
      operation: 'refund',
      method: 'POST',
      path: refunds,
      body: {
        out_trade_no: order.channelNumber,
        out_refund_no: order.refundNumber,
        reason: order.reason,
        notify_url: this.notifyUrl('refunds'),
        amount: { refund: order.amountFen, total: order.totalFen, currency: 'CNY' },
      },
      read: (body) => {
        const refund = refundOfAnswer(parsed(refundAnswer, body), this.settings);
        const sameNumbers = refund.refundNumber === order.refundNumber && refund.channelNumber === order.channelNumber;
        return aboutWhatWasAsked(refund, sameNumbers);
      },
    });
  }

  async queryRefund(refundNumber: string): Promise<ChannelRefund | undefined> {
    return this.http.ask<ChannelRefund | undefined>({
      operation: 'query_refund',
      method: 'GET',
      path: `${refunds}/${inPath(refundNumber)}`,
      read: (body) => {
        const refund = refundOfAnswer(parsed(refundAnswer, body), this.settings);
        return aboutWhatWasAsked(refund, refund.refundNumber === refundNumber);
      },
      meanings: new Map(meaning(unknownCodes, undefined)),
    });
  }

  verifyNotification(headers: RawHeaders, rawBody: Uint8Array): ChannelReport {
    const reader = { own: this.settings, keys: this.http.platformKeys, apiV3Key: this.apiV3Key, now: this.now };
    return readNotification(reader, headers, rawBody);
  }

  async bill(day: string): Promise<ChannelBill | 'not_ready'> {
    return fetchBill(this.http, day, this.now());
  }

  /** The channel takes no query in it. */
  private notifyUrl(of: 'payments' | 'refunds'): string {
    return `${this.settings.notifyBaseUrl}/webhooks/wechat-pay/${of}`;
  }
}

function inPath(number: string): string {
  if (!/^[0-9A-Za-z_*-]{6,32}$/.test(number)) throw new ChannelError('refused', 'NUMBER_SHAPE');
  return encodeURIComponent(number);
}

/** An answer to another question is truly signed too. */
function aboutWhatWasAsked<T>(answer: T, same: boolean): T {
  // rule: wechat-pay-answer-is-about-the-question
  if (!same) throw new ChannelError('untrusted', 'OTHER_NUMBER');
  return answer;
}
