import { randomUUID } from 'node:crypto';
import { bookDayBefore, bookDayOf } from '../../domain/payment/reconciliation';
import { reconciliationSchedule } from '../../worker/start-loops';
import { reconciliationWorkflowName } from '../../workflows/reconciliation/contract';
import { eventually } from '../support/eventually';
import { askInVain } from './money-stages';
import { close, type Actors, type Weather } from './stage';

const today = bookDayOf(new Date());
const yesterday = bookDayBefore(today, 1);

/** The run that the schedule starts, for one day or for whatever is due; looks again after so long. */
async function compare({ mallflow }: Actors, day: string | null, againMs: number): Promise<string> {
  const { queue, input } = reconciliationSchedule(mallflow.config);
  const workflowId = `reconciliation:${randomUUID()}`;
  const policy = { ...input.policy, againMs, rounds: 1_000 };
  const options = { workflowId, taskQueue: queue, args: [{ day, policy }] };
  await mallflow.services.temporal.workflow.start(reconciliationWorkflowName, options);
  return workflowId;
}

/** Until its last step was tried in vain, or none is under way and it waits on a timer. */
async function rests({ mallflow }: Actors, workflowId: string, on: 'timer' | 'step'): Promise<void> {
  const handle = mallflow.services.temporal.workflow.getHandle(workflowId);
  await eventually(
    async () => {
      const { events } = await handle.fetchHistory();
      const { raw } = await handle.describe();
      const timers = (events ?? []).filter(({ timerStartedEventAttributes: timer }) => timer != null);
      return { timers: timers.length, tries: raw.pendingActivities?.[0]?.attempt ?? 0 };
    },
    ({ timers, tries }) => (on === 'timer' ? timers > 0 : tries > 1),
  );
}

const isNotClosed: Weather = {
  faults: [],
  stages: [
    {
      way: 'waits for a book that is not closed',
      cases: {},
      begin: async (by) => {
        const reconciliation = await compare(by, today, 1_000);
        await rests(by, reconciliation, 'timer');
        return { reconciliation };
      },
      finish: ({ outside }) => outside.publishBill(today),
    },
  ],
};

/** The channel still takes no orders, and answers no queries. */
const hasMoneyWeLack: Weather = {
  faults: [],
  stages: [
    {
      way: 'is found in a book, and is asked about',
      cases: { purchase: ['awaiting_payment', 'closed'], payment: ['created', 'succeeded'] },
      begin: async (by) => {
        const begun = await askInVain(by);
        const paidAt = `${yesterday}T12:00:00+08:00`;
        await by.outside.putOrder({ amountFen: 350, channelNumber: begun['number'] ?? '', paidAt });
        await by.outside.publishBill(yesterday);
        // Long enough for what goes wrong next to begin before its second look.
        const reconciliation = await compare(by, yesterday, 20_000);
        await rests(by, reconciliation, 'timer');
        return { ...begun, reconciliation };
      },
      finish: close,
    },
  ],
};

const cannotBeFetched: Weather = {
  faults: [{ kind: '500', on: 'bill', times: 100_000 }],
  stages: [
    {
      way: 'tries to fetch what is due',
      cases: {},
      begin: async (by) => {
        const reconciliation = await compare(by, null, 1_000);
        await rests(by, reconciliation, 'step');
        return { reconciliation };
      },
      finish: () => Promise.resolve(),
    },
  ],
};

/** The channel's books: they are compared day by day by runs that are no cases. */
export const bookWeathers: readonly Weather[] = [isNotClosed, hasMoneyWeLack, cannotBeFetched];
