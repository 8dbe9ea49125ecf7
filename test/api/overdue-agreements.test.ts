import { randomUUID } from 'node:crypto';
import { publishAgreement } from '../../db/seller/agreement-versions';
import { startEmulator, type Emulator } from '../support/emulator';
import type { Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { controlsOf, SellerJourney } from '../support/seller-journey';
import { documentOf } from '../support/sellers';

let emulator: Emulator;
let mallflow: Installation;
let journey: SellerJourney;

beforeAll(async () => {
  emulator = await startEmulator();
  mallflow = await startInstallation({ emulator });
  journey = await SellerJourney.begin(mallflow.url, controlsOf(emulator.url));
});
afterAll(async () => {
  await mallflow.stop();
  await emulator.stop();
});

/** A newer version was to be signed by a moment ago. */
async function letOneRunOut(version: string): Promise<void> {
  const signBy = new Date(Date.now() - 1_000);
  const agreement = { version, title: '云市场服务商接入协议', text: `第 ${version} 版`, signBy };
  await mallflow.database.db.transaction((trx) => publishAgreement(trx, agreement));
}

async function sign(agreementVersion: string): Promise<void> {
  const reply = await journey.seller.post(`${journey.path}/agreements`, { agreementVersion, accepted: true });
  expect(reply.status).toBe(200);
}

/** It is for the agreement that this cannot be done, and the answer says so; nothing else is offered. */
async function expectClosed(...replies: readonly Reply[]): Promise<void> {
  for (const { status, body } of replies)
    expect([status, body.code, body.state, body.allowed]).toEqual([409, 'WRONG_STATE', 'expired', ['agreements']]);
  const { body } = await journey.seller.get(`/v1/seller-onboardings/${journey.onboardingId}`);
  expect(body.actions).toEqual(['agreements']);
}

it('an agreement not signed in time comes before every new step, and what is under way may be finished', async () => {
  const { seller, path } = journey;
  await letOneRunOut('2.0');
  await expectClosed(await seller.post(`${path}/verification`, await journey.verificationForm()));
  await sign('2.0');

  const actions = async () => (await seller.get(`${path}/verification`)).body.actions as string[];
  expect((await seller.post(`${path}/verification`, await journey.verificationForm())).status).toBe(200);
  expect((await seller.post(`${path}/verification/withdraw`)).status).toBe(200);
  expect(await actions()).toEqual(['verification']);
  await letOneRunOut('2.1');
  expect(await actions()).toEqual([]);
  await sign('2.1');

  expect((await seller.post(`${path}/verification`, await journey.verificationForm())).status).toBe(200);
  await journey.until('enterprise_verification', 'in_progress', 'seller');
  await letOneRunOut('3.0');
  expect((await journey.tellAmount(await journey.arrivedFen())).status).toBe(200);
  await journey.until('enterprise_verification', 'met');
  await expectClosed(await seller.post(`${path}/company-information`, journey.informationForm()));
  await sign('3.0');

  await journey.inform();
  await letOneRunOut('4.0');
  const pay = () => seller.post(`${path}/certification-fee/pay`, { method: 'wechat_native' }, { key: randomUUID() });
  await expectClosed(await pay(), await seller.post(`${path}/certification-fee/defer`));
  await sign('4.0');

  await journey.payFee();
  const form = journey.merchantForm(await documentOf(seller));
  const apply = () => seller.post(`${path}/merchant-ids`, { channels: ['tenpay'], form });
  await letOneRunOut('5.0');
  await expectClosed(await apply());
  await sign('5.0');
  expect((await apply()).status).toBe(200);

  const { id } = await journey.until('merchant_id', 'in_review').then(() => journey.application('tenpay'));
  await journey.outside('POST', `/merchant-applications/${id as string}/reject`, {
    reasons: [{ field: 'legal_name', reason: '不符' }],
  });
  await journey.until('merchant_id', 'action_needed');
  await letOneRunOut('6.0');
  await expectClosed(await seller.post(`${path}/merchant-ids/tenpay/resubmit`, { form }));
  const { items } = (await seller.get(`${path}/merchant-ids`)).body;
  expect(items).toMatchObject([{ channel: 'tenpay', state: 'rejected', actions: [] }]);
});
