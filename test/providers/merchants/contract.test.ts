import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { MerchantForm, MerchantOnboarding } from '../../../domain/ports/merchant-onboarding';
import { createTenpayMerchants } from '../../../providers/merchants/tenpay/tenpay';
import { createWechatPayMerchants } from '../../../providers/merchants/wechat-pay/wechat-pay';
import { tenpay, wechatPay, parseEnvironment } from '../../../config/env';
import { startEmulator, type Emulator } from '../../support/emulator';
import { channelStaff } from '../../support/merchants';
import { somebody, someCompany } from '../../support/seller-journey';
import { pdfBytes } from '../../support/sellers';

/** One port, two channels: each against the emulator, which shares no line with them. */

let outside: Emulator;
type Channels = Readonly<Record<'wechat_pay' | 'tenpay', MerchantOnboarding>>;
let channels: Channels;
/** Of those who wait for no answer long. */
let hasty: Channels;
beforeAll(async () => {
  outside = await startEmulator();
  const environment = { ...outside.environment, MALLFLOW_WECHAT_PAY_NOTIFY_BASE_URL: 'https://shop.example.com' };
  const config = parseEnvironment(environment);
  const [wechat, cloud] = [wechatPay(config), tenpay(config)];
  if (wechat === undefined || cloud === undefined) throw new Error('the emulator configures both');
  const within = (deadlineMs: number): Channels => {
    const around = { deadlineMs, pauseMs: 20 };
    return {
      wechat_pay: createWechatPayMerchants({ ...wechat, shopBaseUrl: wechat.notifyBaseUrl }, around),
      tenpay: createTenpayMerchants(cloud, around),
    };
  };
  [channels, hasty] = [within(30_000), within(1_500)];
});
afterAll(() => outside.stop());
afterEach(() => outside.control.clearFaults());

const names = ['wechat_pay', 'tenpay'] as const;

async function formFor(channel: MerchantOnboarding, change: Partial<MerchantForm> = {}): Promise<MerchantForm> {
  const [personal, company] = [somebody(), someCompany()];
  const { legalName: name, idNumber, mobile, email, contactPhone, accountNumber } = personal;
  const sellerId = `sel_${randomBytes(10).toString('hex')}`;
  const picture = { name: 'licence', contentType: 'application/pdf', bytes: pdfBytes };
  return {
    requestNumber: sellerId,
    sellerId,
    enterpriseName: company.name,
    enterpriseCode: company.code,
    shortName: '云岭软件',
    servicePhone: contactPhone,
    legalRepresentative: { name, idNumber },
    administrator: { name, idNumber, mobile, email },
    account: { number: accountNumber, bankName: '招商银行', branchName: '科技园支行', location: '广东省深圳市' },
    licenceMediaId: channel.wantsPictures ? await channel.uploadMedia(picture) : null,
    ...change,
  };
}

describe.each(names)('%s', (name) => {
  const staffOf = (form: MerchantForm) => channelStaff(outside.url, form);

  it('goes from the form to the merchant ID, and tells where it stands all the way', async () => {
    const channel = channels[name];
    const form = await formFor(channel);
    const { requestNumber } = form;
    expect(await channel.query(requestNumber)).toBeUndefined();
    const answer = await channel.submit(form);
    const { id } = await staffOf(form).application(name);
    // Longer than JavaScript's numbers, and not a digit is lost.
    expect(answer).toEqual({ kind: 'accepted', providerId: id });
    const standing = async () => (await channel.query(requestNumber))?.standing;
    expect(['checking', 'auditing']).toContain(await standing());
    expect(await standing()).toBe('auditing');
    const staff = staffOf(form);
    if (name === 'wechat_pay') {
      await staff.does(name, 'verify-account', { amountFen: 124, deadlineSeconds: 3_600 });
      const asked = await channel.query(requestNumber);
      expect(asked).toMatchObject({
        standing: 'verify_account',
        verification: { amountFen: 124, payeeBank: expect.any(String) },
      });
      const leftMs = (asked?.verification?.deadline.getTime() ?? 0) - Date.now();
      expect(leftMs / 60_000).toBeGreaterThan(58);
      expect(leftMs / 60_000).toBeLessThanOrEqual(60);
      await staff.does(name, 'remit');
      expect(await standing()).toBe('auditing');
    }
    await staff.does(name, 'approve');
    expect(await channel.query(requestNumber)).toMatchObject({
      standing: 'to_sign',
      signUrl: expect.stringMatching(/^https:/),
      providerId: id,
    });
    await staff.does(name, 'sign');
    expect(await channel.query(requestNumber)).toMatchObject({
      standing: 'opened',
      merchantId: expect.stringMatching(/^\d+$/),
    });
    await staff.does(name, 'freeze');
    expect(await standing()).toBe('frozen');
    await staff.does(name, 'thaw');
    expect(await standing()).toBe('opened');
  });

  it('a rejected form is told at our fields, and its place is taken under the same number', async () => {
    const channel = channels[name];
    const form = await formFor(channel);
    await channel.submit(form);
    const again = await channel.submit({ ...form, shortName: '另一个' });
    expect(again.kind).toBe(name === 'wechat_pay' ? 'already_there' : 'accepted');
    const reasons = [
      { field: name === 'wechat_pay' ? 'contact_info.mobile_phone' : 'Administrator.Mobile', reason: '手机号有误' },
      { field: '/form/shortName', reason: '简称不规范' },
      { field: '__proto__', reason: '其他' },
    ];
    await staffOf(form).does(name, 'reject', { reasons });
    expect(await channel.query(form.requestNumber)).toMatchObject({
      standing: 'rejected',
      reasons: [
        { path: '/form/administrator/mobile', reason: '手机号有误' },
        { path: '/form/shortName', reason: '简称不规范' },
        { path: '', reason: '其他' },
      ],
    });
    expect(await channel.submit({ ...form, shortName: '合规简称' })).toMatchObject({ kind: 'accepted' });
    expect((await staffOf(form).all()).map(({ forms }) => forms as number)).toEqual([2]);
    expect((await channel.query(form.requestNumber))?.reasons).toEqual([]);
  });

  it('an answer that is lost after the work was done makes no second application', async () => {
    const channel = channels[name];
    const form = await formFor(channel);
    const on = name === 'wechat_pay' ? 'merchant_submit' : 'tenpay_submit';
    await outside.control.fault('drop_answer', { target: 'merchant', on });
    // Asked once more at once: it is there.
    expect((await channel.submit(form)).kind).toBe(name === 'wechat_pay' ? 'already_there' : 'accepted');
    expect((await staffOf(form).all()).map(({ forms }) => forms as number)).toEqual([1]);
  });

  const onQuery = name === 'wechat_pay' ? 'merchant_query' : 'tenpay_query';
  const spoilt = [
    ['drop_answer', 'away'],
    ['429', 'busy'],
    ['500', 'busy'],
    ['500_after', 'busy'],
    ['slow', 'away'],
    ...(name === 'wechat_pay'
      ? ([
          ['wrong_signature', 'untrusted'],
          ['tampered_body', 'untrusted'],
          ['unsigned_answer', 'untrusted'],
          ['old_timestamp', 'untrusted'],
          ['unknown_serial', 'untrusted'],
        ] as const)
      : ([['wrong_signature', 'busy']] as const)),
  ] as const;
  it.each(spoilt)('%s is %s', async (kind, expected) => {
    const channel = channels[name];
    const form = await formFor(channel);
    await channel.submit(form);
    await outside.control.fault(kind, { target: 'merchant', on: onQuery, times: 2, delayMs: 10_000 });
    const asked = kind === 'slow' ? hasty[name] : channel;
    await expect(asked.query(form.requestNumber)).rejects.toMatchObject({ name: 'ProviderError', kind: expected });
    await outside.control.clearFaults();
    expect(await channel.query(form.requestNumber)).toMatchObject({ standing: expect.any(String) });
  });

  it('an application survives the end of the channel’s process', async () => {
    const channel = channels[name];
    const form = await formFor(channel);
    const answer = await channel.submit(form);
    await outside.kill9();
    await expect(channel.query(form.requestNumber)).rejects.toMatchObject({ kind: 'away' });
    await outside.start();
    expect(answer).toMatchObject({ providerId: (await channel.query(form.requestNumber))?.providerId });
  });
});

it('what a channel finds wrong at once comes back at our field', async () => {
  const channel = channels.wechat_pay;
  const form = await formFor(channel);
  const administrator = { ...form.administrator, mobile: '12' };
  expect(await channel.submit({ ...form, administrator })).toMatchObject({
    kind: 'rejected',
    reasons: [{ path: '/form/administrator/mobile', field: '/contact_info/mobile_phone' }],
  });
  expect(await channel.submit({ ...form, licenceMediaId: 'unknown' })).toMatchObject({
    kind: 'rejected',
    reasons: [{ path: '/form/licenceDocumentId' }],
  });
});

it('pictures go as they are, by either kind of key', async () => {
  const bytes = readFileSync(__filename);
  for (const contentType of ['image/png', 'image/jpeg'])
    expect(await channels.wechat_pay.uploadMedia({ name: 'x', contentType, bytes })).toMatch(/^[\w-]{20,}$/);
  await expect(channels.wechat_pay.uploadMedia({ name: 'x', contentType: 'text/plain', bytes })).rejects.toMatchObject({
    kind: 'refused',
    code: 'PARAM_ERROR',
  });
  await expect(channels.tenpay.uploadMedia({ name: 'x', contentType: 'image/png', bytes })).rejects.toMatchObject({
    kind: 'refused',
  });
});
