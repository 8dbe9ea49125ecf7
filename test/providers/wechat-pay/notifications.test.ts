import { NotificationRefused, type RawHeaders } from '../../../domain/ports/payment-channel';
import { createWechatPay } from '../../../providers/payments/wechat-pay/wechat-pay';
import { envelope, notification, paidTrade, refundDone, settingsFor, type Notification } from './test-channel';

const channel = createWechatPay(settingsFor('http://127.0.0.1:1'));
const paid = { eventType: 'TRANSACTION.SUCCESS', content: paidTrade } as const;
const refunded = { eventType: 'REFUND.SUCCESS', content: refundDone, associatedData: 'refund' } as const;

const read = ({ headers, body }: Notification, change: RawHeaders = {}) =>
  channel.verifyNotification({ ...headers, ...change }, body);

function faultOf(message: Notification, change: RawHeaders = {}): string {
  try {
    read(message, change);
  } catch (error) {
    if (error instanceof NotificationRefused) return error.fault;
    throw error;
  }
  return 'accepted';
}

describe('a notification', () => {
  it('tells of a payment: the whole order, not what the payer gave after coupons', () => {
    expect(read(notification(paid))).toEqual({
      eventId: 'TRANSACTION.SUCCESS:4200000000202611220000000001',
      eventType: 'TRANSACTION.SUCCESS',
      about: 'payment',
      payment: {
        channelNumber: 'att000001',
        standing: 'paid',
        transactionId: '4200000000202611220000000001',
        amountFen: 888,
        paidAt: new Date('2026-11-22T02:00:00Z'),
        foreign: [],
      },
    });
  });

  it('tells of a refund', () => {
    expect(read(notification(refunded))).toEqual({
      eventId: 'REFUND.SUCCESS:50000000000000000000000000001',
      eventType: 'REFUND.SUCCESS',
      about: 'refund',
      refund: {
        refundNumber: 'ref000001',
        channelNumber: 'att000001',
        standing: 'succeeded',
        refundId: '50000000000000000000000000001',
        amountFen: 88,
        succeededAt: new Date('2026-11-22T03:00:00Z'),
        foreign: [],
      },
    });
  });

  it.each([
    ['CLOSED', 'closed'],
    ['ABNORMAL', 'abnormal'],
  ])('tells of a refund that ended %s', (status, standing) => {
    const { success_time: _, ...content } = { ...refundDone, refund_status: status };
    const report = read(notification({ ...refunded, eventType: `REFUND.${status}`, content }));
    expect(report).toMatchObject({ refund: { standing, succeededAt: null } });
  });

  it('is the same event when it comes again, and another when something else happened', () => {
    const again = [notification(paid), notification({ ...paid, serial: 'PUB_KEY_ID_2' })].map(
      (one) => read(one).eventId,
    );
    const ends = ['REFUND.ABNORMAL', 'REFUND.SUCCESS'].map((eventType) => {
      const content = { ...refundDone, refund_status: eventType.slice('REFUND.'.length) };
      return read(notification({ ...refunded, eventType, content })).eventId;
    });
    expect(new Set(again).size).toBe(1);
    expect(new Set([...again, ...ends]).size).toBe(3);
  });

  it.each([
    [{ mchid: '1900000002' }, ['merchant']],
    [{ appid: 'wx0000000000000002' }, ['app']],
    [{ amount: { ...paidTrade.amount, currency: 'USD' } }, ['currency']],
    [{ mchid: '1900000002', appid: 'wx2' }, ['merchant', 'app']],
  ])('says what in it is not ours: %j', (change, foreign) => {
    const report = read(notification({ ...paid, content: { ...paidTrade, ...change } }));
    expect(report).toMatchObject({ about: 'payment', payment: { foreign } });
  });

  it('says so of a refund too', () => {
    const content = { ...refundDone, mchid: '1900000002' };
    expect(read(notification({ ...refunded, content }))).toMatchObject({ refund: { foreign: ['merchant'] } });
  });

  it('takes headers whatever their case, as one value or a list of one', () => {
    const { headers, body } = notification(paid);
    const upper = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), [value]]));
    expect(channel.verifyNotification(upper, body).about).toBe('payment');
  });

  it('is refused, and why', () => {
    const good = notification(paid);
    const now = Math.floor(Date.now() / 1_000);
    expect({
      withoutSerial: faultOf(good, { 'wechatpay-serial': undefined }),
      twoNonces: faultOf(good, { 'wechatpay-nonce': ['a', 'b'] }),
      twoSpellings: faultOf(good, { 'Wechatpay-Nonce': good.headers['wechatpay-nonce'] }),
      noNumber: faultOf(good, { 'wechatpay-timestamp': '1e9' }),
      probe: faultOf(good, { 'wechatpay-signature': `WECHATPAY/SIGNTEST/${good.headers['wechatpay-signature']}` }),
      unknownKey: faultOf(good, { 'wechatpay-serial': 'PUB_KEY_ID_3' }),
      otherKey: faultOf(good, { 'wechatpay-serial': 'PUB_KEY_ID_2' }),
      otherBody: faultOf({ ...good, body: notification(refunded).body }),
      late: faultOf(notification({ ...paid, timestamp: now - 360 })),
      early: faultOf(notification({ ...paid, timestamp: now + 360 })),
      lateAndForged: faultOf(good, { 'wechatpay-timestamp': String(now - 1_000) }),
      otherSealingKey: faultOf(notification({ ...paid, sealedWith: 'f'.repeat(32) })),
      notAnEnvelope: faultOf(envelope([])),
      otherAlgorithm: faultOf(envelope({ id: '1', event_type: 'X', resource: { algorithm: 'NONE' } })),
      unknownEvent: faultOf(notification({ ...paid, eventType: 'COUPON.USE' })),
      notATrade: faultOf(notification({ ...paid, content: refundDone })),
      noAmount: faultOf(notification({ ...paid, content: { ...paidTrade, amount: { currency: 'CNY' } } })),
      halfAFen: faultOf(notification({ ...paid, content: { ...paidTrade, amount: { total: 0.5 } } })),
      nul: faultOf(notification({ ...paid, content: { ...paidTrade, out_trade_no: 'att\0number1' } })),
      halfACharacter: faultOf(notification({ ...paid, content: { ...paidTrade, transaction_id: 'wx\ud800' } })),
      unpaid: faultOf(notification({ ...paid, content: { ...paidTrade, trade_state: 'NOTPAY', transaction_id: '' } })),
    }).toEqual({
      withoutSerial: 'headers',
      twoNonces: 'headers',
      twoSpellings: 'headers',
      noNumber: 'headers',
      probe: 'probe',
      unknownKey: 'serial',
      otherKey: 'signature',
      otherBody: 'signature',
      late: 'timestamp',
      early: 'timestamp',
      lateAndForged: 'signature',
      otherSealingKey: 'sealed',
      notAnEnvelope: 'shape',
      otherAlgorithm: 'shape',
      unknownEvent: 'shape',
      notATrade: 'shape',
      noAmount: 'shape',
      halfAFen: 'shape',
      nul: 'shape',
      halfACharacter: 'shape',
      unpaid: 'shape',
    });
  });

  it('is read by a clock that can be set', () => {
    const tomorrow = Date.now() + 86_400_000;
    const later = createWechatPay(settingsFor('http://127.0.0.1:1'), { now: () => tomorrow });
    const { headers, body } = notification({ ...paid, timestamp: Math.floor(tomorrow / 1_000) });
    expect(later.verifyNotification(headers, body).about).toBe('payment');
    expect(() => channel.verifyNotification(headers, body)).toThrow('notification refused: timestamp');
  });
});
