import { ChannelClient } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';

let emulator: Emulator;
let client: ChannelClient;

beforeAll(async () => {
  emulator = await startEmulator();
  client = new ChannelClient(emulator);
});

afterAll(() => emulator.stop());

const opened = async (changes: Readonly<Record<string, unknown>> = {}): Promise<string> => {
  const order = client.orderOf(changes);
  expect(await client.create(order)).toMatchObject({ status: 200 });
  return String(order['out_trade_no']);
};

describe('an order', () => {
  it('is opened, found by its number and by our reference, paid once, and found by its transaction', async () => {
    const number = await opened({ attach: 'pay_one', amount: { total: 1_234, currency: 'CNY' } });
    const before = await client.query(number);
    expect(before).toMatchObject({ status: 200, signedBy: client.serials[0] });
    expect(before.body).toMatchObject({ trade_state: 'NOTPAY', attach: 'pay_one', amount: { total: 1_234 } });
    expect(await emulator.control.payments('pay_one')).toEqual([
      { channelNumber: number, channel: 'wechat_pay', state: 'unpaid', amountFen: 1_234 },
    ]);
    await emulator.control.pay(number);
    const after = await client.query(number);
    expect(after.body).toMatchObject({ trade_state: 'SUCCESS', trade_type: 'NATIVE', out_trade_no: number });
    const byId = await client.call('GET', `/v3/pay/transactions/id/${after.body.transaction_id}?mchid=${client.mchid}`);
    expect(byId.body).toEqual(after.body);
    await emulator.control.pay(number);
    expect((await client.query(number)).body).toEqual(after.body);
  });
});
