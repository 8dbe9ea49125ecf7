import { createHmac } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { patienceMs } from '../support/patience';
import { OutsideClient, type OutsideReply, type SpoiltRequest } from '../support/outside-client';
import { startReceiver, type Receiver } from './receiver';

let emulator: Emulator;
let receiver: Receiver;
let client: OutsideClient;

beforeAll(async () => {
  // The first retry comes after 15 s: not before the process is gone.
  [emulator, receiver] = await Promise.all([startEmulator({ timeScale: 1 }), startReceiver()]);
  client = new OutsideClient(emulator);
});

afterAll(async () => {
  receiver.stop();
  await emulator.stop();
});

let counted = 0;
const reference = (): string => `t${(counted += 1)}`;
const transfer = (change: object = {}) => ({
  reference: reference(),
  accountName: '星河零售有限公司',
  accountNumber: '6222000011112222',
  bankName: '招商银行',
  branchName: '科技园支行',
  location: '深圳',
  amountFen: 7,
  ...change,
});
const scan = (change: object = {}) => ({
  reference: reference(),
  enterpriseName: '星河零售有限公司',
  code: '91350100M000100Y43',
  name: '张三',
  idNumber: '11010519491231002X',
  ...change,
});
const message = (change: object = {}) => ({
  id: reference(),
  channel: 'mail',
  to: 'chen@example.com',
  subject: 'Hello',
  text: 'There is something to do.',
  ...change,
});
const question = { CreditCode: '91350100M000100Y43', EntName: '星河零售有限公司', VerifyType: 'ENT_2META' };
const action = 'VerifyBizLicenseEnterprise3';

describe('who is not believed by those who speak signed JSON: 401', () => {
  it.each<[string, string, SpoiltRequest]>([
    ['no signature', 'SIGNATURE', { headers: { 'webhook-signature': undefined } }],
    ['a wrong signature', 'SIGNATURE', { headers: { 'webhook-signature': `v1,${'A'.repeat(43)}=` } }],
    ['other bytes than were signed', 'SIGNATURE', { signedBody: '{}' }],
    ['signed for another call', 'SIGNATURE', { path: '/transfers/query' }],
    ['six minutes late', 'TIMESTAMP', { seconds: -360 }],
    ['six minutes early', 'TIMESTAMP', { seconds: 360 }],
    ['no time', 'TIMESTAMP', { headers: { 'webhook-timestamp': undefined } }],
    ['an id that is none', 'ID', { headers: { 'webhook-id': 'a.b' } }],
  ])('%s', async (_what, code, spoilt) => {
    expect(await client.json('TRANSFERS', '/transfers', transfer(), spoilt)).toMatchObject({
      status: 401,
      body: { code },
    });
  });

  it('the secret of somebody else, and an id that was used before; 270 s are well', async () => {
    expect(await client.json('MESSAGES', '/transfers', transfer())).toMatchObject({ status: 401 });
    expect(await client.json('TRANSFERS', '/transfers', transfer(), { seconds: -270 })).toMatchObject({ status: 200 });
    const key = Buffer.from(await readFile(emulator.environment['MALLFLOW_MESSAGES_SECRET_FILE']!, 'utf8'), 'base64');
    const body = JSON.stringify(message());
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = createHmac('sha256', key).update(`once.${timestamp}.POST /messages.${body}`).digest('base64');
    const headers = { 'webhook-id': 'once', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
    expect(await client.json('MESSAGES', '/messages', body, { headers })).toMatchObject({ status: 200 });
    expect(await client.json('MESSAGES', '/messages', body, { headers })).toMatchObject({ body: { code: 'ID_USED' } });
  });

  it('answers signed over the id of the request, and its own status and body', async () => {
    const { status, body, headers } = await client.json('TRANSFERS', '/transfers/query', { reference: 'nobody' });
    const key = Buffer.from(await readFile(emulator.environment['MALLFLOW_TRANSFERS_SECRET_FILE']!, 'utf8'), 'base64');
    const text = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.404.${JSON.stringify(body)}`;
    const signature = createHmac('sha256', key).update(text).digest('base64');
    expect([status, body, headers.get('webhook-signature')]).toEqual([404, { code: 'UNKNOWN' }, `v1,${signature}`]);
  });
});

describe('what is not of the shape: 400', () => {
  const cases: readonly [string, 'TRANSFERS' | 'IDENTITY' | 'MESSAGES', string, () => unknown, string][] = [
    ['an unknown field', 'TRANSFERS', '/transfers', () => transfer({ note: 'x' }), '/note'],
    ['no account', 'TRANSFERS', '/transfers', () => transfer({ accountNumber: undefined }), '/accountNumber'],
    [
      'letters in an account',
      'TRANSFERS',
      '/transfers',
      () => transfer({ accountNumber: '62220000A' }),
      '/accountNumber',
    ],
    ['a yuan', 'TRANSFERS', '/transfers', () => transfer({ amountFen: 100 }), '/amountFen'],
    ['half a fen', 'TRANSFERS', '/transfers', () => transfer({ amountFen: 0.5 }), '/amountFen'],
    ['an unknown field of a query', 'TRANSFERS', '/transfers/query', () => ({ reference: 'a', b: 1 }), '/b'],
    ['a short code', 'IDENTITY', '/scans', () => scan({ code: '9135' }), '/code'],
    ['an ID number of 17', 'IDENTITY', '/scans', () => scan({ idNumber: '1'.repeat(17) }), '/idNumber'],
    ['an address that is none', 'IDENTITY', '/scans', () => scan({ notifyUrl: 'ftp://a' }), '/notifyUrl'],
    ['a mobile for mail', 'MESSAGES', '/messages', () => message({ to: '13900001111' }), '/to'],
    ['a line break in a subject', 'MESSAGES', '/messages', () => message({ subject: 'a\nb' }), '/subject'],
    ['no JSON', 'MESSAGES', '/messages', () => '{', '/'],
  ];
  it.each(cases)('%s', async (_what, party, path, body, at) => {
    const reply = await client.json(party, path, body());
    expect(reply).toMatchObject({ status: 400, body: { code: 'SHAPE', path: at } });
  });

  it('text that is not said to be JSON is 415', async () => {
    const headers = { 'content-type': 'text/plain' };
    expect(await client.json('MESSAGES', '/messages', message(), { headers })).toMatchObject({ status: 415 });
  });
});

describe('the cloud that looks enterprises up', () => {
  it.each<[string, string, object | string, SpoiltRequest, string]>([
    [
      'no authorization',
      action,
      question,
      { headers: { authorization: undefined } },
      'AuthFailure.InvalidAuthorization',
    ],
    [
      'another scheme',
      action,
      question,
      { headers: { authorization: 'Bearer x' } },
      'AuthFailure.InvalidAuthorization',
    ],
    ['six minutes late', action, question, { seconds: -360 }, 'AuthFailure.SignatureExpire'],
    ['six minutes early', action, question, { seconds: 360 }, 'AuthFailure.SignatureExpire'],
    [
      'a time that was not signed',
      action,
      question,
      { headers: { 'x-tc-timestamp': '1551113065' } },
      'AuthFailure.SignatureExpire',
    ],
    ['other bytes than were signed', action, question, { signedBody: '{}' }, 'AuthFailure.SignatureFailure'],
    ['another action', 'DescribeInstances', question, {}, 'InvalidAction'],
    ['another version', action, question, { headers: { 'x-tc-version': '2017-03-12' } }, 'NoSuchVersion'],
    ['no code', action, { EntName: 'a', VerifyType: 'ENT_2META' }, {}, 'MissingParameter'],
    ['an unknown field', action, { ...question, Person: 'a' }, {}, 'UnknownParameter'],
    ['three elements and two given', action, { ...question, VerifyType: 'ENT_3META' }, {}, 'InvalidParameterValue'],
    ['no JSON', action, '{', {}, 'InvalidParameter'],
  ])('%s: 200 and an error', async (_what, name, body, spoilt, Code) => {
    const reply = await client.cloud(name, body, spoilt);
    expect(reply).toMatchObject({
      status: 200,
      body: { Response: { Error: { Code }, RequestId: expect.any(String) } },
    });
  });

  it('answers a question that is well signed', async () => {
    expect(await client.cloud(action, question)).toMatchObject({
      status: 200,
      body: { Response: { StatusCode: 0, VerifyResult: 1, OperatingStatus: '1' } },
    });
  });
});

it('refuses what the controls cannot do', async () => {
  const control = async (method: string, path: string, body?: unknown) =>
    (
      await fetch(`${emulator.url}/control${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
    ).status;
  const { reference: open } = scan();
  await client.json('IDENTITY', '/scans', scan({ reference: open }));
  const sent = transfer();
  await client.json('TRANSFERS', '/transfers', sent);
  expect([
    await control('PUT', '/registry/123', { name: 'a', legalRepresentative: 'b', state: 'active' }),
    await control('PUT', '/registry/91350100M000100Y43', { name: 'a', legalRepresentative: 'b', state: 'closed' }),
    await control('GET', '/transfers?account=1'),
    await control('POST', '/verifications/nobody/pass', {}),
    await control('POST', `/verifications/${open}/notify`, {}),
    await control('POST', '/transfers/nobody/settle', { as: 'sent' }),
    await control('POST', `/transfers/${sent.reference}/settle`, { as: 'failed' }),
    await control('GET', '/messages?from=a'),
  ]).toEqual([400, 400, 400, 404, 409, 404, 409, 400]);
});

const operatingStatus = ({ body }: OutsideReply) =>
  (body['Response'] as Readonly<Record<string, unknown>>)['OperatingStatus'];

it('what was answered is in the books after kill -9, and what was not acknowledged is told', async () => {
  receiver.status = 500;
  const [order, note, person] = [transfer({ accountNumber: '55550000' }), message(), scan({ notifyUrl: receiver.url })];
  await client.json('TRANSFERS', '/transfers', order);
  await client.json('MESSAGES', '/messages', note);
  const begun = await client.json('IDENTITY', '/scans', person);
  const code = '91110108551385082Q';
  await emulator.control.putEnterprise(code, { name: '甲', legalRepresentative: '乙', state: 'revoked' });
  await emulator.control.answerScan(person.reference, 'pass');
  await eventually(
    async () => receiver.arrivals.length,
    (arrivals) => arrivals === 1,
  );
  const seen = async () => [
    await emulator.control.transfers('55550000'),
    await emulator.control.messages(),
    await emulator.control.verifications(),
    operatingStatus(await client.cloud(action, { ...question, CreditCode: code, EntName: '甲' })),
    (await client.json('IDENTITY', '/scans', person)).body,
  ];
  const before = await seen();

  await emulator.kill9();
  await appendFile(join(emulator.stateDir, 'books.jsonl'), '{"shelf":"transfers","key":"ha');
  receiver.status = 204;
  await emulator.start();

  expect(await seen()).toEqual(before);
  expect(before.slice(3)).toEqual(['4', begun.body]);
  expect(await emulator.control.transfers('55550000')).toHaveLength(1);
  await eventually(
    async () => receiver.arrivals.length,
    (arrivals) => arrivals === 2,
    15_000 + patienceMs,
  );
  const ids = receiver.arrivals.map(({ headers }) => headers.get('webhook-id'));
  expect(ids[1]).toBe(ids[0]);
  await eventually(
    () => emulator.control.openNotifications(),
    (open) => open.length === 0,
  );
});
