import { randomUUID } from 'node:crypto';
import { rows } from '../../db/connection';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import type { Body } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import {
  channelStaff,
  merchantForm,
  merchantIdIs,
  merchantIdOf,
  merchantPath,
  sellerWithFee,
  type MerchantSeller,
} from '../support/merchants';

let mallflow: Installation;
let outside: Emulator;
beforeAll(async () => {
  outside = await startEmulator();
  mallflow = await startInstallation({
    emulator: outside,
    environment: { MALLFLOW_MERCHANT_POLL_SECONDS: '1', MALLFLOW_MERCHANT_REST_SECONDS: '1' },
  });
});
afterAll(async () => {
  await mallflow.stop();
  await outside.stop();
});
afterEach(() => outside.control.clearFaults());

const both = ['wechat_pay', 'tenpay'] as const;
const apply = (seller: MerchantSeller, more: object = {}, key: string = randomUUID()) =>
  seller.client.post(merchantPath(seller), { channels: both, form: merchantForm(seller), ...more }, { key });
/** As a careful client does: come again with the same key as long as it is asked to. */
const post = (seller: MerchantSeller, path: string, body: unknown, key: string = randomUUID()) =>
  eventually(
    () => seller.client.post(`${merchantPath(seller)}/${path}`, body, { key }),
    ({ status }) => status !== 503,
  );

async function noticesOf(seller: MerchantSeller): Promise<string[]> {
  const found = await rows<{ kind: string }>(
    mallflow.database.db,
    'select n.kind from notices n join sellers s on s.account_id = n.account_id where s.id = :id order by n.id',
    { id: seller.sellerId },
  );
  return found.map(({ kind }) => kind);
}

it('both merchant IDs are opened side by side by one form', async () => {
  const seller = await sellerWithFee(mallflow, 'merchant-both');
  const staff = channelStaff(outside.url, seller);
  const key = randomUUID();
  const reply = await apply(seller, {}, key);
  expect(reply.status).toBe(200);
  expect(reply.body.items.map((item: Body) => [item.channel, item.state])).toEqual(
    both.map((channel) => [channel, expect.stringMatching(/^(?:submitted|in_review)$/)]),
  );
  const again = await apply(seller, {}, key);
  expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
  // Another tab, another key: nothing is done again.
  expect((await apply(seller)).body.items.map((item: Body) => item.applicationId)).toEqual(
    reply.body.items.map((item: Body) => item.applicationId),
  );

  await merchantIdIs(seller, 'wechat_pay', 'in_review');
  await staff.does('wechat_pay', 'verify-account');
  const asked = await merchantIdIs(seller, 'wechat_pay', 'verify_account');
  expect(asked.actions).toEqual(['verify-account']);
  const { amountFen } = asked.accountVerification;
  const { items: remittances } = await staff.control(
    'GET',
    `/transfers?accountNumber=${seller.personal.accountNumber}`,
  );
  expect(remittances[0].amountFen).toBe(amountFen);
  expect((await post(seller, 'wechat_pay/verify-account', { amountFen })).status).toBe(200);
  expect(await merchantIdOf(seller, 'wechat_pay')).toMatchObject({ state: 'in_review', actions: [] });
  await staff.does('wechat_pay', 'remit');
  for (const channel of both) {
    await staff.does(channel, 'approve');
    expect((await merchantIdIs(seller, channel, 'to_sign')).signUrl).toMatch(/^https:/);
    await staff.does(channel, 'sign');
    const opened = await merchantIdIs(seller, channel, 'opened');
    expect(opened.merchantId).toMatch(/^\d+$/);
    expect(opened).not.toHaveProperty('signUrl');
  }
  expect((await staff.all()).map(({ forms }) => forms as number)).toEqual([1, 1]);
  expect((await noticesOf(seller)).filter((kind) => kind === 'merchant_id_opened')).toHaveLength(2);

  // Later the channel changes its mind, and changes it again.
  await staff.does('tenpay', 'freeze');
  await merchantIdIs(seller, 'tenpay', 'frozen');
  await staff.does('tenpay', 'thaw');
  await merchantIdIs(seller, 'tenpay', 'opened');
});

it('a rejected form comes back at its fields and goes again under its number (fault 34)', async () => {
  const seller = await sellerWithFee(mallflow, 'merchant-rejected');
  const staff = channelStaff(outside.url, seller);
  await apply(seller);
  const reasons = {
    wechat_pay: [
      { field: 'id_card_number', reason: '身份证号码与姓名不符' },
      { field: 'merchant_shortname', reason: '简称不规范' },
      { field: 'account_info', reason: '账户异常' },
    ],
    tenpay: [{ field: 'LegalName', reason: '法人姓名有误' }],
  };
  for (const channel of both) {
    await merchantIdIs(seller, channel, 'in_review');
    const before = await staff.application(channel);
    // Approved first: the channel may change its mind.
    await staff.does(channel, 'approve');
    await merchantIdIs(seller, channel, 'to_sign');
    await staff.does(channel, 'reject', { reasons: reasons[channel] });
    const rejected = await merchantIdIs(seller, channel, 'rejected');
    expect(rejected.errors).toEqual(
      channel === 'wechat_pay'
        ? [
            { path: '/form/legalRepresentative/idNumber', code: 'id_card_number', reason: '身份证号码与姓名不符' },
            { path: '/form/shortName', code: 'merchant_shortname', reason: '简称不规范' },
            { path: '', code: 'account_info', reason: '账户异常' },
          ]
        : [{ path: '/form/legalRepresentative/name', code: 'LegalName', reason: '法人姓名有误' }],
    );
    expect(rejected.actions).toEqual(['resubmit']);
    expect((await apply(seller, { channels: [channel] })).body).toMatchObject({
      status: 409,
      code: 'WRONG_STATE',
      allowed: ['resubmit'],
    });
    const form = merchantForm(seller, { shortName: `云岭软件${channel}` });
    expect((await post(seller, `${channel}/resubmit`, { form })).status).toBe(200);
    const after = await merchantIdIs(seller, channel, 'in_review');
    expect(after).toMatchObject({
      applicationId: rejected.applicationId,
      errors: [],
      form: { shortName: form.shortName },
    });
    expect(await staff.application(channel)).toMatchObject({ id: before.id, forms: 2 });
    expect((await post(seller, `${channel}/resubmit`, { form })).body).toMatchObject({ code: 'WRONG_STATE' });
  }
  expect(await noticesOf(seller)).toEqual(expect.arrayContaining(['merchant_id_rejected', 'merchant_id_to_sign']));
});

it('an account that is not verified brings the form back: twice wrong, or too late (fault 35)', async () => {
  const wrong = await sellerWithFee(mallflow, 'merchant-wrong-amount');
  const late = await sellerWithFee(mallflow, 'merchant-late');
  for (const seller of [wrong, late]) {
    await apply(seller, { channels: ['wechat_pay'] });
    await merchantIdIs(seller, 'wechat_pay', 'in_review');
  }
  await channelStaff(outside.url, wrong).does('wechat_pay', 'verify-account', { amountFen: 321 });
  await channelStaff(outside.url, late).does('wechat_pay', 'verify-account', { deadlineSeconds: 4 });
  await merchantIdIs(wrong, 'wechat_pay', 'verify_account');
  for (const triesLeft of [1, 0])
    expect((await post(wrong, 'wechat_pay/verify-account', { amountFen: 320 })).body).toMatchObject({
      status: 422,
      code: 'AMOUNT_WRONG',
      triesLeft,
    });
  for (const seller of [wrong, late]) {
    const back = await merchantIdIs(seller, 'wechat_pay', 'rejected');
    expect(back).toMatchObject({ errors: [{ code: 'ACCOUNT_NOT_VERIFIED' }], actions: ['resubmit'] });
    expect(await noticesOf(seller)).toContain('merchant_id_rejected');
  }
  // The channel still asks for the remittance: the form resubmitted meets it again, with new tries.
  await post(wrong, 'wechat_pay/resubmit', { form: merchantForm(wrong) });
  expect(await merchantIdIs(wrong, 'wechat_pay', 'verify_account')).toMatchObject({
    accountVerification: { amountFen: 321, triesLeft: 2 },
  });
  expect((await post(wrong, 'wechat_pay/verify-account', { amountFen: 321 })).status).toBe(200);
});

it('an answer lost after the commit makes no second application, and a channel that is away is waited for', async () => {
  const seller = await sellerWithFee(mallflow, 'merchant-away');
  for (const on of ['merchant_media', 'merchant_submit', 'tenpay_submit'])
    await outside.control.fault('drop_answer', { ...{ target: 'merchant' }, on, times: 2 });
  await apply(seller);
  const staff = channelStaff(outside.url, seller);
  for (const channel of both) await merchantIdIs(seller, channel, 'in_review');
  expect((await staff.all()).map(({ forms }) => forms as number)).toEqual([1, 1]);

  await outside.kill9();
  await eventually(
    () =>
      rows(mallflow.database.db, 'select 1 from merchant_applications where seller_id = :id and failures > 0', {
        id: seller.sellerId,
      }),
    (failing) => failing.length === 2,
  );
  await mallflow.stopWorker();
  await outside.start();
  for (const channel of both) await staff.does(channel, 'approve');
  await mallflow.startWorker();
  for (const channel of both) await merchantIdIs(seller, channel, 'to_sign');
});

it('both are asked for by one claim: a retry attaches to both', async () => {
  const seller = await sellerWithFee(mallflow, 'merchant-retry');
  await mallflow.stopWorker();
  const key = randomUUID();
  expect((await apply(seller, {}, key)).body).toMatchObject({ status: 503, code: 'TRY_AGAIN' });
  await mallflow.startWorker();
  const reply = await eventually(
    () => apply(seller, {}, key),
    ({ status }) => status === 200,
  );
  expect(reply.body.items).toHaveLength(2);
  const claims = await rows<{ state: string }>(
    mallflow.database.db,
    `select state from commands where resource_id = :id and effect_at is not null`,
    { id: seller.sellerId },
  );
  expect(claims).toEqual([{ state: 'done' }]);
});

it('nothing personal is in the histories of the runs, nor in what is kept of commands and cases', async () => {
  const seller = await sellerWithFee(mallflow, 'merchant-silent');
  await apply(seller);
  for (const channel of both) await merchantIdIs(seller, channel, 'in_review');
  await channelStaff(outside.url, seller).does('wechat_pay', 'verify-account', { amountFen: 76_543 });
  await merchantIdIs(seller, 'wechat_pay', 'verify_account');
  await post(seller, 'wechat_pay/verify-account', { amountFen: 76_543 });
  const texts: string[] = [];
  for (const channel of both) {
    const handle = mallflow.services.temporal.workflow.getHandle(`merchant-id:${seller.sellerId}:${channel}`);
    const history = JSON.stringify(await handle.fetchHistory(), (_key, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('utf8') : value,
    );
    expect(history).toContain(seller.sellerId);
    texts.push(history);
  }
  const { db } = mallflow.database;
  for (const table of ['commands', 'process_cases', 'case_events', 'audit_log', 'notices', 'merchant_applications'])
    texts.push(JSON.stringify(await rows(db, `select t::text as row from ${table} t`)));
  const { legalName, idNumber, mobile, email, accountNumber } = seller.personal;
  for (const secret of [legalName, idNumber, mobile, email, accountNumber, '76543'])
    for (const text of texts) expect(text.includes(secret)).toBe(false);
});
