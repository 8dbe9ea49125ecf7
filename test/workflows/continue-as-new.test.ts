import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineSearchAttributeKey } from '@temporalio/common';
import { rows, run } from '../../db/connection';
import { findTemporalCli } from '../../scripts/lib/temporal-cli';
import { startTemporal, type TemporalServer } from '../../scripts/lib/temporal-server';
import { certificationFeeWorkflowId } from '../../workflows/certification-fee/contract';
import { merchantIdWorkflowId } from '../../workflows/merchant-id/contract';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import { attributeNames } from '../../workflows/shared/attributes';
import { Guard } from '../faults/engines';
import { RowLock } from '../faults/row-lock';
import { feeIs, openFirstFee, payFee, sellerBeforeFee } from '../support/certification-fees';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import type { Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import {
  channelStaff,
  merchantForm,
  merchantIdIs,
  merchantIdOf,
  merchantPath,
  sellerWithFee,
} from '../support/merchants';
import { controlsOf, SellerJourney } from '../support/seller-journey';

/**
 * The engine suggests it at 4,096 events unless told otherwise; here as soon as it can be gone on with. It is a setting
 * of the whole server, so this one is of these tests alone.
 */
const longAt = 24;

const dir = mkdtempSync(join(tmpdir(), 'mallflow-long-'));
const given = process.env['TEMPORAL_ADDRESS'];
const guard = new Guard();
let engine: TemporalServer;
let emulator: Emulator;
let mallflow: Installation;

beforeAll(async () => {
  const dynamicConfig = { 'limit.historyCount.suggestContinueAsNew': String(longAt) };
  const cli = await findTemporalCli({ log: () => undefined });
  engine = await startTemporal({ dir, cli, ephemeral: true, dynamicConfig });
  guard.watch(engine.pid);
  process.env['TEMPORAL_ADDRESS'] = engine.address;
  emulator = await startEmulator();
  mallflow = await startInstallation({ emulator, environment: { MALLFLOW_MERCHANT_POLL_SECONDS: '3600' } });
});
afterAll(async () => {
  await mallflow.stop();
  await emulator.stop();
  await engine.kill9();
  guard.dismiss();
  process.env['TEMPORAL_ADDRESS'] = given;
  rmSync(dir, { recursive: true, force: true });
});

const ours = [attributeNames.kind, attributeNames.subject].map(
  (name) => [name, defineSearchAttributeKey(name, 'KEYWORD')] as const,
);

/** The run there is now: which one, its history, and for how long it set the timer it waits on. */
async function runOf(workflowId: string) {
  const { temporal } = mallflow.services;
  const { runId, status, typedSearchAttributes, raw } = await temporal.workflow.getHandle(workflowId).describe();
  const events = (await temporal.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
  const commands = events.filter(({ workflowExecutionUpdateAcceptedEventAttributes: accepted }) => accepted != null);
  const answers = events.filter(({ workflowExecutionUpdateCompletedEventAttributes: completed }) => completed != null);
  const timers = events.flatMap(({ timerStartedEventAttributes: timer }) =>
    timer == null ? [] : [Number(timer.startToFireTimeout?.seconds)],
  );
  return {
    ...{ runId, status: status.name, length: events.length, timerS: timers.at(-1) ?? 0 },
    waiting: commands.length - answers.length,
    chain: {
      first: raw.workflowExecutionInfo?.firstRunId,
      attributes: ours.map(([name, key]) => [name, typedSearchAttributes.get(key)]),
    },
  };
}

type Run = Awaited<ReturnType<typeof runOf>>;
const runBecomes = (workflowId: string, is: (now: Run) => boolean) => eventually(() => runOf(workflowId), is);

async function tellOften(workflowId: string): Promise<void> {
  for (let told = 0; told < longAt; told += 1) await mallflow.services.gateway.reload(workflowId);
}

/** The run goes on as a new one, which has read its rows; gives that. */
async function goesOn(workflowId: string, before: Run): Promise<Run> {
  const anew = await runBecomes(workflowId, ({ runId, length }) => runId !== before.runId && length > 4);
  expect(anew).toMatchObject({ status: 'RUNNING', chain: before.chain });
  return anew;
}

interface Growing {
  readonly table: Parameters<typeof RowLock.take>[1];
  readonly id: string;
  readonly command: () => Promise<Reply>;
}

/** A command waits for its row while the history grows long: it gets its answer, and only then the run goes on anew. */
async function growsLong(workflowId: string, { table, id, command }: Growing): Promise<Reply> {
  const lock = await RowLock.take(mallflow.database.url, table, id);
  const answered = command();
  const before = await runBecomes(workflowId, ({ waiting }) => waiting > 0);
  await tellOften(workflowId);
  expect(await runBecomes(workflowId, ({ length }) => length > longAt)).toMatchObject({
    ...{ runId: before.runId, waiting: 1 },
  });
  await lock.release();
  const reply = await answered;
  await goesOn(workflowId, before);
  return reply;
}

/** What the case went through, by its own account. */
const actsOf = async (subjectId: string): Promise<string[]> =>
  (
    await rows<{ act: string }>(
      mallflow.database.owner,
      `select act from case_events e join process_cases c on c.id = e.case_id
        where c.subject_id = :subjectId and act not in ('open', 'turn_passes') order by e.id`,
      { subjectId },
    )
  ).map(({ act }) => act);

const sql = (text: string, id: string) => run(mallflow.database.owner, text, { id });
const hourS = 3_600;

describe('a run whose history grows long goes on as a new one', () => {
  it('an onboarding: an amount that waits is judged once, and the seller’s time to prove goes on', async () => {
    const journey = await SellerJourney.begin(mallflow.url, controlsOf(emulator.url));
    const { onboardingId, seller, path, personal } = journey;
    const workflowId = sellerOnboardingWorkflowId(onboardingId);
    expect((await seller.post(`${path}/verification`, await journey.verificationForm())).status).toBe(200);
    await journey.until('enterprise_verification', 'in_progress', 'seller');
    const amountFen = await journey.arrivedFen();
    const wrong = amountFen === 1 ? 2 : 1;
    const held = { table: 'seller_onboardings', id: onboardingId, command: () => journey.tellAmount(wrong) } as const;
    const reply = await growsLong(workflowId, held);
    expect([reply.status, reply.body]).toMatchObject([422, { code: 'AMOUNT_WRONG', triesLeft: 1 }]);
    expect(await journey.requirement('enterprise_verification')).toMatchObject({ state: 'in_progress' });
    // Seven days, and not from now.
    const { timerS } = await runBecomes(workflowId, (now) => now.timerS > 7 * 24 * hourS - 600);
    expect(timerS).toBeLessThan(7 * 24 * hourS);

    await sql(
      `update enterprise_verifications set due_at = now() + interval '1 second' where seller_id = :id`,
      journey.sellerId,
    );
    await mallflow.services.gateway.reload(workflowId);
    expect(await journey.until('enterprise_verification', 'action_needed')).toMatchObject({
      errors: [{ path: '/bank' }],
    });
    await journey.verify();
    await journey.inform();
    const { items } = await journey.outside('GET', `/transfers?accountNumber=${personal.accountNumber}`);
    expect(items).toHaveLength(2);
    expect(await actsOf(onboardingId)).toEqual([
      ...['submit_verification', 'registry_agrees', 'transfer_arrives', 'amount_wrong', 'proof_fails'],
      ...['submit_verification', 'registry_agrees', 'transfer_arrives', 'enter_amount', 'verified'],
      ...['submit_information', 'information_accepted'],
    ]);
  });

  it('a certification fee: a payment that is asked for is there once, and the year goes on', async () => {
    const paying = await sellerBeforeFee(mallflow, 'long@fee');
    const feeId = await openFirstFee(mallflow, paying.sellerId);
    const workflowId = certificationFeeWorkflowId(feeId);
    const held = { table: 'certification_fees', id: feeId, command: () => payFee(paying) } as const;
    const reply = await growsLong(workflowId, held);
    expect(reply).toMatchObject({ status: 200, body: { state: 'in_progress' } });
    const { id: paymentId, channelNumber } = reply.body.payment as { id: string; channelNumber: string };
    await emulator.control.pay(channelNumber);
    await feeIs(paying, 'met');
    expect(await emulator.control.payments(paymentId)).toHaveLength(1);

    const first = await runOf(workflowId);
    await tellOften(workflowId);
    await goesOn(workflowId, first);
    await runBecomes(workflowId, ({ timerS }) => timerS > (364 - 60) * 24 * hourS);
    const over = `valid_from = now() - interval '1 year', valid_until = now() + interval '1 second', due_at = now()`;
    await sql(`update certification_fees set ${over} where id = :id`, feeId);
    await mallflow.services.gateway.reload(workflowId);
    await runBecomes(workflowId, ({ status }) => status === 'COMPLETED');
    const periods = await rows<{ year: number; state: string }>(
      mallflow.database.owner,
      'select year, state from certification_fees where seller_id = :sellerId order by year',
      { sellerId: paying.sellerId },
    );
    expect(periods).toEqual([
      { year: 1, state: 'expired' },
      { year: 2, state: 'unpaid' },
    ]);
    expect(await actsOf(feeId)).toEqual(['pay', 'settle', 'open_renewal', 'expire']);
  });

  it('a merchant ID: an amount that waits is judged once, and the account’s time goes on', async () => {
    const seller = await sellerWithFee(mallflow, 'long@merchant');
    const { client, sellerId } = seller;
    const workflowId = merchantIdWorkflowId({ sellerId, channel: 'wechat_pay' });
    const staff = channelStaff(emulator.url, seller);
    const form = { channels: ['wechat_pay'], form: merchantForm(seller) };
    expect((await client.post(merchantPath(seller), form)).status).toBe(200);
    await staff.does('wechat_pay', 'verify-account', { amountFen: 321, deadlineSeconds: hourS });
    const { applicationId } = await merchantIdIs(seller, 'wechat_pay', 'verify_account');
    const tell = () => client.post(`${merchantPath(seller)}/wechat_pay/verify-account`, { amountFen: 320 });
    const held = { table: 'merchant_applications', id: applicationId as string, command: tell } as const;
    const reply = await growsLong(workflowId, held);
    expect([reply.status, reply.body]).toMatchObject([422, { code: 'AMOUNT_WRONG', triesLeft: 1 }]);

    // Asked meanwhile, the channel says its own deadline again.
    const over = `verification_deadline = now(), next_at = now() + interval '1 hour'`;
    const end = async (): Promise<boolean> => {
      await sql(`update merchant_applications set ${over} where id = :id and state = 'verify_account'`, held.id);
      await mallflow.services.gateway.reload(workflowId);
      return (await merchantIdOf(seller, 'wechat_pay')).state === 'rejected';
    };
    await eventually(end, (rejected) => rejected);
    expect((await staff.all()).map(({ forms }) => forms as number)).toEqual([1]);
    expect(await actsOf(applicationId as string)).toEqual(['check', 'ask_account', 'account_overdue']);
  });
});
