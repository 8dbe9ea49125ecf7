import { verifyLedger } from '../../db/ledger/queries';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import type { Body } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { controlsOf, SellerJourney } from '../support/seller-journey';
import { documentOf } from '../support/sellers';

/** A month is about a second: durations are configuration, and nothing of the product is changed for it. */
const environment = {
  MALLFLOW_PROVE_WITHIN_SECONDS: '7',
  MALLFLOW_ONBOARDING_REMINDER_SECONDS: '2',
  MALLFLOW_FEE_VALID_SECONDS: '16',
  MALLFLOW_FEE_RENEWAL_OPENS_SECONDS: '7',
  MALLFLOW_FEE_REMINDERS: '6,3',
  MALLFLOW_MERCHANT_POLL_SECONDS: '1',
  MALLFLOW_NOTICES_SECONDS: '1',
};

let emulator: Emulator;
let mallflow: Installation;
beforeAll(async () => {
  emulator = await startEmulator();
  mallflow = await startInstallation({ emulator, environment });
});
afterAll(async () => {
  expect(await verifyLedger(mallflow.services.db)).toEqual([]);
  await mallflow.stop();
  await emulator.stop();
});

it('plays a year of a seller: every wait of the guide is over by itself', async () => {
  const journey = await SellerJourney.begin(mallflow.url, controlsOf(emulator.url));
  const { seller, path } = journey;
  const readiness = async (): Promise<Body> => (await seller.get(`${path}/readiness`)).body;
  const told = async (): Promise<string[]> =>
    ((await seller.get('/v1/notices?limit=200')).body.items as { kind: string }[]).map(({ kind }) => kind);
  const hears = (kind: string) => eventually(told, (kinds) => kinds.includes(kind));
  const apply = async () => {
    const form = journey.merchantForm(await documentOf(seller));
    return seller.post(`${path}/merchant-ids`, { channels: ['wechat_pay'], form });
  };

  // 实名认证: the money came, and nobody told how much until the days were over.
  expect((await seller.post(`${path}/verification`, await journey.verificationForm())).status).toBe(200);
  const { dueAt } = await journey.until('enterprise_verification', 'in_progress', 'seller');
  const first = await journey.arrivedFen();
  const back = await journey.until('enterprise_verification', 'action_needed', 'seller');
  expect(Date.parse(back.since as string)).toBeGreaterThanOrEqual(Date.parse(dueAt as string));
  expect((back.errors as Body[]).map((error) => error.path as string)).toEqual(['/bank']);
  const late = await journey.tellAmount(first);
  expect([late.status, late.body.code]).toEqual([409, 'WRONG_STATE']);
  await journey.verify();
  await journey.inform();

  // 暂不缴纳: the centre is open, and nothing else; the seller is reminded.
  expect((await seller.post(`${path}/certification-fee/defer`)).status).toBe(200);
  await journey.until('certification_fee', 'deferred', 'seller');
  expect(await readiness()).toMatchObject({ sellerCentreOpen: true, canCreateProducts: false });
  expect((await apply()).body.code).toBe('FEE_NOT_PAID');
  await hears('onboarding_waits');
  await journey.payFee();
  expect(await readiness()).toMatchObject({ sellerCentreOpen: true, canCreateProducts: true });
  const { validUntil } = (await seller.get(`${path}/certification-fee`)).body;

  // 开通商户号
  await journey.openMerchantIds();
  await journey.until('merchant_id', 'met');

  // Reminded of the end, the seller does nothing: what needs the fee closes, what is open stays.
  await hears('fee_ends_soon');
  const over = await journey.until('certification_fee', 'expired', 'seller');
  expect(over.since).toBe(validUntil);
  await hears('fee_expired');
  expect(await readiness()).toMatchObject({ sellerCentreOpen: true, canCreateProducts: false });
  expect((await journey.requirement('merchant_id')).state).toBe('met');

  // 续费
  await journey.payFee();
  expect(await readiness()).toMatchObject({ canCreateProducts: true });
  const renewed = (await seller.get(`${path}/certification-fee`)).body;
  expect(Date.parse(renewed.validUntil as string)).toBeGreaterThan(Date.parse(validUntil as string));
  const { totals } = await emulator.control.books(0);
  expect([totals.payments, totals.paid, totals.paidFen]).toEqual([2, 2, 60_000]);
  expect(await told()).toEqual(expect.arrayContaining(['verification_action_needed', 'verification_met']));
});
