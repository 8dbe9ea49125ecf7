import { randomBytes } from 'node:crypto';
import { rows } from '../../db/connection';
import type { NotificationFault } from '../../domain/ports/payment-channel';
import {
  envelope,
  notification,
  paidTrade,
  refundDone,
  settingsFor,
  signatureHeaders,
  type Notification,
  type Signing,
} from '../providers/wechat-pay/test-channel';
import { channelEnvironment } from '../support/channel-environment';
import type { Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { paymentRows } from '../support/payments';
import { coupon } from '../support/purchases';

/** What the channel sends, to an installation whose engine is unreachable: whatever is answered here waits for nobody. */
let mallflow: Installation;
let removeKeys: () => Promise<void>;

beforeAll(async () => {
  const { environment, remove } = await channelEnvironment(settingsFor('http://127.0.0.1:9'));
  removeKeys = remove;
  mallflow = await startInstallation({
    worker: false,
    environment: { ...environment, TEMPORAL_ADDRESS: '127.0.0.1:1' },
  });
});
afterAll(async () => {
  await mallflow.stop();
  await removeKeys();
});

const path = '/webhooks/wechat-pay/payments';

function send({ headers, body }: Notification, to = path, contentType = 'application/json'): Promise<Reply> {
  return mallflow.anonymous.call('POST', to, body, {
    headers: { ...headers, 'content-type': contentType },
    // The channel waits 5 s; a machine that stands still does not keep to them.
    signal: AbortSignal.timeout(60_000),
  });
}

const newNumber = () => randomBytes(14).toString('hex');

/** That the whole of an order was paid, unless `more` says otherwise. */
function trade(channelNumber: string, more: object = {}) {
  const amount = { ...paidTrade.amount, total: coupon.priceFen };
  return { ...paidTrade, out_trade_no: channelNumber, transaction_id: newNumber(), amount, ...more };
}

const paid = (content: object, signing: Signing & { sealedWith?: string } = {}): Notification =>
  notification({ eventType: 'TRANSACTION.SUCCESS', content, ...signing });

const inbox = (number: string) =>
  rows<{ state: string; problem: string | null; paymentId: string | null; report: string }>(
    mallflow.database.owner,
    `select state, problem, payment_id as "paymentId", report::text as report from payment_inbox where number = :number`,
    { number },
  );

/** Everything a notification could move. */
const books = () =>
  rows(
    mallflow.database.owner,
    `select (select jsonb_agg(p order by id) from payments p) as payments,
            (select jsonb_agg(a order by channel_number) from payment_attempts a) as attempts,
            (select jsonb_agg(p order by id) from purchases p) as purchases,
            (select jsonb_agg(b order by account_id) from ledger_balances b) as balances,
            (select count(*) from payment_inbox) as inbox`,
  );

async function counted(outcome: string): Promise<number> {
  const { body } = await mallflow.anonymous.get('/metrics');
  const line = new RegExp(`^mallflow_notifications_total\\{channel="wechat_pay",outcome="${outcome}"\\} (\\d+)$`, 'm');
  return Number(line.exec(body as string)?.[1] ?? 0);
}

const now = () => Math.floor(Date.now() / 1_000);

describe('what is not provably the channel’s', () => {
  const changed = (message: Notification, headers: Record<string, string>): Notification => ({
    ...message,
    headers: { ...message.headers, ...headers },
  });
  const without = (message: Notification, name: string): Notification => ({
    ...message,
    headers: Object.fromEntries(Object.entries(message.headers).filter(([key]) => key !== name)),
  });
  const signed = (text: string): Notification => {
    const body = Buffer.from(text);
    return { headers: signatureHeaders(body), body };
  };

  const forged: readonly [string, NotificationFault, (number: string) => Notification][] = [
    [
      'another signature',
      'signature',
      (number) => changed(paid(trade(number)), pick(paid(trade(number)), 'wechatpay-signature')),
    ],
    ['a serial nobody has', 'serial', (number) => changed(paid(trade(number)), { 'wechatpay-serial': 'PUB_KEY_ID_9' })],
    [
      'another key’s signature',
      'signature',
      (number) => changed(paid(trade(number)), { 'wechatpay-serial': 'PUB_KEY_ID_2' }),
    ],
    [
      'a probe',
      'probe',
      (number) => changed(paid(trade(number)), { 'wechatpay-signature': `WECHATPAY/SIGNTEST/${'A'.repeat(300)}` }),
    ],
    ['a time six minutes ago', 'timestamp', (number) => paid(trade(number), { timestamp: now() - 360 })],
    ['a time six minutes ahead', 'timestamp', (number) => paid(trade(number), { timestamp: now() + 360 })],
    ['an altered body', 'signature', (number) => altered(paid(trade(number)))],
    ['no signature', 'headers', (number) => without(paid(trade(number)), 'wechatpay-signature')],
    ['an empty body', 'signature', (number) => ({ ...paid(trade(number)), body: Buffer.alloc(0) })],
    ['a signed empty body', 'shape', () => signed('')],
    ['signed garbage', 'shape', () => signed('{"id":')],
    ['signed, something else', 'shape', (number) => envelope([number])],
    ['signed, but sealed with another key', 'sealed', (number) => paid(trade(number), { sealedWith: 'x'.repeat(32) })],
    [
      'signed, of an event nobody knows',
      'shape',
      (number) => notification({ eventType: 'COUPON.USE', content: trade(number) }),
    ],
    ['signed, without an amount', 'shape', (number) => paid({ ...trade(number), amount: undefined })],
    ['signed, with half a fen', 'shape', (number) => paid(trade(number, { amount: { total: 1.5, currency: 'CNY' } }))],
  ];

  it.each(forged)('%s: 401, and nothing changes', async (_what, fault, forge) => {
    const { channelNumber } = await paymentRows(mallflow, { code: 'weixin://one' });
    const before = { books: await books(), counted: await counted(fault) };
    const warn = jest.spyOn(mallflow.services.log, 'warn');
    const reply = await send(forge(channelNumber));
    expect([reply.status, reply.body.code]).toEqual([401, 'NOTIFICATION_REFUSED']);
    expect([reply.body.instance, reply.body.requestId]).toEqual([path, reply.headers.get('x-request-id')]);
    expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await books()).toEqual(before.books);
    expect(await counted(fault)).toBe(before.counted + 1);
    // A probe is the channel's own test whether we refuse: nobody is to be woken.
    expect(warn.mock.calls.map(([facts]) => facts)).toEqual(
      fault === 'probe' ? [] : [{ channel: 'wechat_pay', fault }],
    );
    warn.mockRestore();
  });

  it.each([
    ['text', 'text/plain', 415, 'UNSUPPORTED_TYPE'],
    ['another encoding', 'application/json; charset=gbk', 415, 'UNSUPPORTED_TYPE'],
  ])('%s: not read at all', async (_what, contentType, status, code) => {
    const reply = await send(paid(trade(newNumber())), path, contentType);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
  });

  it('too long: 413, whoever signed it', async () => {
    const reply = await send(paid({ ...trade(newNumber()), attach: 'x'.repeat(65_536) }));
    expect([reply.status, reply.body.code]).toEqual([413, 'TOO_LARGE']);
  });
});

function pick({ headers }: Notification, name: string): Record<string, string> {
  return { [name]: headers[name] ?? '' };
}

/** One byte of what is sealed is another. */
function altered(message: Notification): Notification {
  const text = message.body.toString();
  const at = text.indexOf('"ciphertext":"') + 20;
  const other = text[at] === 'A' ? 'B' : 'A';
  return { ...message, body: Buffer.from(`${text.slice(0, at)}${other}${text.slice(at + 1)}`) };
}

describe('what is truly signed', () => {
  it.each([
    ['another merchant', { mchid: '1900000002' }, 'FOREIGN:merchant'],
    ['another application', { appid: 'wx0000000000000002' }, 'FOREIGN:app'],
    ['another currency', { amount: { total: coupon.priceFen, currency: 'USD' } }, 'FOREIGN:currency'],
  ])('but of %s is set apart: 204, and nothing is delivered', async (_what, more, problem) => {
    const { channelNumber } = await paymentRows(mallflow, { code: 'weixin://one' });
    const [before] = await books();
    expect((await send(paid(trade(channelNumber, more)))).status).toBe(204);
    expect(await inbox(channelNumber)).toMatchObject([{ state: 'quarantined', problem }]);
    expect(await books()).toEqual([{ ...(before as object), inbox: expect.any(Number) as number }]);
  });

  it.each([
    ['payments', (number: string) => paid(trade(number))],
    [
      'refunds',
      (number: string) =>
        notification({ eventType: 'REFUND.SUCCESS', content: { ...refundDone, out_refund_no: number } }),
    ],
  ])('but about a number that is none of ours is set apart: %s', async (kind, make) => {
    const number = newNumber();
    expect((await send(make(number), `/webhooks/wechat-pay/${kind}`)).status).toBe(204);
    expect(await inbox(number)).toMatchObject([{ state: 'quarantined', problem: 'UNKNOWN_NUMBER', paymentId: null }]);
  });

  it.each<readonly [string, () => Signing]>([
    ['by the other key', () => ({ serial: 'PUB_KEY_ID_2' })],
    ['a while ago', () => ({ timestamp: now() - 200 })],
    ['by a clock that is ahead', () => ({ timestamp: now() + 280 })],
  ])('%s waits for its payment', async (_how, signing) => {
    const { id, channelNumber } = await paymentRows(mallflow, { code: 'weixin://one' });
    const accepted = await counted('accepted');
    expect((await send(paid(trade(channelNumber), signing()), path, 'application/json; charset=utf-8')).status).toBe(
      204,
    );
    expect(await inbox(channelNumber)).toMatchObject([{ state: 'waiting', problem: null, paymentId: id }]);
    expect(await counted('accepted')).toBe(accepted + 1);
  });

  // Only the exact address passes Express by.
  it.each(['?', '?a=1'])('at the address followed by “%s” is taken in or refused by the same rules', async (more) => {
    const { channelNumber } = await paymentRows(mallflow, { code: 'weixin://one' });
    const { status } = await send(paid(trade(channelNumber)), `${path}${more}`);
    expect([status, (await inbox(channelNumber)).length]).toEqual(more === '?' ? [204, 1] : [400, 0]);
  });

  it('finds an attempt that was not answered yet', async () => {
    const { id, channelNumber } = await paymentRows(mallflow);
    expect((await send(paid(trade(channelNumber)))).status).toBe(204);
    expect(await inbox(channelNumber)).toMatchObject([{ state: 'waiting', paymentId: id }]);
  });

  it('a hundred times at once, in new envelopes and in the same, is one event', async () => {
    const { channelNumber } = await paymentRows(mallflow, { code: 'weixin://one' });
    const content = trade(channelNumber);
    const same = paid(content);
    const replies = await Promise.all(Array.from({ length: 100 }, (_, n) => send(n % 2 === 0 ? same : paid(content))));
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 204));
    const kept = await inbox(channelNumber);
    expect(kept).toHaveLength(1);
    // Nothing about the payer is kept.
    expect(kept[0]?.report).toContain(channelNumber);
    expect(kept[0]?.report).not.toMatch(/openid|nobody-must-see/);
  });

  it('while Postgres is away: 503, so that the channel comes again; and then it is taken in', async () => {
    const { channelNumber } = await paymentRows(mallflow, { code: 'weixin://one' });
    const message = paid(trade(channelNumber));
    const trx = await mallflow.database.owner.transaction();
    await trx.raw('lock table payment_inbox in access exclusive mode');
    const reply = await send(message);
    await trx.rollback();
    expect([reply.status, reply.body.code, reply.headers.has('retry-after')]).toEqual([503, 'TRY_AGAIN', true]);
    expect(await inbox(channelNumber)).toEqual([]);
    expect((await send(message)).status).toBe(204);
    expect(await inbox(channelNumber)).toHaveLength(1);
  });
});
