import { ChannelClient, type Spoilt } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';

let emulator: Emulator;
let client: ChannelClient;

beforeAll(async () => {
  emulator = await startEmulator({ ownKeys: true });
  client = new ChannelClient(emulator);
});

afterAll(() => emulator.stop());

const secondsFromNow = (seconds: number): string => String(Math.floor(Date.now() / 1_000) + seconds);
const timeFromNow = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString().slice(0, 19);

describe('who is not believed: 401 SIGN_ERROR', () => {
  const cases: readonly [string, () => Spoilt][] = [
    ['no Authorization', () => ({ headers: { authorization: undefined } })],
    ['another scheme', () => ({ headers: { authorization: 'Bearer abc' } })],
    ['a part missing', () => ({ authorization: { serial_no: '' } })],
    ['another merchant', () => ({ authorization: { mchid: '1900000009' } })],
    ['another serial', () => ({ authorization: { serial_no: 'AB'.repeat(20) } })],
    ['six minutes late', () => ({ authorization: { timestamp: secondsFromNow(-360) } })],
    ['six minutes early', () => ({ authorization: { timestamp: secondsFromNow(360) } })],
    ['a time that is none', () => ({ authorization: { timestamp: 'yesterday' } })],
    ['a nonce that is too long', () => ({ authorization: { nonce_str: 'n'.repeat(33) } })],
    ['a wrong signature', () => ({ authorization: { signature: Buffer.alloc(256).toString('base64') } })],
    ['other bytes than were signed', () => ({ sentInstead: JSON.stringify(client.orderOf()) })],
  ];
  it.each(cases)('%s', async (_name, spoilt) => {
    expect(await client.create(client.orderOf(), spoilt())).toMatchObject({
      status: 401,
      body: { code: 'SIGN_ERROR', detail: { location: 'authorization' } },
      signedBy: client.serials[0],
    });
  });

  it('says what it has verified when the signature is wrong', async () => {
    const signature = Buffer.alloc(256).toString('base64');
    const reply = await client.query('abcdef', { authorization: { signature } });
    expect(reply.body.detail.sign_information).toMatchObject({
      method: 'GET',
      url: `/v3/pay/transactions/out-trade-no/abcdef?mchid=${client.mchid}`,
    });
  });

  it('a nonce that was used before, and 270 s are well', async () => {
    const authorization = { nonce_str: 'once-and-never-again', timestamp: secondsFromNow(-270) };
    expect(await client.create(client.orderOf(), { authorization })).toMatchObject({ status: 200 });
    expect(await client.create(client.orderOf(), { authorization })).toMatchObject({ status: 401 });
  });
});

describe('headers: 400 PARAM_ERROR', () => {
  it.each([
    ['Accept', { accept: 'text/html' }],
    ['User-Agent', { 'user-agent': '' }],
    ['Content-Type', { 'content-type': 'text/plain' }],
    ['Wechatpay-Serial', { 'wechatpay-serial': 'PUB_KEY_ID_NOBODY' }],
  ])('%s', async (field, headers) => {
    expect(await client.create(client.orderOf(), { headers })).toMatchObject({
      status: 400,
      body: { code: 'PARAM_ERROR', detail: { location: 'header', field } },
    });
  });
});

describe('an order that is not one: 400 PARAM_ERROR', () => {
  const cases: readonly [string, string, () => Record<string, unknown>][] = [
    ['no description', '/description', () => ({ description: undefined })],
    ['an empty description', '/description', () => ({ description: '' })],
    ['128 characters of description', '/description', () => ({ description: '好'.repeat(128) })],
    ['another merchant', '/mchid', () => ({ mchid: '1900000009' })],
    ['a number of 5', '/out_trade_no', () => ({ out_trade_no: 'abcde' })],
    ['a number of 33', '/out_trade_no', () => ({ out_trade_no: 'a'.repeat(33) })],
    ['a number with a dot', '/out_trade_no', () => ({ out_trade_no: 'abc.defg' })],
    ['attach of 129', '/attach', () => ({ attach: 'a'.repeat(129) })],
    ['an address with a query', '/notify_url', () => ({ notify_url: 'https://example.com/a?b=1' })],
    ['an address that is not https', '/notify_url', () => ({ notify_url: 'http://example.com/a' })],
    ['no address', '/notify_url', () => ({ notify_url: 'example' })],
    ['a time without offset', '/time_expire', () => ({ time_expire: timeFromNow(600) })],
    ['a time that is over', '/time_expire', () => ({ time_expire: `${timeFromNow(-1)}Z` })],
    ['a time that is none', '/time_expire', () => ({ time_expire: '2026-13-45T10:00:00+08:00' })],
    ['nothing to pay', '/amount/total', () => ({ amount: { total: 0, currency: 'CNY' } })],
    ['half a fen', '/amount/total', () => ({ amount: { total: 1.5, currency: 'CNY' } })],
    ['a number in a string', '/amount/total', () => ({ amount: { total: '1', currency: 'CNY' } })],
    ['2^53', '/amount/total', () => ({ amount: { total: 2 ** 53, currency: 'CNY' } })],
    ['another currency', '/amount/currency', () => ({ amount: { total: 1, currency: 'USD' } })],
    ['an unknown field', '/payer', () => ({ payer: { openid: 'o' } })],
    ['an unknown field inside', '/amount/payer_total', () => ({ amount: { total: 1, payer_total: 1 } })],
  ];
  it.each(cases)('%s', async (_name, field, changes) => {
    const order = client.orderOf(changes());
    expect(await client.create(order)).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR', detail: { field } } });
    expect(await client.query(String(order['out_trade_no']))).toMatchObject({ status: 404 });
  });

  it('another app is none of this merchant', async () => {
    const reply = await client.create(client.orderOf({ appid: 'wx0000000000000000' }));
    expect(reply).toMatchObject({ status: 400, body: { code: 'APPID_MCHID_NOT_MATCH' } });
  });

  it('what is no JSON, and what is allowed at the edges', async () => {
    const text = 'not json';
    const authorization = client.authorization('POST', '/v3/pay/transactions/native', text);
    const broken = await client.create({}, { sentInstead: text, headers: { authorization } });
    expect(broken).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR' } });
    const edges = { description: '好'.repeat(127), attach: 'a'.repeat(128), out_trade_no: 'aZ09_-*' };
    expect(await client.create(client.orderOf(edges))).toMatchObject({ status: 200 });
  });
});

describe('the other calls', () => {
  it.each([
    ['query without mchid', 'GET', '/v3/pay/transactions/out-trade-no/abcdef', undefined],
    ['query of another merchant', 'GET', '/v3/pay/transactions/out-trade-no/abcdef?mchid=1900000009', undefined],
    ['query with an unknown field', 'GET', '/v3/pay/transactions/id/abcdef?mchid=1&x=1', undefined],
    ['close without mchid', 'POST', '/v3/pay/transactions/out-trade-no/abcdef/close', {}],
    ['refund of neither', 'POST', '/v3/refund/domestic/refunds', { out_refund_no: 'r', amount: {} }],
    ['bill of no day', 'GET', '/v3/bill/tradebill?bill_date=2026-02-30', undefined],
    ['bill of an unknown type', 'GET', '/v3/bill/tradebill?bill_date=2026-02-03&bill_type=NONE', undefined],
  ] as const)('%s: 400 PARAM_ERROR', async (_name, method, target, body) => {
    expect(await client.call(method, target, body)).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR' } });
  });

  it.each([
    ['an unknown number', () => client.query('nobody-knows'), 404, 'ORDER_NOT_EXIST'],
    ['closing an unknown number', () => client.close('nobody-knows'), 404, 'ORDER_NOT_EXIST'],
    ['an unknown refund', () => client.call('GET', '/v3/refund/domestic/refunds/r1'), 404, 'RESOURCE_NOT_EXISTS'],
    ['an unknown file', () => client.call('GET', '/v3/billdownload/file?token=x'), 400, 'INVALID_REQUEST'],
  ] as const)('%s', async (_name, ask, status, code) => {
    expect(await ask()).toMatchObject({ status, body: { code }, signedBy: client.serials[0] });
  });
});

it('gives the certificate sealed, and signs with the key that is asked for', async () => {
  const [publicKeyId, certificateSerial] = client.serials;
  const { body } = await client.call('GET', '/v3/certificates');
  expect(body.data).toHaveLength(1);
  expect(body.data[0].serial_no).toBe(certificateSerial);
  expect(client.opened(body.data[0].encrypt_certificate)).toContain('BEGIN CERTIFICATE');
  for (const serial of [publicKeyId!, certificateSerial!]) {
    const reply = await client.query('nobody-knows', { headers: { 'wechatpay-serial': serial } });
    expect(reply.signedBy).toBe(serial);
  }
});
