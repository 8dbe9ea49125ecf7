import { ChannelError, type PaymentChannel } from '../../../domain/ports/payment-channel';
import type { CallNote } from '../../../providers/wechat-pay/settings';
import { createWechatPay } from '../../../providers/payments/wechat-pay/wechat-pay';
import {
  answers,
  own,
  paidTrade,
  refuses,
  settingsFor,
  signatureHeaders,
  TestChannel,
  type Reply,
} from './test-channel';

let server: TestChannel;
let channel: PaymentChannel;
/** Waits for no answer as long as a machine that stands still may take to give one. */
let hasty: PaymentChannel;
const notes: CallNote[] = [];

beforeAll(async () => {
  server = await TestChannel.start();
  const around = { onCall: (note: CallNote) => void notes.push(note), pauseMs: 5 };
  channel = createWechatPay(settingsFor(server.url), { ...around, deadlineMs: 30_000 });
  hasty = createWechatPay(settingsFor(server.url), { ...around, deadlineMs: 2_000 });
});
afterAll(() => server.stop());
beforeEach(() => (notes.length = 0));

const good = answers(200, paidTrade);
const dropped: Reply = (asked, response) => void response.socket?.destroy();
const silent: Reply = () => undefined;
const bytes = (status: number, body: string, headers: Record<string, string> = {}): Reply => {
  return (_asked, response) => void response.writeHead(status, headers).end(body);
};
/** Truly signed bytes, whatever they are. */
const signedBytes = (body: string): Reply => bytes(200, body, signatureHeaders(Buffer.from(body)));
const altered = (change: Record<string, string>): Reply => {
  const body = JSON.stringify(paidTrade);
  return bytes(200, body, { ...signatureHeaders(Buffer.from(body)), ...change });
};
/** The head comes, the body never ends. */
const trickling: Reply = (_asked, response) => {
  response.writeHead(200, signatureHeaders(Buffer.from('{}')));
  const timer = setInterval(() => response.write(' '), 20);
  response.once('close', () => clearInterval(timer));
};
/** One of each call in turn, the last of all that follow. */
const inTurn = (...replies: Reply[]): Reply => {
  return (asked, response, times) => replies[Math.min(times, replies.length) - 1]?.(asked, response, times);
};

async function outcomeOf(reply: Reply, call: () => ReturnType<PaymentChannel['query']>): Promise<string> {
  server.says(reply);
  try {
    return (await call())?.standing ?? 'nothing known';
  } catch (error) {
    if (error instanceof ChannelError) return `${error.message} after ${server.asked.length}`;
    throw error;
  }
}

const now = () => Math.floor(Date.now() / 1_000);

describe('trouble on the way', () => {
  it.each<[string, Reply, string]>([
    ['a dropped answer', dropped, 'unreachable: UND_ERR_SOCKET after 2'],
    ['one dropped answer', inTurn(dropped, good), 'paid'],
    ['429', refuses(429, 'FREQUENCY_LIMITED'), 'busy: FREQUENCY_LIMITED after 2'],
    ['429 once', inTurn(refuses(429, 'RATELIMIT_EXCEEDED'), good), 'paid'],
    ['500', refuses(500, 'SYSTEM_ERROR'), 'busy: SYSTEM_ERROR after 2'],
    ['500 once', inTurn(refuses(500, 'SYSTEM_ERROR'), good), 'paid'],
    ['a gateway in between', bytes(502, '<html>Bad Gateway</html>'), 'busy: HTTP_502 after 2'],
    ['no answer', silent, 'unreachable: TIMEOUT after 1'],
    ['an answer without end', trickling, 'unreachable: TIMEOUT after 1'],
    ['no answer, then', inTurn(dropped, silent), 'unreachable: TIMEOUT after 2'],
    ['a refusal by the gateway, unsigned', bytes(401, '{"code":"SIGN_ERROR"}'), 'refused: SIGN_ERROR after 1'],
    ['no such place', bytes(404, ''), 'refused: HTTP_404 after 1'],
    ['a refusal that is an answer, unsigned', bytes(404, '{"code":"ORDER_NOT_EXIST"}'), 'nothing known'],
    ['an unsigned answer', bytes(200, JSON.stringify(paidTrade)), 'untrusted: ANSWER_HEADERS after 1'],
    ['a wrong signature', altered({ 'wechatpay-nonce': 'other' }), 'untrusted: ANSWER_SIGNATURE after 1'],
    [
      'the signature of a probe',
      altered({ 'wechatpay-signature': 'WECHATPAY/SIGNTEST/x' }),
      'untrusted: ANSWER_PROBE after 1',
    ],
    ['an unknown key', altered({ 'wechatpay-serial': 'PUB_KEY_ID_9' }), 'untrusted: ANSWER_SERIAL after 1'],
    ['the other key', answers(200, paidTrade, { serial: 'PUB_KEY_ID_2' }), 'paid'],
    ['an old answer', answers(200, paidTrade, { timestamp: now() - 310 }), 'untrusted: ANSWER_TIMESTAMP after 1'],
    [
      'a falsely signed refusal',
      bytes(404, '{"code":"ORDER_NOT_EXIST"}', signatureHeaders(Buffer.from('{}'))),
      'untrusted: ANSWER_SIGNATURE after 1',
    ],
    [
      'the answer to another question',
      answers(200, { ...paidTrade, out_trade_no: 'att000002' }),
      'untrusted: OTHER_NUMBER after 1',
    ],
    ['an answer that is no JSON', signedBytes('<html>'), 'untrusted: ANSWER_SHAPE after 1'],
    [
      'an answer of another shape',
      answers(200, { ...paidTrade, amount: { total: '888' } }),
      'untrusted: ANSWER_SHAPE after 1',
    ],
    ['a state nobody knows', answers(200, { ...paidTrade, trade_state: 'MAYBE' }), 'untrusted: ANSWER_SHAPE after 1'],
    ['an endless answer', signedBytes(`"${'x'.repeat(1_100_000)}"`), 'untrusted: ANSWER_TOO_LARGE after 1'],
    ['another place', bytes(302, '', { location: '/elsewhere' }), 'untrusted: HTTP_302 after 1'],
  ])('%s', async (_name, reply, expected) => {
    const asked = expected.includes('TIMEOUT') ? hasty : channel;
    expect(await outcomeOf(reply, () => asked.query('att000001'))).toBe(expected);
    const [, kind = 'ok'] = /^(\w+): /.exec(expected) ?? [];
    expect(notes).toEqual([{ operation: 'query', outcome: kind, ms: expect.any(Number) }]);
  });

  it('nobody there', async () => {
    const nowhere = await TestChannel.start();
    await nowhere.stop();
    const lost = createWechatPay(settingsFor(nowhere.url), { deadlineMs: 30_000, pauseMs: 5 });
    await expect(lost.query('att000001')).rejects.toThrow('unreachable: ECONNREFUSED');
  });

  it('asks the same again, signed anew', async () => {
    server.says(inTurn(dropped, answers(204)));
    expect(await channel.close('att000001')).toBe('closed');
    const [first, second] = server.asked;
    expect([second?.path, second?.body]).toEqual([first?.path, `{"mchid":"${own.mchid}"}`]);
    expect(second?.headers.authorization).not.toBe(first?.headers.authorization);
  });

  it('an unsigned 204 closes nothing', async () => {
    server.says(bytes(204, ''));
    await expect(channel.close('att000001')).rejects.toThrow('untrusted: ANSWER_HEADERS');
  });

  it('errors and notes carry nothing of what was said', async () => {
    const secret = 'o-nobody-must-see-this';
    server.says(answers(400, { code: 'PARAM_ERROR', message: secret, detail: { value: secret } }));
    const error: unknown = await channel.query('att000001').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ kind: 'refused', code: 'PARAM_ERROR' });
    expect(JSON.stringify([error, notes]) + String(error) + String((error as Error).stack)).not.toContain(secret);
    server.says(answers(400, { code: `lower case ${secret}` }));
    await expect(channel.query('att000001')).rejects.toThrow(/^refused: HTTP_400$/);
  });
});
