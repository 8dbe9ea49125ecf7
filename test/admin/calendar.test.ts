import { addWorkingDays } from '../../domain/shared/working-days';
import { firstRow } from '../../db/connection';
import { calendarFrom } from '../../db/calendar/queries';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { runAdmin } from './run-admin';

describe('the calendar of working days', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(() => database.drop());

  const calendar = (...args: string[]) => runAdmin(['calendar', ...args], { env: { DATABASE_URL: database.url } });

  it('comes with the arrangement of 2026 and is extended by hand', async () => {
    const { stdout } = await calendar('list', '--since', '2026-10-05');
    expect(stdout).toBe(
      '2026-10-05  holiday  国庆节\n2026-10-06  holiday  国庆节\n2026-10-07  holiday  国庆节\n2026-10-10  working  国庆节调休上班\n',
    );
    const friday = new Date('2027-01-01T10:00:00+08:00');
    const after = async () => addWorkingDays(await calendarFrom(database.db, friday), friday, 1).toISOString();
    expect(await after()).toBe('2027-01-04T02:00:00.000Z');
    expect(await calendar('set', '2027-01-01', 'holiday', '元旦')).toMatchObject({ code: 0 });
    expect(await after()).toBe('2027-01-04T16:00:00.000Z');
    expect((await calendar('set', '2027-01-03', 'working', '元旦调休上班')).stdout).toContain('2027-01-03');
    expect(await after()).toBe('2027-01-03T16:00:00.000Z');
    await calendar('set', '2027-01-03', 'holiday', '元旦');
    expect(await after()).toBe('2027-01-04T16:00:00.000Z');
    const audited = await firstRow<{ times: number }>(
      database.db,
      `select count(*) as times from audit_log where action = 'calendar.set' and actor = 'admin-cli'`,
    );
    expect(audited?.times).toBe(3);
  });

  it.each([
    ['set', '2027-02-30', 'holiday', '春节'],
    ['set', '2027-02-10', 'half', '春节'],
    ['list', '--since', 'tomorrow'],
  ])('%s %s %s is wrong usage', async (...args) => {
    expect((await calendar(...args)).code).toBe(2);
  });
});
