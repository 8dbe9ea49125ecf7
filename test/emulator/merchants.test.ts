import { constants, createHash, publicEncrypt, randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ChannelClient } from '../support/channel-client';
import { startEmulator, type Emulator } from '../support/emulator';

/** 收付通 as the emulator speaks it, by a client of its own. */

let emulator: Emulator;
let client: ChannelClient;
let mediaId: string;
beforeAll(async () => {
  emulator = await startEmulator();
  client = new ChannelClient(emulator);
  mediaId = (await upload({})).body['media_id'] as string;
});
afterAll(() => emulator.stop());

const path = '/v3/ecommerce/applyments/';

function seal(text: string, serial = client.serials[0] ?? ''): string {
  const pairs = (emulator.environment['MALLFLOW_WECHAT_PAY_PLATFORM_KEYS'] ?? '')
    .split(',')
    .map((one) => one.split('='));
  const pem = readFileSync(pairs.find(([id]) => id === serial)?.[1] ?? '', 'utf8');
  const key = pem.includes('CERTIFICATE') ? new X509Certificate(pem).publicKey : pem;
  const padding = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
  return publicEncrypt(padding, Buffer.from(text)).toString('base64');
}

const idNumber = '11010519491231002X';
const name = '深圳市云岭软件有限公司';

type Form = Readonly<Record<string, unknown>>;

function formOf(serial?: string): Form {
  const sealed = (text: string) => seal(text, serial);
  return {
    out_request_no: `APPLYMENT_${randomBytes(6).toString('hex')}`,
    organization_type: '2',
    business_license_info: {
      business_license_copy: mediaId,
      business_license_number: '91440300MA1TT00380',
      merchant_name: name,
      legal_person: '张三',
    },
    id_card_info: { id_card_name: sealed('张三'), id_card_number: sealed(idNumber) },
    account_info: {
      bank_account_type: '74',
      account_bank: '招商银行',
      account_name: sealed(name),
      bank_name: '招商银行深圳科技园支行',
      account_number: sealed('755900001234567'),
    },
    contact_info: {
      contact_type: '65',
      contact_name: sealed('张三'),
      contact_id_card_number: sealed(idNumber),
      mobile_phone: sealed('13900001234'),
      contact_email: sealed('admin@example.com'),
    },
    sales_scene_info: { store_name: '云岭软件', store_url: 'https://shop.example.com/1' },
    merchant_shortname: '云岭软件',
  };
}

function submit(form: unknown, serial: string | undefined = client.serials[0]) {
  return client.call('POST', path, form, { headers: { 'wechatpay-serial': serial } });
}

interface UploadOf {
  readonly sha256?: string;
  readonly filename?: string;
  readonly named?: string;
  readonly bytes?: Buffer;
  readonly signed?: string;
}

async function upload({ bytes = Buffer.from('a picture'), filename = 'licence.png', ...more }: UploadOf) {
  const sha256 = more.sha256 ?? createHash('sha256').update(bytes).digest('hex');
  const meta = JSON.stringify({ filename, sha256 });
  const target = '/v3/merchant/media/upload';
  const boundary = 'a-boundary';
  const head = (text: string) => Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${text}\r\n\r\n`);
  const body = Buffer.concat([
    head('name="meta"\r\nContent-Type: application/json'),
    Buffer.from(`${meta}\r\n`),
    head(`name="file"; filename="${more.named ?? filename}"\r\nContent-Type: image/png`),
    bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ]);
  const answer = await fetch(emulator.url + target, {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'user-agent': 'test/1',
      'content-type': `multipart/form-data; boundary=${boundary}`,
      authorization: client.authorization('POST', target, more.signed ?? meta),
    },
    body,
  });
  return { status: answer.status, body: (await answer.json()) as Form };
}

it('takes a form sealed under either kind of key, and tells its long number as a number', async () => {
  for (const serial of client.serials) {
    const reply = await submit(formOf(serial), serial);
    expect([reply.status, reply.signedBy]).toEqual([200, serial]);
    expect(reply.raw.toString()).toMatch(/"applyment_id":\d{18}/);
  }
});

/** The form with something else at the pointer, or nothing. */
function spoiled(form: Form, pointer: string, value: unknown): Form {
  const [group = '', field] = pointer.slice(1).split('/');
  if (field === undefined) return { ...form, [group]: value };
  return { ...form, [group]: { ...(form[group] as Form), [field]: value } };
}

it.each<[string, string, () => unknown]>([
  ['a field that is not sealed', '/contact_info/mobile_phone', () => '13900001234'],
  ['one sealed to be empty', '/id_card_info/id_card_name', () => seal('')],
  ['an unknown field', '/settled', () => 1],
  ['an unknown picture', '/business_license_info/business_license_copy', () => 'none'],
  ['another name on the account', '/account_info/account_name', () => seal('别的公司')],
  ['a personal account', '/account_info/bank_account_type', () => '75'],
  ['an administrator who is not the legal person', '/contact_info/contact_name', () => seal('李四')],
  ['an ID number that is none', '/id_card_info/id_card_number', () => seal('1234')],
  ['a mobile that is none', '/contact_info/mobile_phone', () => seal('075512345678')],
  ['an enterprise without e-mail', '/contact_info/contact_email', () => undefined],
  ['a short name of 66 bytes', '/merchant_shortname', () => '云'.repeat(22)],
  ['a seller without a licence', '/organization_type', () => '2401'],
  ['a shop without an address', '/sales_scene_info/store_url', () => undefined],
  ['an ID that ends soon', '/id_card_info/id_card_valid_time', () => '2020-01-01'],
])('refuses %s', async (_what, field, valueOf) => {
  const form = spoiled(formOf(), field, valueOf());
  expect(await submit(form)).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR', detail: { field } } });
});

it('refuses what was sealed with another key than the one named, or with none named', async () => {
  expect(await submit(formOf(), client.serials[1])).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR' } });
  const unnamed = await client.call('POST', path, formOf());
  expect(unnamed).toMatchObject({ status: 400, body: { detail: { field: 'Wechatpay-Serial' } } });
});

it('an administrator who is authorised may be another person', async () => {
  const form = formOf();
  Object.assign(form['contact_info']!, { contact_type: '66', contact_name: seal('李四') });
  expect((await submit(form)).status).toBe(200);
});

it('a number that is under review takes no second form, and is found by either number', async () => {
  const form = formOf();
  const { body } = await submit(form);
  expect(await submit(form)).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  const number = String(form['out_request_no']);
  const found = await client.call('GET', `${path}out-request-no/${number}`);
  expect(found.body).toMatchObject({ applyment_state: 'CHECKING', out_request_no: number, sign_state: 'NOT_SIGNABLE' });
  expect(found.body).not.toHaveProperty('sub_mchid');
  const id = /"applyment_id":(\d+)/.exec(found.raw.toString())?.[1] ?? '';
  expect((await client.call('GET', `${path}${id}`)).body).toMatchObject({ out_request_no: number });
  expect(body).toHaveProperty('applyment_id');
  expect(await client.call('GET', `${path}out-request-no/nobody`)).toMatchObject({ status: 404 });
});

it('of an upload, what is signed is what the file is, and the file is that', async () => {
  expect((await upload({ filename: 'licence.pdf' })).status).toBe(200);
  expect(await upload({ signed: '' })).toMatchObject({ status: 401, body: { code: 'SIGN_ERROR' } });
  for (const [field, spoilt] of [
    ['/meta/sha256', { sha256: '0'.repeat(64) }],
    ['/meta/filename', { filename: 'licence.txt' }],
    ['/file', { named: 'other.png' }],
    ['/file', { bytes: Buffer.alloc(0) }],
    ['/file', { bytes: Buffer.alloc(5 * 1_048_576 + 1) }],
  ] as const)
    expect(await upload(spoilt)).toMatchObject({ status: 400, body: { code: 'PARAM_ERROR', detail: { field } } });
});
