import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { ChannelError, type ChannelBill, type PaymentChannel } from '../../../domain/ports/payment-channel';
import { readBill } from '../../../providers/payments/wechat-pay/bills';
import { createWechatPay } from '../../../providers/payments/wechat-pay/wechat-pay';
import { answers, isSignedByMerchant, refuses, settingsFor, TestChannel, type Reply } from './test-channel';

/** The names in the order the channel gives them (wechatpay-php, tests/fixtures/bill.ALL.csv). */
const head =
  '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注';
const foot = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

const line = (...values: string[]): string => values.map((value) => `\`${value}`).join(',');
const payment = (at: string, number: string, yuan: string, name = '积分商城'): string =>
  line(
    at,
    'wx1',
    '19',
    '0',
    '',
    `42${number}`,
    number,
    'o1',
    'NATIVE',
    'SUCCESS',
    'OTHERS',
    'CNY',
    yuan,
    '0.00',
    '0',
    '0',
    '0.00',
    '0.00',
    '',
    '',
    name,
    'pay_1',
    '0.01000',
    '0.60%',
    yuan,
    '0.00',
    '',
  );
const refund = (at: string, number: string, refundNumber: string, yuan: string, state = 'SUCCESS'): string =>
  line(
    at,
    'wx1',
    '19',
    '0',
    '',
    `42${number}`,
    number,
    'o1',
    'NATIVE',
    'REFUND',
    'OTHERS',
    'CNY',
    '0.00',
    '0.00',
    `50${refundNumber}`,
    refundNumber,
    yuan,
    '0.00',
    'ORIGINAL',
    state,
    '积分商城',
    '',
    '0.00000',
    '0.60%',
    '0.00',
    yuan,
    '',
  );
const sums = (count: string, ordered: string, refunded: string): string =>
  line(count, ordered, refunded, '0.0', '0.01', ordered, refunded);

const whole = [
  `\uFEFF${head}`,
  payment('2026-11-21 00:00:00', 'att000001', '8.88', '券,包'),
  payment('2026-11-21 23:59:59', 'att000002', '0.1'),
  refund('2026-11-21 12:00:00', 'att000001', 'ref000001', '0.88'),
  refund('2026-11-21 12:00:01', 'att000001', 'ref000002', '1.00', 'FAIL'),
  foot,
  sums('4.0', '8.98', '1.88'),
  '',
].join('\r\n');

const rows: ChannelBill['rows'] = [
  {
    about: 'payment',
    channelNumber: 'att000001',
    refundNumber: null,
    transactionId: '42att000001',
    amountFen: 888,
    at: new Date('2026-11-20T16:00:00Z'),
  },
  {
    about: 'payment',
    channelNumber: 'att000002',
    refundNumber: null,
    transactionId: '42att000002',
    amountFen: 10,
    at: new Date('2026-11-21T15:59:59Z'),
  },
  {
    about: 'refund',
    channelNumber: 'att000001',
    refundNumber: 'ref000001',
    transactionId: '42att000001',
    amountFen: 88,
    at: new Date('2026-11-21T04:00:00Z'),
  },
];

const sha1 = (text: string | Buffer): string => createHash('sha1').update(text).digest('hex');

async function* inPieces(bytes: Buffer, size: number): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

const read = (text: string | Buffer, size = 1_000, hash = sha1(text)) =>
  readBill(inPieces(Buffer.from(text), size), hash);

async function faultOf(reading: Promise<unknown>): Promise<string> {
  const error: unknown = await reading.catch((reason: unknown) => reason);
  return error instanceof ChannelError ? error.message : `${String(error)} is no fault`;
}

describe('the book of a day', () => {
  it.each([1, 7, 64, 100_000])('is read in pieces of %d bytes', async (size) => {
    expect(await read(whole, size)).toEqual(rows);
    expect(await readBill(inPieces(gzipSync(whole), size), sha1(whole))).toEqual(rows);
  });

  it('may be without any trade', async () => {
    expect(await read([head, foot, sums('0', '0.00', '0.00')].join('\n'))).toEqual([]);
  });

  it.each([
    ['another file', 'BILL_HASH', () => read(whole, 1_000, sha1('other'))],
    ['a file that is cut off', 'BILL_HASH', () => read(whole.slice(0, -20), 1_000, sha1(whole))],
    ['another file that makes no sense', 'BILL_HASH', () => read('?', 1_000, sha1(whole))],
    ['a file without its end', 'BILL_SHAPE', () => read(whole.slice(0, whole.indexOf(foot)))],
    ['nothing', 'BILL_SHAPE', () => read('')],
    ['no book', 'BILL_SHAPE', () => read('<html>')],
    ['a line more', 'BILL_SHAPE', () => read(`${whole}${sums('0', '0.00', '0.00')}`)],
    ['a value too few', 'BILL_SHAPE', () => read(whole.replace('`OTHERS,', ''))],
    ['an amount that is none', 'BILL_SHAPE', () => read(whole.replaceAll('8.88', '8.888'))],
    ['a time that is none', 'BILL_SHAPE', () => read(whole.replace('23:59:59', '25:59:59'))],
    ['broken characters', 'BILL_SHAPE', () => read(Buffer.from(whole, 'utf16le'))],
    ['a broken package', 'BILL_SHAPE', () => readBill(inPieces(gzipSync(whole).subarray(0, 99), 10), sha1(whole))],
    [
      'a row lost',
      'BILL_SUMS',
      () => read(whole.replace(`${refund('2026-11-21 12:00:00', 'att000001', 'ref000001', '0.88')}\r\n`, '')),
    ],
    ['another sum of orders', 'BILL_SUMS', () => read(whole.replaceAll('8.98', '8.99'))],
    ['another sum of refunds', 'BILL_SUMS', () => read(whole.replaceAll('1.88', '1.89'))],
    ['another count', 'BILL_SUMS', () => read(whole.replace('`4.0', '`5.0'))],
  ])('%s is not believed: %s', async (_name, code, reading) => {
    expect(await faultOf(reading())).toBe(`untrusted: ${code}`);
  });

  it('is read as it comes, whatever its size', async () => {
    const count = 20_000;
    const many = Array.from({ length: count }, (_, at) => payment('2026-11-21 10:00:00', `att${at + 100_000}`, '1.15'));
    const text = [head, ...many, foot, sums(`${count}.0`, '23000.00', '0.0')].join('\n');
    const found = await readBill(inPieces(gzipSync(text), 65_536), sha1(text));
    expect([found.length, found.at(-1)?.amountFen]).toEqual([count, 115]);
  });
});

describe('a book and where it is had', () => {
  let server: TestChannel;
  let channel: PaymentChannel;
  let clock = Date.parse('2026-11-22T10:00:00+08:00');

  beforeAll(async () => {
    server = await TestChannel.start();
    channel = createWechatPay(settingsFor(server.url), { deadlineMs: 60_000, pauseMs: 5, now: () => clock });
  });
  afterAll(() => server.stop());
  beforeEach(() => (clock = Date.parse('2026-11-22T10:00:00+08:00')));

  const serves = (ticket: object, file: Reply): void =>
    server.says((asked, response, times) => {
      const timestamp = Math.floor(clock / 1_000);
      const reply = asked.path.startsWith('/v3/bill/tradebill') ? answers(200, ticket, { timestamp }) : file;
      reply(asked, response, times);
    });
  const ticketOf = (url: string) => ({ hash_type: 'SHA1', hash_value: sha1(whole).toUpperCase(), download_url: url });
  const sends =
    (status: number, bytes: Buffer | string): Reply =>
    (_asked, response) =>
      void response.writeHead(status).end(bytes);

  it('is downloaded from where a signed answer says, and is the file of its hash', async () => {
    serves(ticketOf(`${server.url}/v3/billdownload/file?token=1`), sends(200, gzipSync(whole)));
    const bill: ChannelBill = { channel: 'wechat_pay', day: '2026-11-21', rows, sha1: sha1(whole) };
    expect(await channel.bill('2026-11-21')).toEqual(bill);
    expect(server.asked.map(({ path }) => path)[1]).toBe('/v3/billdownload/file?token=1');
    expect(server.asked.every(isSignedByMerchant)).toBe(true);
  });

  it('is had nowhere else', async () => {
    const other = await TestChannel.start();
    other.says(sends(200, whole));
    try {
      serves(ticketOf(`${other.url}/file`), sends(500, ''));
      await expect(channel.bill('2026-11-21')).rejects.toThrow('untrusted: FILE_ELSEWHERE');
      serves(
        ticketOf(`${server.url}/file`),
        (_asked, response) => void response.writeHead(302, { location: `${other.url}/file` }).end(),
      );
      await expect(channel.bill('2026-11-21')).rejects.toThrow('untrusted: HTTP_302');
      expect(other.asked).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  it.each<[string, Reply, string]>([
    ['changed on its way', sends(200, whole.replace('8.88', '8.87')), 'untrusted: BILL_HASH'],
    [
      'cut off',
      (_asked, response) =>
        void response.writeHead(200, { 'content-length': 9_999 }).write(whole, () => response.destroy()),
      'unreachable: UND_ERR_SOCKET',
    ],
    [
      'refused and cut off',
      (_asked, response) => void response.writeHead(400, { 'content-length': 99 }).write('{', () => response.destroy()),
      'unreachable: UND_ERR_SOCKET',
    ],
    ['gone', sends(404, '{"code":"RESOURCE_NOT_EXISTS"}'), 'refused: RESOURCE_NOT_EXISTS'],
    ['in trouble', sends(503, ''), 'busy: HTTP_503'],
  ])('a file that is %s', async (_name, file, expected) => {
    serves(ticketOf(`${server.url}/file`), file);
    await expect(channel.bill('2026-11-21')).rejects.toThrow(expected);
  });

  it('is waited for while it is written; a day without trades has none', async () => {
    const timestamp = (): number => Math.floor(clock / 1_000);
    const says = (code: string): void => server.says(answers(400, { code }, { timestamp: timestamp() }));
    says('STATEMENT_CREATING');
    expect(await channel.bill('2026-11-21')).toBe('not_ready');
    says('NO_STATEMENT_EXIST');
    expect(await channel.bill('2026-11-21')).toEqual({ channel: 'wechat_pay', day: '2026-11-21', rows: [], sha1: '' });
    clock -= 1_000;
    says('NO_STATEMENT_EXIST');
    expect(await channel.bill('2026-11-21')).toBe('not_ready');
  });

  it('is refused for what is no day', async () => {
    server.says(refuses(400, 'PARAM_ERROR'));
    clock = Date.now();
    await expect(channel.bill('yesterday')).rejects.toThrow('refused: PARAM_ERROR');
  });
});
