import {
  bookDayBefore,
  bookDayOf,
  boundsOfBookDay,
  differenceOf,
  isBookDay,
  type BillDifference,
} from '../../domain/payment/reconciliation';

describe('a number, three ways', () => {
  it.each<[string, boolean, number | null, number | null, number | null, BillDifference | undefined]>([
    ['all three agree', true, 500, 500, 500, undefined],
    ['nothing anywhere', true, null, null, null, undefined],
    ['the channel alone knows it', false, 500, null, null, 'unknown_number'],
    ['the channel and a stray journal know it', false, 500, null, 500, 'unknown_number'],
    ['ours, and we know of no money', true, 500, null, null, 'not_booked'],
    ['one fen more in the bill', true, 501, 500, 500, 'amount_differs'],
    ['one fen less in the bill', true, 499, 500, 499, 'amount_differs'],
    ['not in the bill', true, null, 500, 500, 'missing_in_bill'],
    ['not in the bill, nor in the ledger', true, null, 500, null, 'missing_in_bill'],
    ['never booked', true, 500, 500, null, 'ledger_differs'],
    ['booked otherwise', true, 500, 500, 499, 'ledger_differs'],
    ['a journal for nothing', false, null, null, 500, 'ledger_differs'],
    ['a journal for what is not paid', true, null, null, 500, 'ledger_differs'],
  ])('%s', (_, known, billFen, paymentFen, ledgerFen, difference) => {
    expect(differenceOf({ known, billFen, paymentFen, ledgerFen })).toBe(difference);
  });
});

describe('days of the channel’s books', () => {
  it.each([
    ['2026-11-21T15:59:59.999Z', '2026-11-21'],
    ['2026-11-21T16:00:00.000Z', '2026-11-22'],
    ['2026-12-31T16:00:00.000Z', '2027-01-01'],
    ['2028-02-28T16:00:00.000Z', '2028-02-29'],
  ])('begin at midnight in Shanghai: %s is of %s', (at, day) => {
    expect(bookDayOf(new Date(at))).toBe(day);
    const { from, until } = boundsOfBookDay(day);
    expect(from <= new Date(at) && new Date(at) < until).toBe(true);
    expect([bookDayOf(from), bookDayOf(new Date(until.getTime() - 1))]).toEqual([day, day]);
    expect(bookDayOf(until)).not.toBe(day);
  });

  it.each(['2026-11-21', '2028-02-29'])('are days of the calendar: %s', (day) => {
    expect(isBookDay(day)).toBe(true);
  });

  it.each(['2026-02-29', '2026-13-01', '2026-1-1', '20261121', '2026-11-21T00:00:00Z', ''])('and not %s', (text) => {
    expect(isBookDay(text)).toBe(false);
  });

  it('are counted back over the end of a month', () => {
    expect(bookDayBefore('2028-03-01', 1)).toBe('2028-02-29');
    expect(bookDayBefore('2027-01-03', 7)).toBe('2026-12-27');
  });
});
