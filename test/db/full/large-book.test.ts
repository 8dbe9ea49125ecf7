import { run } from '../../../db/connection';
import { reconcile } from '../../../db/payment/reconciliation';
import { ledgerAccountId } from '../../../domain/ledger/accounts';
import { book, furnishBooks, noonOf, payment, type BooksRoom } from '../books-room';

const day = '2026-10-01';
const attempts = 100_000;
const missing = 1_000;

let room: BooksRoom;
beforeAll(async () => {
  room = await furnishBooks();
  const { paymentId } = await room.payable();
  const accounts = {
    mirror: ledgerAccountId('wechat_pay', room.enterpriseId),
    received: ledgerAccountId('received', room.enterpriseId),
  };
  const many = { attempts, paymentId, at: noonOf(day), ...accounts };
  await run(
    room.owner,
    `insert into payment_attempts (channel_number, payment_id, state, amount_fen, expires_at, paid_fen, paid_at)
     select 'many' || n, :paymentId, 'paid', 500, now(), 500, :at::timestamptz + n * interval '1 microsecond'
       from generate_series(1, :attempts::int) as n`,
    many,
  );
  await run(
    room.owner,
    `with journal as (
       insert into ledger_journals (id, source, kind)
       select 'jnl' || n, 'many' || n, 'channel_receipt' from generate_series(1, :attempts::int) as n returning id
     )
     insert into ledger_lines (journal_id, account_id, amount)
     select id, :mirror, -500 from journal union all select id, :received, 500 from journal`,
    many,
  );
}, 300_000);
afterAll(() => room.drop());

/** The most the heap grew while it worked, in megabytes. */
async function heapGrowth(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().heapUsed;
  let most = before;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().heapUsed);
  }, 20);
  await work();
  clearInterval(watch);
  return Math.round((most - before) / 1_048_576);
}

it(`compares ${attempts} payments of one day to the fen, in little time and memory`, async () => {
  const rows = Array.from({ length: attempts - missing }, (_, n) => payment({ channelNumber: `many${n + 1}` }));
  const startedAt = Date.now();
  let found: Awaited<ReturnType<typeof reconcile>> | undefined;
  const grewMb = await heapGrowth(async () => {
    found = await reconcile(room.db, book(day, ...rows));
  });
  const seconds = (Date.now() - startedAt) / 1_000;
  process.stdout.write(`${attempts} payments: ${seconds.toFixed(1)} s, heap grew by ${grewMb} MB at most\n`);
  expect(found).toMatchObject({
    ...{ bill: { paidFen: (attempts - missing) * 500 }, booked: { paidFen: attempts * 500 } },
  });
  expect(found?.differences).toHaveLength(missing);
  expect(new Set(found?.differences.map(({ kind }) => kind))).toEqual(new Set(['missing_in_bill']));
  expect(seconds).toBeLessThan(60);
  expect(grewMb).toBeLessThan(300);
});
