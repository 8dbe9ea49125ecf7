import { Script } from 'node:vm';
import { ChannelClient } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { patienceMs } from '../support/patience';

let emulator: Emulator;
let client: ChannelClient;

beforeAll(async () => {
  emulator = await startEmulator();
  client = new ChannelClient(emulator);
});

afterAll(() => emulator.stop());

async function opened(changes: Readonly<Record<string, unknown>> = {}) {
  const order = client.orderOf(changes);
  const reply = await client.create(order);
  expect(reply).toMatchObject({ status: 200, signedBy: client.serials[0] });
  return { order, number: String(order['out_trade_no']), codeUrl: String(reply.body.code_url) };
}

describe('an order', () => {
  it('is opened, found by its number and by our reference, paid once, and found by its transaction', async () => {
    const { number } = await opened({ attach: 'pay_one', amount: { total: 1_234, currency: 'CNY' } });
    const before = await client.query(number);
    expect(before.body).toMatchObject({ trade_state: 'NOTPAY', attach: 'pay_one', amount: { total: 1_234 } });
    expect(before.body).not.toHaveProperty('transaction_id');
    expect(await emulator.control.payments('pay_one')).toEqual([
      { channelNumber: number, channel: 'wechat_pay', state: 'unpaid', amountFen: 1_234 },
    ]);
    await emulator.control.pay(number);
    const after = await client.query(number);
    expect(after.body).toMatchObject({
      trade_state: 'SUCCESS',
      trade_type: 'NATIVE',
      out_trade_no: number,
      appid: client.appid,
      mchid: client.mchid,
      amount: { total: 1_234, payer_total: 1_234, currency: 'CNY', payer_currency: 'CNY' },
    });
    expect(after.body.success_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
    const byId = await client.call('GET', `/v3/pay/transactions/id/${after.body.transaction_id}?mchid=${client.mchid}`);
    expect(byId.body).toEqual(after.body);
    await emulator.control.pay(number);
    expect((await client.query(number)).body).toEqual(after.body);
  });

  it('is the same order under the same terms, in whatever order they come', async () => {
    const { order, codeUrl } = await opened();
    const turned = Object.fromEntries(Object.entries(order).reverse());
    expect(await client.create(turned)).toMatchObject({ status: 200, body: { code_url: codeUrl } });
    expect((await opened()).codeUrl).not.toBe(codeUrl);
  });

  it.each([
    ['another amount', { amount: { total: 2, currency: 'CNY' } }],
    ['another description', { description: '别的' }],
    ['another address', { notify_url: 'https://example.com/notify' }],
    ['another end', { time_expire: '2099-01-01T00:00:00+08:00' }],
    ['one field less', { time_expire: undefined }],
  ])('is refused under the same number with %s', async (_name, changes) => {
    const { order } = await opened();
    expect(await client.create({ ...order, ...changes })).toMatchObject({
      status: 403,
      body: { code: 'OUT_TRADE_NO_USED' },
    });
  });

  it('is closed once and for all, which may be asked again; its number is spent', async () => {
    const { order, number } = await opened();
    for (const again of ['first', 'second']) {
      const closed = await client.close(number);
      expect([again, closed.status, closed.raw.length, closed.signedBy]).toEqual([again, 204, 0, client.serials[0]]);
    }
    expect((await client.query(number)).body).toMatchObject({ trade_state: 'CLOSED' });
    expect(await client.create(order)).toMatchObject({ status: 400, body: { code: 'ORDER_CLOSED' } });
    await expect(emulator.control.pay(number)).rejects.toThrow('409');
    expect(await emulator.control.pay(number, { force: true })).toMatchObject({ state: 'paid' });
  });

  it('is not closed and not opened again once it is paid', async () => {
    const { order, number } = await opened();
    await emulator.control.pay(number);
    expect(await client.close(number)).toMatchObject({ status: 400, body: { code: 'ORDER_PAID' } });
    expect(await client.create(order)).toMatchObject({ status: 400, body: { code: 'ORDERPAID' } });
  });

  it('is closed by its own end', async () => {
    // Whole seconds, and time enough to open it.
    const end = new Date(Math.ceil(Date.now() / 1_000 + 12) * 1_000).toISOString().slice(0, 19);
    const { number, order } = await opened({ time_expire: `${end}Z` });
    const state = async () => (await client.query(number)).body.trade_state as string;
    expect(await eventually(state, (answer) => answer === 'CLOSED', 12_000 + patienceMs)).toBe('CLOSED');
    await expect(emulator.control.pay(number)).rejects.toThrow('409');
    expect(await client.close(number)).toMatchObject({ status: 204 });
    expect(await client.create(order)).toMatchObject({ status: 400, body: { code: 'ORDER_CLOSED' } });
  });

  it('stays open when the payer is refused', async () => {
    const { number } = await opened();
    expect(await emulator.control.refuse(number)).toMatchObject({ state: 'failed' });
    expect((await client.query(number)).body).toMatchObject({ trade_state: 'PAYERROR' });
    expect(await emulator.control.pay(number)).toMatchObject({ state: 'paid' });
    await expect(emulator.control.refuse(number)).rejects.toThrow('409');
  });
});

it('refuses controls it does not have, naming those it has', async () => {
  const answer = (method: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${emulator.url}/control${path}`, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
  const reply = await answer('POST', '/faults', { target: 'awards', kind: 'slow', times: 1 });
  expect([reply.status, await reply.text()]).toEqual([400, expect.stringContaining('supported: wechat_pay')]);
  for (const misplaced of [
    { target: 'wechat_pay', kind: 'no_notification', on: 'create' },
    { target: 'wechat_pay', kind: 'slow', on: 'message_send' },
    { target: 'registry', kind: 'probe' },
    { target: 'registry', kind: 'tampered_body', on: 'registry_check' },
  ])
    expect((await answer('POST', '/faults', { ...misplaced, times: 1 })).status).toBe(400);
  expect((await answer('POST', '/faults', { target: 'wechat_pay', kind: 'earthquake', times: 1 })).status).toBe(400);
  expect((await answer('POST', '/payments/nobody/pay', {})).status).toBe(404);
  expect((await answer('POST', '/payments/nobody/pay', { notfy: false })).status).toBe(400);
  expect((await answer('POST', '/payments/nobody/pay', {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
});

it('serves a page that loads nothing from elsewhere, and its script is one', async () => {
  const page = await fetch(emulator.url);
  const html = await page.text();
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(html).not.toMatch(/https?:\/\//);
  for (const id of ['payments', 'refunds', 'bill', 'order', 'fault', 'clear']) expect(html).toContain(`id="${id}"`);
  const script = await (await fetch(`${emulator.url}/page.js`)).text();
  expect(() => new Script(script)).not.toThrow();
});
