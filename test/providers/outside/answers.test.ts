import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOutside } from '../../../providers/outside';
import { TencentCloud } from '../../../providers/tencent-cloud/client';
import { failureOf, message, personal, scan, transfer } from './parties';

/** Somebody who answers what the test says, signed as it says. */
interface Answer {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly id?: string;
  /** What the signature says the status is. */
  readonly signedStatus?: string;
}

const secret = Buffer.alloc(32, 3).toString('base64');
let server: Server;
let answers: Answer[] = [];
let asked = 0;
let parties: Required<ReturnType<typeof createOutside>>;
let baseUrl: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked += 1;
    const { status = 200, body = '{}', headers = {}, ...signing } = answers.shift() ?? { status: 500 };
    const id = signing.id ?? String(request.headers['webhook-id']);
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const content = `${id}.${timestamp}.${signing.signedStatus ?? String(status)}.${body}`;
    const signature = createHmac('sha256', Buffer.from(secret, 'base64')).update(content).digest('base64');
    const signed = { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
    request.resume().on('end', () => response.writeHead(status, { ...signed, ...headers }).end(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const party = { secret, baseUrl };
  const registry = { secretId: 'AKID00000000', secretKey: 'key', baseUrl };
  const identity = { ...party, notifyBaseUrl: undefined };
  parties = createOutside({ registry, transfers: party, identity, messages: party }, { pauseMs: 1 });
});

beforeEach(() => {
  answers = [];
  asked = 0;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const cloud = (response: object): Answer => ({ body: JSON.stringify({ Response: { RequestId: 'r', ...response } }) });
const cloudError = (Code: string): Answer => cloud({ Error: { Code, Message: personal.name } });
const { name, code, person } = personal;
const check = () => parties.registry!.check({ name, code });

describe('what the register answers', () => {
  it.each([
    ['1', 'active'],
    ['2', 'other'],
    ['3', 'cancelled'],
    ['4', 'revoked'],
    ['5', 'other'],
    ['7', 'other'],
    ['0', 'other'],
    ['/', 'other'],
    ['99', 'other'],
    [null, 'other'],
  ])('企业状态 %s is %s', async (OperatingStatus, operating) => {
    answers = [cloud({ StatusCode: 0, VerifyResult: 1, OperatingStatus })];
    expect(await check()).toMatchObject({ found: true, name: 'same', operating });
  });

  it('nothing about who leads an enterprise of another name', async () => {
    answers = [cloud({ StatusCode: 0, VerifyResult: 0, OperatingStatus: '/' })];
    const answer = await parties.registry!.check({ name, code, legalRepresentative: person });
    expect([answer, asked]).toEqual([
      { found: true, name: 'different', legalRepresentative: 'not_asked', operating: 'other' },
      1,
    ]);
  });

  it.each<[string, readonly Answer[], string]>([
    ['a fault of theirs', [cloud({ StatusCode: 1 }), cloud({ StatusCode: 1 })], 'busy STATUS_1'],
    ['no status', [cloud({})], 'untrusted ANSWER_SHAPE'],
    ['a status nobody knows', [cloud({ StatusCode: 3 })], 'untrusted ANSWER_SHAPE'],
    ['a result nobody knows', [cloud({ StatusCode: 0, VerifyResult: 2 })], 'untrusted ANSWER_SHAPE'],
    ['no JSON', [{ body: '<html>' }], 'untrusted ANSWER_SHAPE'],
    ['another document', [{ body: '{"found":true}' }], 'untrusted ANSWER_SHAPE'],
    ['another status', [{ ...cloud({ StatusCode: 2 }), status: 201 }], 'untrusted HTTP_201'],
    ['another place', [{ status: 302, headers: { location: '/else' } }], 'untrusted HTTP_302'],
    ['too much', [{ body: ' '.repeat(1_100_000) }], 'untrusted ANSWER_TOO_LARGE'],
    ['a wrong value', [cloudError('InvalidParameterValue')], 'refused InvalidParameterValue'],
    ['an arrear', [0, 1].map(() => cloudError('ResourceUnavailable.InArrears')), 'busy ResourceUnavailable.InArrears'],
    ['no right', [0, 1].map(() => cloudError('UnauthorizedOperation')), 'busy UnauthorizedOperation'],
    ['a failure', [0, 1].map(() => cloudError('FailedOperation.UnKnowError')), 'busy FailedOperation.UnKnowError'],
    ['a code that is none', [cloudError(personal.name)], 'refused CODE_SHAPE'],
    ['a code like one that passes', [cloudError('InternalErrorElse')], 'refused InternalErrorElse'],
  ])('%s', async (_what, given, failure) => {
    answers = [...given];
    expect([await failureOf(check()), asked]).toEqual([failure, given.length]);
  });

  it('a code that means something', async () => {
    const service = { party: 'x', service: 'ocr', version: '1', secretId: 'a', secretKey: 'b', baseUrl };
    const meanings = new Map([['ResourceNotFound', 'nothing']]);
    const ask = (isRepeatable: boolean) =>
      new TencentCloud(service, { pauseMs: 1 }).ask({
        action: 'A',
        body: {},
        isRepeatable,
        read: () => 'read',
        meanings,
      });
    answers = [cloudError('ResourceNotFound'), cloud({}), { status: 503 }];
    expect([await ask(true), await ask(true), await failureOf(ask(false)), asked]).toEqual([
      'nothing',
      'read',
      'busy HTTP_503',
      3,
    ]);
  });
});

describe('what signed JSON answers', () => {
  it.each<[string, Answer, string]>([
    ['to another question', { id: 'evt_other' }, 'untrusted ANSWER_ID'],
    ['with another status', { body: '{"state":"sent"}', signedStatus: '202' }, 'untrusted ANSWER_SIGNATURE'],
    ['done, though not 200', { status: 202, body: '{"state":"sent"}' }, 'untrusted HTTP_202'],
    ['at another place', { status: 307, headers: { location: '/else' } }, 'untrusted HTTP_307'],
    ['without a state', { body: '{}' }, 'untrusted ANSWER_SHAPE'],
    ['with a state nobody knows', { body: '{"state":"paid"}' }, 'untrusted ANSWER_SHAPE'],
    ['too much', { body: ' '.repeat(1_100_000) }, 'untrusted ANSWER_TOO_LARGE'],
    ['no', { status: 422, body: '{"code":"NO_SUCH_BANK"}' }, 'refused NO_SUCH_BANK'],
    ['no, without a word', { status: 422, body: 'no' }, 'refused HTTP_422'],
    ['no, in words', { status: 422, body: `{"code":"${personal.name}"}` }, 'refused CODE_SHAPE'],
    ['no, but unsigned', { status: 404, headers: { 'webhook-signature': '' } }, 'untrusted ANSWER_UNSIGNED'],
  ])('%s', async (_what, answer, failure) => {
    answers = [answer];
    expect([await failureOf(parties.transfers!.send(transfer())), asked]).toEqual([failure, 1]);
  });

  it('about another message, or no address to scan', async () => {
    answers = [{ body: '{"id":"else"}' }, { body: '{"scanUrl":"javascript:alert(1)"}' }];
    expect(await failureOf(parties.messages!.send(message()))).toBe('untrusted OTHER_MESSAGE');
    expect(await failureOf(parties.identity!.begin(scan()))).toBe('untrusted ANSWER_SHAPE');
  });
});
