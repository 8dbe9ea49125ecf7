import { randomUUID } from 'node:crypto';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { CaseStanding, ProcessKind } from '../../domain/case/states';
import { merchantStates } from '../../domain/merchant/states';
import { paymentStanding, paymentStates } from '../../domain/payment/states';
import { purchaseStanding } from '../../domain/purchase/states';
import { reviewStanding } from '../../domain/review/states';
import { feeStanding } from '../../domain/seller/fee-states';
import { onboardingStages } from '../../domain/seller/onboarding-states';
import { allocationStanding } from '../../domain/stock/allocation-states';
import { commodityStanding } from '../../domain/stock/states';
import { watchedCase } from '../../db/case/repository';
import { firstRow, run } from '../../db/connection';
import { lockOnboarding, moveOnboarding } from '../../db/seller/onboarding-repository';
import { resumeCase } from '../../runs/resume-case';
import { isRunning } from '../../temporal/run-health';
import { newAccount } from '../support/accounts';
import { commodityRow, propose } from '../support/allocations';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { channelStaff, merchantForm, merchantIdIs, merchantPath, sellerWithFee } from '../support/merchants';
import { draftCommodity } from '../support/own-commodities';
import { paymentIs, paymentRows, payOnline, purchaseIs } from '../support/payments';
import { pay, place, purchaseRows } from '../support/purchases';
import { accountIdOf, beginReview, createForms, formSubjects, sellerOf } from '../support/reviews';
import { controlsOf, SellerJourney } from '../support/seller-journey';

/**
 * Each kind of case, at each stage at which it is open: its run is taken away, started again from what is stored, and the
 * next command, clock or word of an outside party moves it on.
 */
let outside: Emulator;
let mallflow: Installation;
let manager: HttpClient;
/** Kind and stage of each case that was resumed. */
const resumed = new Set<string>();

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'OFF' } } });
  outside = await startEmulator();
  mallflow = await startInstallation({
    emulator: outside,
    environment: { MALLFLOW_MERCHANT_POLL_SECONDS: '1', MALLFLOW_MERCHANT_REST_SECONDS: '1' },
    reviewSubjects: formSubjects,
  });
  await createForms(mallflow.database);
  manager = await mallflow.as('manager@demo');
});
afterAll(async () => {
  await mallflow.stop();
  await outside.stop();
});

/** The case stands at the stage, and its run is gone. */
async function lose(subjectId: string, stage: string) {
  const { db, temporal } = mallflow.services;
  const at = await watchedCase(db, subjectId);
  if (at === undefined) throw new Error(`no case of ${subjectId}`);
  const there = await eventually(
    () =>
      firstRow<{ stage: string; state: string }>(
        db,
        'select stage, state from process_cases where subject_id = :subjectId',
        { subjectId },
      ),
    (row) => row?.stage === stage,
  );
  expect(there?.state).toBe('open');
  if (await isRunning(temporal, at.workflowId)) await temporal.workflow.getHandle(at.workflowId).terminate('lost');
  return at;
}

async function loseAndResume(subjectId: string, stage: string): Promise<void> {
  const at = await lose(subjectId, stage);
  const { db, gateway, settings } = mallflow.services;
  expect(await resumeCase(db, gateway, at, settings)).toBe('started');
  resumed.add(`${at.kind} ${stage}`);
}

const ends = (workflowId: string) =>
  eventually(
    () => isRunning(mallflow.services.temporal, workflowId),
    (goesOn) => !goesOn,
  );

it('a purchase', async () => {
  const { id } = (await place(manager)) as { id: string };
  await loseAndResume(id, 'awaiting_payment');
  expect((await pay(manager, id)).body.state).toBe('stocked');
  await loseAndResume(id, 'stocked');
  expect((await manager.post(`/v1/purchases/${id}/close`)).body.state).toBe('closed');
  await ends(`purchase:${id}`);
});

it('a purchase that is paid and, for the moment it takes, not stocked', async () => {
  const { id, commodityId } = await purchaseRows(mallflow, { paid: true });
  const stands = (state: 'paid' | 'stocked') =>
    run(
      mallflow.database.owner,
      `with moved as (update purchases set state = :state, commodity_id = :commodityId where id = :id)
       update process_cases set stage = :state where subject_id = :id`,
      { id, state, commodityId: state === 'paid' ? null : commodityId },
    );
  await stands('paid');
  await loseAndResume(id, 'paid');
  await stands('stocked');
  await mallflow.services.gateway.reload(`purchase:${id}`);
  expect((await manager.post(`/v1/purchases/${id}/close`)).body.state).toBe('closed');
});

it('a payment, from the number nobody has heard of to the money that came', async () => {
  const { id, purchaseId, channelNumber } = await paymentRows(mallflow);
  await loseAndResume(id, 'created');
  await paymentIs(manager, id, 'awaiting_payer');
  await loseAndResume(id, 'awaiting_payer');
  await outside.control.pay(channelNumber);
  await paymentIs(manager, id, 'succeeded');
  await purchaseIs(manager, purchaseId, 'stocked');
});

it('a payment whose money is set apart, and goes back', async () => {
  const order = await place(manager);
  const { id, channelNumber } = (await payOnline(manager, order.id as string)) as Record<string, string>;
  const operator = await mallflow.as('operator@demo');
  const refund = (amountFen: number) =>
    operator.post(
      `/v1/payments/${id!}/refunds`,
      { channelNumber, amountFen, reason: '金额不符' },
      { key: randomUUID() },
    );
  await run(mallflow.database.owner, 'update payments set amount_fen = amount_fen + 100 where id = :id', { id });
  await outside.control.pay(channelNumber!);
  await paymentIs(manager, id!, 'processing');
  await loseAndResume(id!, 'processing');
  expect((await refund(100)).status).toBe(200);
  await paymentIs(manager, id!, 'refunding');
  await loseAndResume(id!, 'refunding');
  expect((await refund(250)).status).toBe(200);
  await paymentIs(manager, id!, 'refunded');
});

it('a commodity that is being added', async () => {
  const id = await draftCommodity(manager);
  await loseAndResume(id, 'draft');
  expect((await manager.post(`/v1/commodities/${id}/discard`)).body.state).toBe('discarded');
  await ends(`commodity-add:${id}`);
});

it('an allocation', async () => {
  const { id } = (await propose(manager, await commodityRow(mallflow.database.owner))) as { id: string };
  await loseAndResume(id, 'awaiting_confirmation');
  expect((await manager.post(`/v1/stock-allocations/${id}/confirm`)).body.state).toBe('confirmed');
});

it('a review', async () => {
  const seller = await newAccount(mallflow, { login: 'seller-of-forms', roles: [] });
  const sellerId = await sellerOf(mallflow.database, await accountIdOf(seller));
  const { reviewId } = await beginReview(mallflow, sellerId);
  const reviewer = await mallflow.as('reviewer@demo');
  await loseAndResume(reviewId, 'waiting');
  expect((await reviewer.post(`/v1/reviews/${reviewId}/claim`)).status).toBe(200);
  await loseAndResume(reviewId, 'claimed');
  expect((await reviewer.post(`/v1/reviews/${reviewId}/decide`, { outcome: 'approve' })).body.state).toBe('decided');
});

it('an onboarding at each of its steps, and the fee beside it', async () => {
  const { db, gateway } = mallflow.services;
  const { owner } = mallflow.database;
  const journey = await SellerJourney.begin(mallflow.url, controlsOf(outside.url));
  const { onboardingId, sellerId } = journey;
  await loseAndResume(onboardingId, 'enterprise_verification');
  await journey.awaitTransfer();
  await loseAndResume(onboardingId, 'enterprise_verification');
  expect((await journey.tellAmount(await journey.arrivedFen())).status).toBe(200);
  await journey.until('enterprise_verification', 'met');
  await loseAndResume(onboardingId, 'company_information');
  await journey.inform();
  await loseAndResume(onboardingId, 'certification_fee');
  const fee = await eventually(
    () => firstRow<{ id: string }>(db, 'select id from certification_fees where seller_id = :sellerId', { sellerId }),
    (row) => row !== undefined,
  );
  const feeId = fee?.id ?? '';
  await loseAndResume(feeId, 'unpaid');
  const { channelNumber } = await journey.openPayment();
  await loseAndResume(feeId, 'paying');
  await outside.control.pay(channelNumber);
  await journey.until('certification_fee', 'met');
  await journey.until('seller_centre', 'met');

  const paid = await lose(feeId, 'paid');
  // Its year is over while it has no run.
  await run(
    owner,
    `with over as (update certification_fees set valid_until = now(), due_at = now() where id = :feeId)
     update process_cases set due_at = now() where subject_id = :feeId`,
    { feeId },
  );
  expect(await resumeCase(db, gateway, paid, mallflow.services.settings)).toBe('started');
  resumed.add('certification_fee paid');
  await eventually(
    () => firstRow<{ state: string }>(db, 'select state from certification_fees where id = :feeId', { feeId }),
    (row) => row?.state === 'expired',
  );

  await loseAndResume(onboardingId, 'seller_centre');
  await db.transaction(async (trx) => {
    const onboarding = await lockOnboarding(trx, onboardingId);
    await moveOnboarding(trx, onboarding, { act: 'product_listed', by: { actor: 'system', requestId: null } });
  });
  await gateway.reload(`seller-onboarding:${onboardingId}`);
  await ends(`seller-onboarding:${onboardingId}`);
});

it('a merchant ID, whatever its channel said last', async () => {
  const seller = await sellerWithFee(mallflow, 'merchant-resumed');
  const staff = channelStaff(outside.url, seller);
  const post = (path: string, body: unknown) =>
    eventually(
      () => seller.client.post(`${merchantPath(seller)}${path}`, body, { key: randomUUID() }),
      ({ status }) => status !== 503,
    );
  const is = (state: string): Promise<Body> => merchantIdIs(seller, 'wechat_pay', state);
  const does = (act: string, body?: unknown) => staff.does('wechat_pay', act, body);
  // The channel is away: nobody knows yet whether it has the form.
  await outside.kill9();
  expect((await post('', { channels: ['wechat_pay'], form: merchantForm(seller) })).status).toBe(200);
  const { applicationId: id } = (await is('submitted')) as { applicationId: string };
  await loseAndResume(id, 'submitted');
  await outside.start();
  await is('in_review');
  await loseAndResume(id, 'in_review');
  await does('verify-account');
  const { accountVerification } = await is('verify_account');
  await loseAndResume(id, 'verify_account');
  expect((await post('/wechat_pay/verify-account', { amountFen: accountVerification.amountFen })).status).toBe(200);
  await is('in_review');
  await does('remit');
  await does('reject', { reasons: [{ field: 'merchant_shortname', reason: '简称不规范' }] });
  await is('rejected');
  await loseAndResume(id, 'rejected');
  expect((await post('/wechat_pay/resubmit', { form: merchantForm(seller) })).status).toBe(200);
  await is('in_review');
  await does('approve');
  await is('to_sign');
  await loseAndResume(id, 'to_sign');
  await does('sign');
  await is('opened');
  await loseAndResume(id, 'opened');
  await does('freeze');
  await is('frozen');
  await loseAndResume(id, 'frozen');
  await does('thaw');
  await is('opened');
});

it('there is no open stage of any kind that was not resumed', () => {
  const openIn = (standing: Readonly<Record<string, CaseStanding>>): string[] =>
    Object.keys(standing).filter((stage) => standing[stage]?.state === 'open');
  const nothing = { exception: null, asking: false, closing: false, refunding: false, needsOperator: false };
  const stages: Readonly<Record<ProcessKind, readonly string[]>> = {
    purchase: openIn(purchaseStanding),
    payment: paymentStates.filter((state) => paymentStanding(state, nothing).state === 'open'),
    commodity_add: openIn(commodityStanding),
    stock_allocation: openIn(allocationStanding),
    review: openIn(reviewStanding),
    certification_fee: openIn(feeStanding),
    seller_onboarding: onboardingStages.filter((stage) => stage !== 'complete'),
    merchant_id: merchantStates,
  };
  const open = Object.entries(stages).flatMap(([kind, of]) => of.map((stage) => `${kind} ${stage}`));
  expect([...resumed].sort()).toEqual(open.sort());
});
