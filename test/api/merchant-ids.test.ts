import { startEmulator, type Emulator } from '../support/emulator';
import { startInstallation, type Installation } from '../support/installation';
import {
  channelStaff,
  merchantForm,
  merchantIdIs,
  merchantIdOf,
  merchantPath,
  sellerWithFee,
} from '../support/merchants';

let mallflow: Installation;
let outside: Emulator;
beforeAll(async () => {
  outside = await startEmulator();
  mallflow = await startInstallation({
    emulator: outside,
    environment: { MALLFLOW_MERCHANT_POLL_SECONDS: '1', MALLFLOW_MERCHANT_REST_SECONDS: '1' },
  });
}, 60_000);
afterAll(async () => {
  await mallflow.stop();
  await outside.stop();
});

const both = ['wechat_pay', 'tenpay'] as const;

it('both merchant IDs are opened side by side by one form', async () => {
  const seller = await sellerWithFee(mallflow, 'merchant-both');
  const staff = channelStaff(outside.url, seller);
  const reply = await seller.client.post(merchantPath(seller), { channels: both, form: merchantForm(seller) });
  expect(reply.status).toBe(200);
  expect(reply.body.items.map((item: { channel: string }) => item.channel)).toEqual([...both]);

  await merchantIdIs(seller, 'wechat_pay', 'in_review');
  await staff.does('wechat_pay', 'verify-account');
  const asked = await merchantIdIs(seller, 'wechat_pay', 'verify_account');
  const { amountFen } = asked.accountVerification;
  expect(
    (await staff.control('GET', `/transfers?accountNumber=${seller.personal.accountNumber}`)).items[0].amountFen,
  ).toBe(amountFen);
  const told = await seller.client.post(`${merchantPath(seller)}/wechat_pay/verify-account`, { amountFen });
  expect(told.status).toBe(200);
  expect(await merchantIdOf(seller, 'wechat_pay')).toMatchObject({ state: 'in_review' });
  for (const channel of both) {
    await staff.does(channel, 'approve');
    expect((await merchantIdIs(seller, channel, 'to_sign')).signUrl).toMatch(/^https:/);
    await staff.does(channel, 'sign');
    expect((await merchantIdIs(seller, channel, 'opened')).merchantId).toMatch(/^\d+$/);
  }
}, 60_000);
