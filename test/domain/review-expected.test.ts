import { expectedAt } from '../../domain/review/expected';
import { calendarOf, endOfNextWorkingDay, workingMsBetween } from '../../domain/shared/working-days';

const hour = 3_600_000;
/** 2026-11-20 is a Friday. */
const at = (text: string) => new Date(`${text}+08:00`);
const calendar = calendarOf([{ day: '2026-11-23', isWorking: false }]);

describe('working time', () => {
  it.each([
    ['2026-11-20T10:00', '2026-11-20T16:00', 6],
    ['2026-11-20T18:00', '2026-11-24T06:00', 12],
    ['2026-11-21T10:00', '2026-11-22T10:00', 0],
    ['2026-11-20T16:00', '2026-11-20T10:00', 0],
  ])('from %s until %s is %s h', (from, until, hours) => {
    expect(workingMsBetween(calendar, at(from), at(until))).toBe(hours * hour);
  });

  it.each([
    ['2026-11-18T10:00', '2026-11-20T00:00'],
    ['2026-11-20T10:00', '2026-11-25T00:00'],
    ['2026-11-22T10:00', '2026-11-25T00:00'],
  ])('after %s the next working day ends at %s', (from, end) => {
    expect(endOfNextWorkingDay(calendar, at(from))).toEqual(at(end));
  });
});

describe('when a decision can be expected', () => {
  const openedAt = at('2026-11-17T10:00');
  const dueAt = at('2026-11-27T10:00');
  const days = (...of: number[]) => of.map((one) => one * 24 * hour);
  it.each([
    ['at the deadline, while few were decided', days(1, 1, 1, 1), '2026-11-17T11:00', '2026-11-27T10:00'],
    ['when four of five were decided', days(1, 2, 9, 1, 2), '2026-11-17T11:00', '2026-11-19T10:00'],
    ['in a working day, however quick others were', days(0, 0, 0.1, 0, 0), '2026-11-17T10:00', '2026-11-18T10:00'],
    ['an hour ahead at least', days(1, 1, 1, 1, 1), '2026-11-18T09:30', '2026-11-20T00:00'],
    ['later than the deadline, where that is usual', days(9, 9, 9, 9, 9), '2026-11-17T11:00', '2026-12-01T10:00'],
    [
      'by the end of the next working day, once that is over',
      days(1, 1, 1, 1, 1),
      '2026-11-20T10:00',
      '2026-11-25T00:00',
    ],
    ['ahead, when the deadline is over too', [], '2026-12-02T10:00', '2026-12-04T00:00'],
  ])('%s', (_, recentMs, now, expected) => {
    expect(expectedAt({ openedAt, dueAt, now: at(now), recentMs, calendar })).toEqual(at(expected));
  });
});
