import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { NotificationRefused } from '../../../domain/ports/payment-channel';
import { startReceiver, type Receiver } from '../../emulator/receiver';
import { startEmulator, type Emulator } from '../../support/emulator';
import { eventually } from '../../support/eventually';
import { partiesOf, scan, type Parties } from './parties';

interface Message {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

let emulator: Emulator;
let receiver: Receiver;
let parties: Parties;
/** Two true notifications, of two scans. */
let messages: readonly [Message, Message];
const references: string[] = [];
let clock: number | undefined;

const notified = (count: number) =>
  eventually(
    async () => receiver.arrivals.length,
    (arrivals) => arrivals === count,
  );

beforeAll(async () => {
  [emulator, receiver] = await Promise.all([startEmulator({ timeScale: 1_000 }), startReceiver()]);
  const environment = { ...emulator.environment, MALLFLOW_IDENTITY_NOTIFY_BASE_URL: receiver.url };
  parties = partiesOf(environment, { now: () => clock ?? Date.now() });
  for (const answer of ['pass', 'fail'] as const) {
    const order = scan();
    references.push(order.reference);
    await parties.identity.begin(order);
    await emulator.control.answerScan(order.reference, answer);
    await notified(references.length);
  }
  const [passed, failed] = receiver.arrivals.map(({ headers, raw }) => ({
    headers: Object.fromEntries(headers),
    body: raw,
  }));
  if (passed === undefined || failed === undefined) throw new Error('two scans were told');
  messages = [passed, failed];
});

beforeEach(() => {
  clock = undefined;
});

afterAll(async () => {
  receiver.stop();
  await emulator.stop();
});

function verdict({ headers, body }: Message): string {
  try {
    return parties.identity.verifyNotification(headers, body).outcome;
  } catch (error) {
    if (!(error instanceof NotificationRefused)) throw error;
    return error.fault;
  }
}

const secretOf = () =>
  Buffer.from(readFileSync(emulator.environment['MALLFLOW_IDENTITY_SECRET_FILE']!, 'utf8'), 'base64');

/** As whoever knows the secret would send it, by the published words of Standard Webhooks. */
function signed(body: string | Buffer, secret = secretOf(), id = 'evt_1'): Message {
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64');
  const headers = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
  return { headers, body: Buffer.from(body as string) };
}

const content = (change: object = {}) =>
  JSON.stringify({ type: 'scan.passed', timestamp: '2026-11-22T04:00:00Z', data: { reference: 'ver_1' }, ...change });
const withHeader = (message: Message, name: string, value: string | readonly string[]): Message => ({
  ...message,
  headers: { ...message.headers, [name]: value },
});
const header = (message: Message, name: string): string => String(message.headers[name]);

describe('a notification that is true', () => {
  it('says how the scan ended, whatever case its headers have', () => {
    const outcomes = messages.map(({ headers, body }) => parties.identity.verifyNotification(headers, body));
    expect(outcomes).toEqual([
      { eventId: header(messages[0], 'webhook-id'), reference: references[0], outcome: 'passed' },
      { eventId: header(messages[1], 'webhook-id'), reference: references[1], outcome: 'failed' },
    ]);
    const [first] = messages;
    const upper = Object.entries(first.headers).map(([name, value]) => [name.toUpperCase(), value] as const);
    expect(verdict({ ...first, headers: Object.fromEntries(upper) })).toBe('passed');
  });

  it('may be signed twice, while the secret changes, and hold more than we read', () => {
    const other = signed(content({ more: 1 }), Buffer.alloc(32, 1));
    const ours = signed(content({ more: 1 }));
    const both = `${header(other, 'webhook-signature')} ${header(ours, 'webhook-signature')}`;
    expect(verdict(withHeader(ours, 'webhook-signature', both))).toBe('passed');
  });

  it('is believed for 300 seconds, before and after', () => {
    const sentAt = Number(header(messages[0], 'webhook-timestamp')) * 1_000;
    const at = (seconds: number) => {
      clock = sentAt + seconds * 1_000;
      return verdict(messages[0]);
    };
    expect([-301, -300, 300, 301].map(at)).toEqual(['timestamp', 'passed', 'passed', 'timestamp']);
  });
});

describe('a notification that is not', () => {
  const cases: readonly [string, string, (message: Message, other: Message) => Message][] = [
    ['by another secret', 'signature', ({ body }) => signed(body.toString(), Buffer.alloc(32, 1))],
    ['about the other scan', 'signature', (message, other) => ({ ...message, body: other.body })],
    ['with the headers of the other', 'signature', (message, other) => ({ ...message, headers: other.headers })],
    ['with the id of the other', 'signature', (m, other) => withHeader(m, 'webhook-id', header(other, 'webhook-id'))],
    ['with an id that is none', 'headers', (m) => withHeader(m, 'webhook-id', 'a.b')],
    ['without an id', 'headers', (m) => withHeader(m, 'webhook-id', '')],
    ['with two ids', 'headers', (m) => withHeader(m, 'webhook-id', [header(m, 'webhook-id'), 'evt_2'])],
    ['with an id twice', 'headers', (m) => withHeader(m, 'Webhook-Id', header(m, 'webhook-id'))],
    ['a second later', 'signature', (m) => withHeader(m, 'webhook-timestamp', later(m, 1))],
    ['an hour later', 'timestamp', (m) => withHeader(m, 'webhook-timestamp', later(m, 3_600))],
    ['without a time', 'headers', (m) => withHeader(m, 'webhook-timestamp', 'now')],
    ['with another spelling of its time', 'headers', (m) => withHeader(m, 'webhook-timestamp', `+${later(m, 0)}`)],
    ['without a signature', 'headers', (m) => withHeader(m, 'webhook-signature', '')],
    ['with a bare signature', 'signature', (m) => withHeader(m, 'webhook-signature', bare(m))],
    ['with a signature of another version', 'signature', (m) => withHeader(m, 'webhook-signature', `v2,${bare(m)}`)],
    ['with a padded signature', 'signature', (m) => withHeader(m, 'webhook-signature', `v1,${bare(m)}=`)],
    [
      'with a signature cut short',
      'signature',
      (m) => withHeader(m, 'webhook-signature', `v1,${bare(m).slice(0, -1)}`),
    ],
    ['with a space more', 'signature', (m) => ({ ...m, body: Buffer.concat([m.body, Buffer.from(' ')]) })],
    [
      'written anew',
      'signature',
      (m) => ({ ...m, body: Buffer.from(JSON.stringify(JSON.parse(m.body.toString()), null, 1)) }),
    ],
    [
      'that turns out well',
      'signature',
      (_m, failed) => ({ ...failed, body: changed(failed.body, 'failed', 'passed') }),
    ],
    ['of nothing', 'signature', (m) => ({ ...m, body: Buffer.alloc(0) })],
  ];
  const later = (message: Message, seconds: number) => String(Number(header(message, 'webhook-timestamp')) + seconds);
  const bare = (message: Message) => header(message, 'webhook-signature').slice('v1,'.length);
  const changed = (body: Buffer, from: string, to: string) => Buffer.from(body.toString().replace(from, to));

  it.each(cases)('%s', (_what, fault, change) => expect(verdict(change(...messages))).toBe(fault));

  it('in any one bit', () => {
    const [message] = messages;
    const verdicts = Array.from({ length: message.body.length * 8 }, (_, at) => {
      const body = Buffer.from(message.body);
      body[at >> 3] = body[at >> 3]! ^ (1 << (at & 7));
      return verdict({ ...message, body });
    });
    expect(new Set(verdicts)).toEqual(new Set(['signature']));
  });

  it.each<[string, string | Buffer]>([
    ['no JSON', '{'],
    ['no UTF-8', Buffer.concat([Buffer.from(content()).subarray(0, -1), Buffer.from([0xff, 0x7d])])],
    ['nothing', ''],
    ['another kind of event', content({ type: 'scan.began' })],
    ['no reference', content({ data: {} })],
    ['a reference that is none', content({ data: { reference: 'a b' } })],
    ['a list', '[]'],
  ])('truly signed, but %s: has not the shape of one', (_what, body) => expect(verdict(signed(body))).toBe('shape'));
});

describe('whoever notifies', () => {
  it('comes again until it hears a 2xx, always with the same event', async () => {
    receiver.status = 500;
    const before = receiver.arrivals.length;
    const order = scan();
    await parties.identity.begin(order);
    await emulator.control.answerScan(order.reference, 'pass');
    await eventually(
      async () => receiver.arrivals.length,
      (arrivals) => arrivals >= before + 3,
    );
    receiver.status = 202;
    await eventually(
      () => emulator.control.openNotifications(),
      (open) => open.length === 0,
    );
    const ids = receiver.arrivals.slice(before).map(({ headers }) => headers.get('webhook-id'));
    expect(new Set(ids).size).toBe(1);
    const { answers } = await emulator.control.notifyScan(order.reference, { times: 5 });
    expect(answers).toEqual({ 202: 5 });
  });

  it.each([
    ['wrong_signature', 'signature'],
    ['tampered_body', 'signature'],
    ['old_timestamp', 'timestamp'],
    ['unsigned_answer', 'headers'],
  ])('%s is refused as %s', async (kind, fault) => {
    const before = receiver.arrivals.length;
    await emulator.control.fault(kind, { target: 'identity', on: 'scan_notification' });
    await emulator.control.notifyScan(references[0]!);
    const { headers, raw } = receiver.arrivals[before]!;
    expect(verdict({ headers: Object.fromEntries(headers), body: raw })).toBe(fault);
  });

  it('goes where the scan was asked for last', async () => {
    const order = scan();
    await partiesOf({
      ...emulator.environment,
      MALLFLOW_IDENTITY_NOTIFY_BASE_URL: 'http://127.0.0.1:9',
    }).identity.begin(order);
    await parties.identity.begin(order);
    const before = receiver.arrivals.length;
    await emulator.control.answerScan(order.reference, 'pass');
    await notified(before + 1);
  });

  it('tells nobody when the event is to be lost, or when nobody wants to be told', async () => {
    const before = receiver.arrivals.length;
    const lost = scan();
    await parties.identity.begin(lost);
    await emulator.control.fault('no_notification', { target: 'identity' });
    await emulator.control.answerScan(lost.reference, 'pass');
    const untold = scan();
    await partiesOf(emulator.environment).identity.begin(untold);
    await emulator.control.answerScan(untold.reference, 'fail');
    expect([await parties.identity.query(lost.reference), await parties.identity.query(untold.reference)]).toEqual([
      'passed',
      'failed',
    ]);
    expect([await emulator.control.openNotifications(), receiver.arrivals.length]).toEqual([[], before]);
  });
});
