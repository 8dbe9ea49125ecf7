import { run } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { furnishFees, type FeeRoom } from '../db/fee-room';
import { faultsOfRows } from './invariants';

/** What looks at fees and sellers' books after every fault sees what it is there for. */
let room: FeeRoom;

beforeAll(async () => {
  room = await furnishFees();
  const { sellerId, feeId } = await room.seller();
  const late = await room.pay(feeId, undefined, 1);
  await room.say(late, 'closed');
  await room.paid(feeId);
  await room.say(late, 'paid');
  const { refundNumber = '' } = (await room.refundOf(late.paymentId)) ?? {};
  await room.givenBack(late.paymentId, refundNumber);
  await room.advance(feeId, new Date(Date.now() + 310 * 86_400_000));
  const [, next] = await room.periods(sellerId);
  await room.paid(next?.id ?? '', 35_000);
});
afterAll(() => room.drop());

it('finds nothing wrong with what the product wrote', async () => {
  expect(await faultsOfRows(room.owner)).toEqual([]);
  expect(await verifyLedger(room.owner)).toEqual([]);
});

it.each([
  [
    'money of a seller is missing',
    `update ledger_balances set posted = posted + 5 where account_id like 'received%' and posted = 0`,
    /seller sel_.* came in/,
  ],
  [
    'a seller holds more than attempts and refunds say',
    `update ledger_balances set posted = 7 where account_id like 'received%' and posted = 0`,
    /tenant sel_.*: 7 held of the channel's money/,
  ],
  [
    'a fee is paid and nothing earned',
    `delete from ledger_lines using ledger_journals j where j.id = journal_id and kind = 'fee_payment'`,
    /fee fee_.* earned 0 times/,
  ],
  [
    'another amount was earned',
    `update ledger_lines l set amount = l.amount * 2 from ledger_journals j where j.id = l.journal_id and kind = 'fee_payment'`,
    /fee fee_.* earned 1 times 60000/,
  ],
  [
    'a fee is unpaid although its payment succeeded',
    `update certification_fees set state = 'unpaid', valid_from = null, valid_until = null where year = 1`,
    /succeeded, settled by .* its subject unpaid/,
  ],
  [
    'a payment is booked to somebody else',
    `update payments set seller_id = null, enterprise_id = (select id from enterprises), subject_kind = 'purchase'`,
    /is of ent_.*, its subject of sel_/,
  ],
  [
    'a fee waits for a payment that is over',
    `update certification_fees set state = 'paying', valid_from = null, valid_until = null,
            open_payment_id = (select p.id from payments p where p.subject_id = certification_fees.id) where year = 2`,
    /its subject paying waits for pay_/,
  ],
  ['a case of a fee stands elsewhere', `update process_cases set stage = 'unpaid'`, /its case unpaid/],
  ['a fee has another clock than its case', `update certification_fees set due_at = now()`, /fee fee_.* its case paid/],
  [
    'a year begins before the one before has ended',
    `update certification_fees set valid_from = valid_from - interval '1 day' where year = 2`,
    /fee fee_.* begins at/,
  ],
  [
    'a fee was paid twice',
    `insert into case_events (case_id, actor, act, from_state, to_state)
     select case_id, actor, act, 'paying', 'paid' from case_events where act = 'settle'`,
    /came to paid 2 times/,
  ],
])('sees that %s', async (_, corruption, fault) => {
  const trx = await room.owner.transaction();
  try {
    await run(trx, corruption);
    expect((await faultsOfRows(trx)).join('\n')).toMatch(fault);
  } finally {
    await trx.rollback();
  }
});
