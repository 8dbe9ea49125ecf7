import { addWorkingDays, calendarOf } from '../../domain/shared/working-days';

/** What the arrangement of 2026 says of the weeks around its two long holidays. */
const spring = ['15', '16', '17', '18', '19', '20', '21', '22', '23'].map((day) => `2026-02-${day}`);
const national = ['01', '02', '03', '04', '05', '06', '07'].map((day) => `2026-10-${day}`);
const worked = ['2026-02-14', '2026-02-28', '2026-09-20', '2026-10-10'];
const calendar = calendarOf([
  ...[...spring, ...national].map((day) => ({ day, isWorking: false })),
  ...worked.map((day) => ({ day, isWorking: true })),
]);

const inShanghai = (text: string): Date => new Date(`${text}+08:00`);
const told = (at: Date): string => new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16);

describe('working days of mainland China', () => {
  it.each([
    // An ordinary week, and its weekend.
    ['2026-03-10T15:00', 1, '2026-03-11T15:00'],
    ['2026-03-13T15:00', 1, '2026-03-16T15:00'],
    ['2026-03-14T15:00', 1, '2026-03-17T00:00'],
    ['2026-03-10T15:00', 7, '2026-03-19T15:00'],
    // Spring Festival: the Saturday before it works, the nine days do not, the Saturday after it does again.
    ['2026-02-12T15:00', 2, '2026-02-14T15:00'],
    ['2026-02-13T15:00', 2, '2026-02-24T15:00'],
    ['2026-02-14T15:00', 1, '2026-02-24T15:00'],
    ['2026-02-18T09:30', 1, '2026-02-25T00:00'],
    ['2026-02-26T15:00', 2, '2026-02-28T15:00'],
    ['2026-02-27T15:00', 2, '2026-03-02T15:00'],
    ['2026-02-12T15:00', 7, '2026-02-28T15:00'],
    // National Day: the Sunday eleven days before works, and the Saturday after.
    ['2026-09-18T15:00', 1, '2026-09-20T15:00'],
    ['2026-09-30T15:00', 1, '2026-10-08T15:00'],
    ['2026-09-30T15:00', 4, '2026-10-12T15:00'],
    ['2026-10-09T23:59', 1, '2026-10-10T23:59'],
    // Fractions of a day, and none.
    ['2026-03-13T18:00', 0.5, '2026-03-16T06:00'],
    ['2026-03-10T15:00', 3.5, '2026-03-16T03:00'],
    ['2026-03-14T15:00', 0, '2026-03-16T00:00'],
    // The day ends when it does in Shanghai.
    ['2026-03-13T00:00', 1, '2026-03-14T00:00'],
    ['2026-03-13T00:01', 1, '2026-03-16T00:01'],
  ])('%s + %d = %s', (from, days, until) => {
    expect(told(addWorkingDays(calendar, inShanghai(from), days))).toBe(until);
  });

  it('without any arrangement are the weekdays', () => {
    expect(told(addWorkingDays(calendarOf([]), inShanghai('2027-10-01T08:00'), 5))).toBe('2027-10-08T08:00');
  });

  it('are counted forward, and there must be some', () => {
    const from = inShanghai('2026-03-10T15:00');
    for (const days of [-1, NaN, 2_001]) expect(() => addWorkingDays(calendar, from, days)).toThrow(RangeError);
    class Never extends Map<string, boolean> {
      override get = (): boolean => false;
    }
    expect(() => addWorkingDays(new Never(), from, 1)).toThrow(RangeError);
  });
});
