import { randomUUID } from 'node:crypto';
import { seedDemo } from '../../admin/demo-data';
import { claimCommand, recordCreation } from '../../db/command/repository';
import { firstRow, rows, run, type Db } from '../../db/connection';
import { newId } from '../../db/new-id';
import { recordChannelRefund } from '../../db/payment/refunds';
import { requestPayment } from '../../db/payment/repository';
import { recordChannelPayment } from '../../db/payment/settlement';
import { placePurchase } from '../../db/purchase/repository';
import type { ChannelStanding } from '../../domain/ports/payment-channel';
import { cloneDatabase, type TestDatabase } from '../support/database';
import type { EmulatedBooks } from '../support/emulator-control';
import { differencesOfBooks } from './books';
import { faultsOfRows } from './invariants';
import { overdueInPayments } from './payment-invariants';
import { settlementTerms } from '../support/settlement-terms';

/** What looks at payments after every fault sees what it is there for. */
let database: TestDatabase;
let books: EmulatedBooks;

beforeAll(async () => {
  database = await cloneDatabase();
  await seedDemo(database.db);
  await payTwice();
  books = await sameBooks();
});
afterAll(() => database.drop());

const times = { askAgainInMs: 1_000, ...settlementTerms };

/** An order with two attempts: refused at the first, paid by the second; then the first is paid too, and goes back. */
async function payTwice(): Promise<void> {
  const manager = await firstRow<{ id: string; enterpriseId: string; benefitId: string }>(
    database.db,
    `select a.id, enterprise_id as "enterpriseId", (select min(id) from benefits) as "benefitId"
       from accounts a where login = 'manager@demo'`,
  );
  if (manager === undefined) throw new Error('no demo data');
  const purchaseId = newId('purchase');
  const by = { actor: manager.id, requestId: null };
  const workflowId = `purchase:${purchaseId}`;
  const subject = { kind: 'purchase', id: purchaseId } as const;
  const ask = { subject, channel: 'wechat_pay', method: 'wechat_native', workflowIdOf: String, by } as const;
  await database.db.transaction(async (trx) => {
    const claim = { id: newId('command'), resourceId: purchaseId, updateId: randomUUID(), key: 'key', leaseMs: 0 };
    const route = 'POST /v1/purchases';
    await claimCommand(trx, { ...claim, accountId: manager.id, route, bodySha256: Buffer.alloc(32), workflowId });
    await placePurchase(trx, { ...manager, purchaseId, workflowId, quantity: 2, payWithinMs: 60_000, by });
    await recordCreation(trx, claim.id, purchaseId);
    const paymentId = await requestPayment(trx, ask);
    const says = async (channelNumber: string, standing: ChannelStanding): Promise<void> => {
      const paid = standing === 'paid';
      const fact = { channelNumber, standing, transactionId: paid ? `t-${channelNumber}` : null, amountFen: null };
      const paidAt = paid ? new Date() : null;
      await recordChannelPayment(trx, { ...times, paymentId, fact: { ...fact, paidAt, foreign: [] } });
    };
    const [first = ''] = await numbersOf(trx);
    await says(first, 'failed');
    await requestPayment(trx, ask);
    const second = (await numbersOf(trx)).find((number) => number !== first) ?? '';
    await says(second, 'paid');
    await says(first, 'paid');
    const refund = await firstRow<{ number: string }>(trx, 'select refund_number as number from payment_refunds');
    const fact = {
      refundNumber: refund?.number ?? '',
      channelNumber: first,
      standing: 'succeeded',
      refundId: 'r',
    } as const;
    const more = { amountFen: null, succeededAt: new Date(), foreign: [] };
    await recordChannelRefund(trx, { paymentId, fact: { ...fact, ...more }, askAgainInMs: 1_000 });
  });
}

async function numbersOf(db: Db): Promise<string[]> {
  const sql = 'select channel_number as number from payment_attempts';
  return (await rows<{ number: string }>(db, sql)).map(({ number }) => number);
}

/** As the channel has them when both agree. */
async function sameBooks(): Promise<EmulatedBooks> {
  const payments = await rows<EmulatedBooks['payments'][number]>(
    database.db,
    `select channel_number as "channelNumber", 'paid' as state, amount_fen as "amountFen", payment_id as reference,
            transaction_id as "transactionId" from payment_attempts`,
  );
  const refunds = await rows<EmulatedBooks['refunds'][number]>(
    database.db,
    `select refund_number as "refundNumber", channel_number as "channelNumber", state, amount_fen as "amountFen"
       from payment_refunds`,
  );
  const [one = 0] = payments.map(({ amountFen }) => amountFen);
  const sums = { paidFen: 2 * one, refundedFen: one, heldFen: one };
  return { payments, refunds, totals: { ...sums, payments: 2, paid: 2, refunds: 1, refundsInProcessingFen: 0 } };
}

const differences = (db: Db, theirs: EmulatedBooks) =>
  differencesOfBooks({ db, channel: { books: () => Promise.resolve(theirs) } });

async function corrupted<R>(sql: string, look: (trx: Db) => Promise<R>): Promise<R> {
  const trx = await database.owner.transaction();
  try {
    await run(trx, sql);
    return await look(trx);
  } finally {
    await trx.rollback();
  }
}

it('finds nothing wrong with what the product wrote, and the same books equal', async () => {
  expect(await faultsOfRows(database.owner)).toEqual([]);
  expect(await rows(database.owner, overdueInPayments)).toEqual([]);
  expect(await differences(database.owner, books)).toEqual([]);
});

const withoutLinesOf = (kind: string) =>
  `delete from ledger_lines using ledger_journals j where j.id = journal_id and kind = '${kind}'`;

it.each([
  ['money that came in is not booked', withoutLinesOf('channel_receipt'), /attempt .* booked 0 times/],
  ['money that went back is not booked', withoutLinesOf('channel_refund'), /refund .* booked 0 times/],
  [
    'the channel paid and nothing was delivered',
    withoutLinesOf('purchase_payment'),
    /through the channel 0 times, by 1/,
  ],
  [
    'a payment has no money',
    `update payment_attempts set state = 'closed', paid_fen = null, paid_at = null, returned_fen = 0`,
    /is succeeded, settled by .* paid ,/,
  ],
  [
    'a payment took another amount',
    `update payment_attempts set paid_fen = paid_fen + 1 where returned_fen = 0`,
    /is succeeded, settled by/,
  ],
  [
    'a payment succeeded for an order that ended',
    `update purchases set state = 'cancelled', commodity_id = null`,
    /its subject cancelled/,
  ],
  [
    'more was promised back than refunds say',
    `update payment_attempts set returned_fen = 1 where returned_fen = 0`,
    /1 promised back/,
  ],
  [
    'surplus money lies with nobody',
    `update payment_attempts set returned_fen = 0; update payment_refunds set state = 'closed'`,
    /lie with nobody/,
  ],
  [
    'more is held than attempts and refunds say',
    `update ledger_balances set posted = 7 where account_id like 'received:%'`,
    /7 held of the channel's money/,
  ],
  [
    'an order waits for a payment that is over',
    `update purchases set state = 'awaiting_payment', commodity_id = null,
     open_payment_id = (select id from payments)`,
    /waits for pay_/,
  ],
  [
    'a case of a payment stands elsewhere',
    `update process_cases set stage = 'created' where kind = 'payment'`,
    /its case created/,
  ],
  [
    'a payment succeeded twice',
    `insert into case_events (case_id, actor, act, from_state, to_state)
     select case_id, actor, act, 'created', 'succeeded' from case_events where act = 'succeed'`,
    /came to succeeded 2 times/,
  ],
])('sees that %s', async (_, sql, fault) => {
  expect((await corrupted(sql, faultsOfRows)).join('\n')).toMatch(fault);
});

const late = `updated_at = now(), expires_at = now() - interval '1 minute'`;

it.each([
  [
    'an attempt is open after its time',
    `update payment_attempts set state = 'open', paid_fen = null, paid_at = null,
     returned_fen = 0, ${late}`,
    /attempt .* is open/,
  ],
  [
    'a refund has not ended',
    `update payment_refunds set state = 'processing', settled_at = null`,
    /refund .* processing/,
  ],
  [
    'a payment is open after its time',
    `update payments set state = 'created', settled_by = null, settled_at = null,
     exception = null, ${late}`,
    /is created after its time/,
  ],
  [
    'a report was not acted on',
    `insert into payment_inbox (channel, number, event, event_type, report, state)
     values ('wechat_pay', 'n', 'e', 't', '{}', 'told')`,
    /report e of n is told/,
  ],
])('sees that %s', async (_, sql, fault) => {
  const found = await corrupted(sql, (trx) => rows<{ fault: string }>(trx, overdueInPayments));
  expect(found.map((row) => row.fault).join('\n')).toMatch(fault);
});

const firstOf = <T>(things: readonly T[], change: Partial<T>): T[] =>
  things.map((thing, at) => (at === 0 ? { ...thing, ...change } : thing));

it.each<[string, (theirs: EmulatedBooks) => EmulatedBooks, RegExp]>([
  [
    'an order we do not know',
    (b) => ({ ...b, payments: firstOf(b.payments, { channelNumber: 'other' }) }),
    /unknown to us/,
  ],
  ['an order they do not know', (b) => ({ ...b, payments: b.payments.slice(1) }), /unknown to the channel/],
  ['another amount', (b) => ({ ...b, payments: firstOf(b.payments, { amountFen: 1 }) }), /over 1, ours/],
  ['an order unpaid', (b) => ({ ...b, payments: firstOf(b.payments, { transactionId: null }) }), /order .*, ours/],
  ['another payment', (b) => ({ ...b, payments: firstOf(b.payments, { reference: 'pay_other' }) }), /order .*, ours/],
  ['no refund', (b) => ({ ...b, refunds: [] }), /refund .* unknown to the channel/],
  [
    'a refund we do not know',
    (b) => ({ ...b, refunds: firstOf(b.refunds, { refundNumber: 'x' }) }),
    /refund x .* unknown to us/,
  ],
  ['a refund that failed', (b) => ({ ...b, refunds: firstOf(b.refunds, { state: 'closed' }) }), /refund .* is closed/],
  ['another sum', (b) => ({ ...b, totals: { ...b.totals, heldFen: b.totals.heldFen + 1 } }), /the channel's sums/],
])('sees in the books of the channel %s', async (_, change, fault) => {
  expect((await differences(database.owner, change(books))).join('\n')).toMatch(fault);
});
