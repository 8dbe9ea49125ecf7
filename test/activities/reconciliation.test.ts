import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger, type LogEntry } from '@temporalio/worker';
import { createReconciliationActivities } from '../../activities/reconciliation/activities';
import { bookDayBefore, bookDayOf } from '../../domain/payment/reconciliation';
import { ChannelError, type PaymentChannel } from '../../domain/ports/payment-channel';
import { lazyClient, temporalTarget } from '../../temporal/connection';
import { reconciliationScheduleId } from '../../temporal/schedules';
import { keepSchedules } from '../../worker/loops/keep-schedules';
import { book, furnishBooks, payment, type BooksRoom } from '../db/books-room';
import { channelThat } from '../support/channel-stub';

let room: BooksRoom;
beforeAll(async () => {
  room = await furnishBooks();
});
afterAll(() => room.drop());

const channelWith = (bill: PaymentChannel['bill']) => channelThat({ bill });

const lines: LogEntry[] = [];
const logger = new DefaultLogger('DEBUG', (entry) => lines.push(entry));

function look(channel: PaymentChannel | undefined, day: string) {
  const { reconcileDay } = createReconciliationActivities({ db: room.db, channel });
  lines.length = 0;
  return new MockActivityEnvironment({}, { logger }).run(reconcileDay, { day });
}

describe('a look at the channel’s book of a day', () => {
  it('that agrees says nothing', async () => {
    const day = room.aDay();
    const of = await room.paidOn(day);
    const outcome = await look(
      channelWith(() => Promise.resolve(book(day, payment(of)))),
      day,
    );
    expect(outcome).toEqual({ kind: 'compared', day, differences: 0, asked: 0 });
    expect(lines.filter(({ level }) => level === 'ERROR')).toEqual([]);
  });

  it('that differs is an alarm: what kinds, which sums', async () => {
    const day = room.aDay();
    const of = await room.payable();
    const unknown = { channelNumber: 'nobody-knows' };
    const bill = book(day, payment(of), payment(unknown, 700));
    const outcome = await look(
      channelWith(() => Promise.resolve(bill)),
      day,
    );
    expect(outcome).toEqual({ kind: 'compared', day, differences: 2, asked: 1 });
    const [alarm] = lines.filter(({ level }) => level === 'ERROR');
    expect(alarm?.meta).toMatchObject({
      ...{ channel: 'wechat_pay', day, kinds: { not_booked: 1, unknown_number: 1 } },
      ...{ first: [`not_booked ${of.channelNumber}`, 'unknown_number nobody-knows'] },
      ...{ bill: { paidFen: 1_200, refundedFen: 0 }, booked: { paidFen: 0, refundedFen: 0 } },
    });
  });

  it('tells of a book that is not closed, and of no channel', async () => {
    const day = room.aDay();
    const notReady = channelWith(() => Promise.resolve('not_ready'));
    expect(await look(notReady, day)).toEqual({ kind: 'not_ready', day });
    expect(await look(undefined, day)).toEqual({ kind: 'no_channel', day });
    expect(await room.summary(day)).toBeUndefined();
  });

  it('fails while the channel is away: the engine tries again, and nothing is written down', async () => {
    const day = room.aDay();
    const away = channelWith(() => Promise.reject(new ChannelError('unreachable', 'TIMEOUT')));
    await expect(look(away, day)).rejects.toThrow('unreachable: TIMEOUT');
    expect(await room.summary(day)).toBeUndefined();
  });

  it('is due for yesterday, and for no day without a channel', async () => {
    const due = (channel: PaymentChannel | undefined) =>
      createReconciliationActivities({ db: room.db, channel }).daysToReconcile();
    expect(await due(undefined)).toEqual([]);
    expect(await due(channelWith(() => Promise.resolve('not_ready')))).toEqual([
      bookDayBefore(bookDayOf(new Date()), 1),
    ]);
  });
});

describe('the schedule of it', () => {
  it('is tried until the engine has taken it, and then no more', async () => {
    const there = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: process.env['TEMPORAL_ADDRESS'] ?? '' }));
    const away = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: '127.0.0.1:1' }));
    const policy = { againMs: 1, rounds: 1, attemptMs: 1, heartbeatMs: 1, firstRetryMs: 1, longestRetryMs: 1 };
    const queue = `schedule-${Date.now()}`;
    const wanted = { queue, input: { day: null, policy } };
    const asked: boolean[] = [];
    let isThere = false;
    const client = new Proxy(there, {
      get: (target, name) => {
        if (name === 'schedule') asked.push(isThere);
        return Reflect.get(isThere ? target : away, name) as unknown;
      },
    });
    const handle = there.schedule.getHandle(reconciliationScheduleId(queue));
    try {
      const keep = keepSchedules(client, wanted, 5_000);
      await expect(keep()).rejects.toThrow();
      isThere = true;
      await keep();
      await keep();
      expect(asked).toEqual([false, true]);
      expect((await handle.describe()).action.args).toEqual([wanted.input]);
    } finally {
      await handle.delete();
      await there.connection.close();
      await away.connection.close();
    }
  });
});
