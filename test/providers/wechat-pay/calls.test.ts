import { ChannelError, type AttemptOrder, type PaymentChannel } from '../../../domain/ports/payment-channel';
import type { CallNote } from '../../../providers/wechat-pay/settings';
import { createWechatPay } from '../../../providers/payments/wechat-pay/wechat-pay';
import {
  answers,
  isSignedByMerchant,
  own,
  paidTrade,
  refundDone,
  refuses,
  settingsFor,
  TestChannel,
} from './test-channel';

const order: AttemptOrder = {
  channelNumber: 'att000001',
  amountFen: 888,
  description: '星河积分商城',
  reference: 'pay_01',
  expiresAt: new Date('2026-11-22T15:59:59.999Z'),
};
const refundOrder = {
  refundNumber: 'ref000001',
  channelNumber: 'att000001',
  amountFen: 88,
  totalFen: 888,
  reason: '重复支付',
};
const refundAnswer = { ...refundDone, status: 'SUCCESS', amount: { ...refundDone.amount, currency: 'CNY' } };
const qr = { code_url: 'weixin://wxpay/bizpayurl?pr=1' };

let server: TestChannel;
let channel: PaymentChannel;
const notes: CallNote[] = [];

beforeAll(async () => {
  server = await TestChannel.start();
  const around = { onCall: (note: CallNote) => void notes.push(note), deadlineMs: 30_000, pauseMs: 5 };
  channel = createWechatPay(settingsFor(server.url), around);
});
afterAll(() => server.stop());
beforeEach(() => (notes.length = 0));

async function errorOf(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ChannelError);
  return (error as ChannelError).message;
}

describe('what is asked', () => {
  it('is signed, names our key of the channel, and says all an order needs', async () => {
    server.says(answers(200, qr));
    expect(await channel.createAttempt(order)).toEqual({
      kind: 'open',
      presentation: { kind: 'qr', codeUrl: qr.code_url },
    });
    const [asked] = server.asked;
    expect(asked).toMatchObject({ method: 'POST', path: '/v3/pay/transactions/native' });
    expect(isSignedByMerchant(asked!)).toBe(true);
    expect(asked?.headers).toMatchObject({
      accept: 'application/json',
      'content-type': 'application/json',
      'wechatpay-serial': 'PUB_KEY_ID_1',
      'user-agent': expect.stringContaining('Mallflow'),
    });
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      ...own,
      description: '星河积分商城',
      out_trade_no: 'att000001',
      time_expire: '2026-11-22T23:59:59+08:00',
      attach: 'pay_01',
      notify_url: 'https://mall.example/webhooks/wechat-pay/payments',
      amount: { total: 888, currency: 'CNY' },
    });
    expect(notes).toEqual([{ operation: 'create', outcome: 'ok', ms: expect.any(Number) }]);
  });

  it.each([
    [
      'query',
      () => channel.query('att000001'),
      `GET /v3/pay/transactions/out-trade-no/att000001?mchid=${own.mchid}`,
      '',
    ],
    [
      'close',
      () => channel.close('att_-*01'),
      'POST /v3/pay/transactions/out-trade-no/att_-*01/close',
      `{"mchid":"${own.mchid}"}`,
    ],
    [
      'refund',
      () => channel.refund(refundOrder),
      'POST /v3/refund/domestic/refunds',
      '{"out_trade_no":"att000001","out_refund_no":"ref000001","reason":"重复支付","notify_url":"https://mall.example/webhooks/wechat-pay/refunds","amount":{"refund":88,"total":888,"currency":"CNY"}}',
    ],
    ['query_refund', () => channel.queryRefund('ref000001'), 'GET /v3/refund/domestic/refunds/ref000001', ''],
    [
      'bill',
      () => channel.bill('2026-11-21'),
      'GET /v3/bill/tradebill?bill_date=2026-11-21&bill_type=ALL&tar_type=GZIP',
      '',
    ],
  ])('%s goes to its place', async (operation, ask, line, body) => {
    server.says(refuses(403, 'NO_AUTH'));
    expect(await errorOf(ask())).toBe('refused: NO_AUTH');
    const [asked] = server.asked;
    expect([`${asked?.method} ${asked?.path}`, asked?.body]).toEqual([line, body]);
    expect(isSignedByMerchant(asked!)).toBe(true);
    expect(notes).toEqual([{ operation, outcome: 'refused', ms: expect.any(Number) }]);
  });

  it('never leaves its place for the sake of a number', async () => {
    server.says(answers(204));
    for (const number of ['../../x', 'short', 'a'.repeat(33), 'with space', 'a?b=cdef', '中文中文中文'])
      expect(await errorOf(channel.query(number))).toBe('refused: NUMBER_SHAPE');
    expect(server.asked).toEqual([]);
  });
});

describe('what is answered', () => {
  it.each([
    ['SUCCESS', 'paid'],
    ['REFUND', 'part_refunded'],
    ['NOTPAY', 'unpaid'],
    ['CLOSED', 'closed'],
    ['REVOKED', 'closed'],
    ['USERPAYING', 'in_progress'],
    ['ACCEPT', 'accepted'],
    ['PAYERROR', 'failed'],
  ])('a trade that is %s is %s', async (trade_state, standing) => {
    server.says(answers(200, { ...paidTrade, trade_state }));
    expect(await channel.query('att000001')).toMatchObject({ standing, amountFen: 888, foreign: [] });
  });

  it('an unpaid trade has no time, and perhaps no transaction and no amount', async () => {
    server.says(answers(200, { ...own, out_trade_no: 'att000001', trade_state: 'NOTPAY', transaction_id: '' }));
    expect(await channel.query('att000001')).toEqual({
      channelNumber: 'att000001',
      standing: 'unpaid',
      transactionId: null,
      amountFen: null,
      paidAt: null,
      foreign: [],
    });
  });

  it.each([
    ['SUCCESS', 'succeeded'],
    ['PROCESSING', 'processing'],
    ['CLOSED', 'closed'],
    ['ABNORMAL', 'abnormal'],
  ])('a refund that is %s is %s', async (status, standing) => {
    server.says(answers(200, { ...refundAnswer, status }));
    const refund = { refundNumber: 'ref000001', channelNumber: 'att000001', standing, amountFen: 88, foreign: [] };
    expect(await channel.refund(refundOrder)).toMatchObject(refund);
    expect(await channel.queryRefund('ref000001')).toMatchObject(refund);
  });

  it('refusals that are an answer', async () => {
    const told: Record<string, unknown> = {};
    const ask = {
      create: () => channel.createAttempt(order).then(({ kind }) => kind),
      query: () => channel.query('att000001'),
      close: () => channel.close('att000001'),
      query_refund: () => channel.queryRefund('ref000001'),
    };
    for (const [operation, status, code] of [
      ['create', 400, 'ORDERPAID'],
      ['create', 400, 'ORDER_PAID'],
      ['create', 400, 'ORDER_CLOSED'],
      ['create', 403, 'OUT_TRADE_NO_USED'],
      ['query', 404, 'ORDER_NOT_EXIST'],
      ['query', 404, 'ORDERNOTEXIST'],
      ['close', 400, 'ORDER_CLOSED'],
      ['close', 400, 'ORDER_PAID'],
      ['close', 429, 'FREQUENCY_LIMITED'],
      ['close', 403, 'RULE_LIMIT'],
      ['close', 202, 'USERPAYING'],
      ['close', 404, 'ORDER_NOT_EXIST'],
      ['query_refund', 404, 'RESOURCE_NOT_EXISTS'],
    ] as const) {
      server.says(refuses(status, code));
      told[`${operation} ${code}`] = (await ask[operation]()) ?? 'nothing known';
      expect(server.asked).toHaveLength(1);
    }
    expect(told).toEqual({
      'create ORDERPAID': 'already_paid',
      'create ORDER_PAID': 'already_paid',
      'create ORDER_CLOSED': 'number_spent',
      'create OUT_TRADE_NO_USED': 'number_spent',
      'query ORDER_NOT_EXIST': 'nothing known',
      'query ORDERNOTEXIST': 'nothing known',
      'close ORDER_CLOSED': 'closed',
      'close ORDER_PAID': 'already_paid',
      'close FREQUENCY_LIMITED': 'busy',
      'close RULE_LIMIT': 'busy',
      'close USERPAYING': 'busy',
      'close ORDER_NOT_EXIST': 'unknown',
      'query_refund RESOURCE_NOT_EXISTS': 'nothing known',
    });
  });

  it.each([
    [400, 'PARAM_ERROR', 'refused'],
    [400, 'INVALID_REQUEST', 'refused'],
    [403, 'NOT_ENOUGH', 'refused'],
    [403, 'USER_ACCOUNT_ABNORMAL', 'refused'],
    [404, 'RESOURCE_NOT_EXISTS', 'refused'],
    [429, 'FREQUENCY_LIMITED', 'busy'],
    [403, 'FREQUENCY_LIMIT_EXCEED', 'busy'],
    [500, 'SYSTEM_ERROR', 'busy'],
    [500, 'BIZ_ERR_NEED_RETRY', 'busy'],
  ])('a refund answered %d %s is %s', async (status, code, kind) => {
    server.says(refuses(status, code));
    expect(await errorOf(channel.refund(refundOrder))).toBe(`${kind}: ${code}`);
    expect(server.asked).toHaveLength(kind === 'busy' ? 2 : 1);
  });
});
