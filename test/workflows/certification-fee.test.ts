import { Worker } from '@temporalio/worker';
import type { WorkflowHandle } from '@temporalio/client';
import { join } from 'node:path';
import { rows } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { certificationFeeWorkflowId } from '../../workflows/certification-fee/contract';
import {
  feeIs,
  openFirstFee,
  payableFee,
  payFee,
  periodOf,
  resumeFee,
  sellerBeforeFee,
  type Period,
} from '../support/certification-fees';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { startInstallation, type Installation } from '../support/installation';
import { paymentIs } from '../support/payments';

/** Years of six seconds: the next period opens after one, reminders come with it and later. */
const environment = {
  MALLFLOW_FEE_VALID_SECONDS: '6',
  MALLFLOW_FEE_RENEWAL_OPENS_SECONDS: '5',
  MALLFLOW_FEE_REMINDERS: '5,2,1',
  MALLFLOW_PAY_WITHIN_SECONDS: '2',
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

const runIs = async (feeId: string): Promise<string> => {
  const handle = mallflow.services.temporal.workflow.getHandle(certificationFeeWorkflowId(feeId));
  return handle.describe().then(
    ({ status }) => status.name,
    () => 'NONE',
  );
};

const period = (sellerId: string, year: number, reached: (of: Period) => boolean): Promise<Period> =>
  eventually(
    async () => (await periodOf(mallflow, sellerId, year))!,
    (found) => found !== undefined && reached(found),
  );

const noticesOf = (sellerId: string, of: string): Promise<{ kind: string }[]> =>
  rows(
    mallflow.database.owner,
    `select n.kind from notices n join sellers s on s.account_id = n.account_id
      where s.id = :sellerId and n.subject_id = :of order by n.id`,
    { sellerId, of },
  );

it('plays years of a certification fee: paid, renewed ahead, over, and paid again', async () => {
  const seller = await sellerBeforeFee(mallflow, 'seller@years');
  const { sellerId } = seller;
  const firstId = await openFirstFee(mallflow, sellerId);
  await emulator.control.pay((await payableFee(seller)).channelNumber);
  await feeIs(seller, 'met');
  const first = await period(sellerId, 1, ({ state }) => state === 'paid');

  // The second is there before the first is over, with a run of its own, and is paid ahead.
  const second = await period(sellerId, 2, () => true);
  await eventually(
    () => runIs(second.id),
    (state) => state === 'RUNNING',
  );
  await emulator.control.pay((await payableFee(seller)).channelNumber);
  const renewed = await period(sellerId, 2, ({ state }) => state === 'paid');
  expect(renewed.validFrom).toEqual(first.validUntil);
  expect(await feeIs(seller, 'met')).toMatchObject({ validUntil: renewed.validUntil?.toISOString() });
  // A run that is lost goes on from its row.
  const handle = mallflow.services.temporal.workflow.getHandle(certificationFeeWorkflowId(second.id));
  await handle.terminate('lost, for a test');
  expect(await resumeFee(mallflow, second.id)).toBe('started');

  await period(sellerId, 1, ({ state }) => state === 'expired');
  await eventually(
    () => runIs(firstId),
    (state) => state === 'COMPLETED',
  );
  expect(await feeIs(seller, 'met')).toMatchObject({ validUntil: renewed.validUntil?.toISOString() });
  // Reminded of the end of the first until it was renewed, and not told that it is over.
  const ofFirst = (await noticesOf(sellerId, firstId)).map(({ kind }) => kind);
  expect(new Set(ofFirst)).toEqual(new Set(['fee_ends_soon']));

  // Nobody renews the second: it is over, and the third can be paid, from then on.
  const { validUntil } = await feeIs(seller, 'expired', 60_000);
  expect(validUntil).toBe(renewed.validUntil?.toISOString());
  await period(sellerId, 2, ({ state }) => state === 'expired');
  const ofSecond = (await noticesOf(sellerId, second.id)).map(({ kind }) => kind);
  expect(ofSecond.at(-1)).toBe('fee_expired');
  expect(new Set(ofSecond.slice(0, -1))).toEqual(new Set(['fee_ends_soon']));
  await emulator.control.pay((await payableFee(seller)).channelNumber);
  const third = await period(sellerId, 3, ({ state }) => state === 'paid');
  expect(third.validFrom?.getTime()).toBeGreaterThan(renewed.validUntil?.getTime() ?? Infinity);
  await feeIs(seller, 'met');
});

it('waits for its seller however many payments end unpaid', async () => {
  const seller = await sellerBeforeFee(mallflow, 'seller@waits');
  await openFirstFee(mallflow, seller.sellerId);
  const unpaid = await payableFee(seller);
  await paymentIs(seller.client, unpaid.id, 'cancelled');
  await feeIs(seller, 'not_started');
  const { body } = await eventually(
    () => payFee(seller),
    ({ status }) => status === 200,
  );
  expect(body.payment.id).not.toBe(unpaid.id);
  // Its money came too late for it: it goes back, and the fee still waits.
  await emulator.control.pay(unpaid.channelNumber, { force: true });
  await paymentIs(seller.client, unpaid.id, 'refunded');
  expect(await periodOf(mallflow, seller.sellerId, 1)).not.toMatchObject({ state: 'paid' });
});

type Event = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** `EventType`, as the engine numbers them. */
const taskStarted = 6;
const runCompleted = 2;
const runContinuedAsNew = 28;

describe('a run whose history grew long', () => {
  /** The beginning of a real history, as if the engine had found it long by then, and what must follow. */
  async function grown(feeId: string, ending: Partial<Event>) {
    const handle = mallflow.services.temporal.workflow.getHandle(certificationFeeWorkflowId(feeId));
    const all = (await handle.fetchHistory()).events ?? [];
    const events = all.slice(0, all.findIndex(({ markerRecordedEventAttributes: marker }) => marker != null) + 1);
    const last = events.at(-1);
    const long = events.map((event) =>
      event.eventType === taskStarted
        ? {
            ...event,
            workflowTaskStartedEventAttributes: {
              ...event.workflowTaskStartedEventAttributes,
              suggestContinueAsNew: true,
            },
          }
        : event,
    );
    const eventId = last?.eventId?.add(1) ?? null;
    return { events: [...long, { eventId, eventTime: last?.eventTime ?? null, ...ending }] };
  }

  const replay = (history: Awaited<ReturnType<typeof grown>>, id: string): Promise<void> =>
    Worker.runReplayHistory(
      { workflowBundle: { codePath: join(__dirname, '../../dist/workflow-bundle.js') } },
      history,
      id,
    );

  it('goes on in a new one from its rows', async () => {
    const seller = await sellerBeforeFee(mallflow, 'seller@long');
    const feeId = await openFirstFee(mallflow, seller.sellerId);
    await eventually(
      () => runIs(feeId),
      (state) => state === 'RUNNING',
    );
    await payableFee(seller);
    const anew = await grown(feeId, {
      eventType: runContinuedAsNew,
      workflowExecutionContinuedAsNewEventAttributes: {
        workflowType: { name: 'certificationFee' },
        newExecutionRunId: 'another',
      },
    });
    const id = certificationFeeWorkflowId(feeId);
    await expect(replay(anew, id)).resolves.toBeUndefined();
    const ended = await grown(feeId, {
      eventType: runCompleted,
      workflowExecutionCompletedEventAttributes: {},
    });
    await expect(replay(ended, id)).rejects.toThrow(/ontinueAsNew|CONTINUE_AS_NEW|ondeterminis/);
  });
});
