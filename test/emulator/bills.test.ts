import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { ChannelClient } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';

const dayMs = 86_400_000;
const shanghaiDay = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);
const today = shanghaiDay(Date.now());
const before = (days: number): string => shanghaiDay(Date.now() - days * dayMs);

let emulator: Emulator;
let client: ChannelClient;

beforeAll(async () => {
  emulator = await startEmulator();
  client = new ChannelClient(emulator);
});

afterAll(() => emulator.stop());

const apply = (day: string, more = '') => client.call('GET', `/v3/bill/tradebill?bill_date=${day}${more}`);
async function fetched(day: string, more = '') {
  const offer = await apply(day, more);
  expect(offer).toMatchObject({ status: 200, body: { hash_type: 'SHA1' }, signedBy: client.serials[0] });
  const { pathname, search } = new URL(offer.body.download_url);
  const file = await client.call('GET', pathname + search);
  expect([file.status, file.headers.get('Wechatpay-Signature')]).toEqual([200, null]);
  return { raw: file.raw, hash: String(offer.body.hash_value), target: pathname + search };
}
const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');
const fieldsOf = (line: string): string[] => line.slice(1).split(',`');

it('writes the day as the channel does: titles, backticks, yuan, sums, the calendar of Shanghai', async () => {
  const put = (amountFen: number, paidAt: string, description = '普通') =>
    emulator.control.putOrder({
      amountFen,
      paidAt,
      description,
      channelNumber: `bill-no-${amountFen}`,
      attach: 'pay_9',
    });
  const day = before(3);
  await put(1, `${before(4)}T23:59:59+08:00`);
  await put(123_456, `${day}T00:00:00+08:00`);
  await put(50, `${day}T23:59:59+08:00`, '逗号, 与`反引号');
  await put(7, `${before(2)}T00:00:00+08:00`);
  const { raw, hash } = await fetched(day);
  expect(sha1(raw)).toBe(hash);
  const text = raw.toString('utf8');
  expect(text.startsWith('\uFEFF交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,')).toBe(true);
  const lines = text.slice(1).split('\r\n');
  expect(lines).toHaveLength(6);
  const titles = lines[0]!.split(',');
  expect(titles).toHaveLength(27);
  const rows = lines.slice(1, 3).map((line) => fieldsOf(line));
  const at = (row: number, title: string) => rows[row]![titles.indexOf(title)];
  expect([at(0, '交易时间'), at(1, '交易时间')]).toEqual([`${day} 00:00:00`, `${day} 23:59:59`]);
  expect(rows.map((row) => row.length)).toEqual([27, 27]);
  expect(at(0, '商户订单号')).toBe('bill-no-123456');
  expect([at(0, '订单金额'), at(0, '应结订单金额'), at(0, '手续费')]).toEqual(['1234.56', '1234.56', '7.41000']);
  expect([at(1, '订单金额'), at(1, '商品名称'), at(1, '商户数据包')]).toEqual(['0.50', '逗号, 与`反引号', 'pay_9']);
  expect(lines[3]).toBe('总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额');
  expect(fieldsOf(lines[4]!)).toEqual(['2', '1235.06', '0.00', '0.00', '7.41000', '1235.06', '0.00']);
  expect(lines[5]).toBe('');
});

it('packs it with GZIP; the hash is that of the plain file', async () => {
  const { raw, hash, target } = await fetched(before(3), '&tar_type=GZIP');
  const plain = gunzipSync(raw);
  expect(sha1(plain)).toBe(hash);
  expect(plain).toEqual((await fetched(before(3))).raw);
  const unsigned = await fetch(emulator.url + target, { headers: { accept: '*/*', 'user-agent': 'test/1' } });
  expect(unsigned.status).toBe(401);
});

it('has payments and refunds in lines of their own, and each type alone', async () => {
  const order = client.orderOf({ amount: { total: 1_000, currency: 'CNY' } });
  await client.create(order);
  const number = String(order['out_trade_no']);
  await emulator.control.pay(number, { notify: false });
  await emulator.control.fault('keep_processing');
  const amount = { refund: 305, total: 1_000, currency: 'CNY' };
  await client.call('POST', '/v3/refund/domestic/refunds', { out_trade_no: number, out_refund_no: 'part', amount });
  // Today is in the making until it is published.
  expect(await apply(today)).toMatchObject({ status: 400, body: { code: 'STATEMENT_CREATING' } });
  await emulator.control.publishBill(today);
  const rowsOf = async (type: string) => {
    const lines = (await fetched(today, `&bill_type=${type}`)).raw.toString().slice(1).split('\r\n');
    const titles = lines[0]!.split(',');
    return lines.slice(1, -3).map((line) => Object.fromEntries(fieldsOf(line).map((text, i) => [titles[i]!, text])));
  };
  const [payment, refund] = await rowsOf('ALL');
  expect(payment).toMatchObject({ 交易状态: 'SUCCESS', 订单金额: '10.00', 商户退款单号: '0', 退款金额: '0.00' });
  expect(refund).toMatchObject({
    交易状态: 'REFUND',
    商户订单号: number,
    商户退款单号: 'part',
    退款金额: '3.05',
    申请退款金额: '3.05',
    应结订单金额: '0.00',
    退款状态: 'PROCESSING',
    手续费: '-0.02000',
  });
  expect((await rowsOf('SUCCESS')).map((row) => [row['交易状态'], row['退款金额']])).toEqual([['SUCCESS', undefined]]);
  expect((await rowsOf('REFUND')).map((row) => row['商户退款单号'])).toEqual(['part']);
});

it.each([
  ['tomorrow', shanghaiDay(Date.now() + dayMs), 'INVALID_REQUEST'],
  ['a year ago', before(365), 'INVALID_REQUEST'],
  ['a day on which nothing happened', before(30), 'NO_STATEMENT_EXIST'],
])('refuses %s', async (_name, day, code) => {
  expect(await apply(day)).toMatchObject({ status: 400, body: { code } });
});
