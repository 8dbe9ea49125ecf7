import { randomBytes } from 'node:crypto';
import { seedDemo } from '../../admin/demo-data';
import { credentialsByLogin } from '../../db/account/repository';
import { enterpriseBalance, verifyLedger } from '../../db/ledger/queries';
import { rows, run } from '../../db/connection';
import { pointsOf } from '../../db/mall/member-queries';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { runAdmin } from './run-admin';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

const withEnv = (args: string[], env: Record<string, string> = {}) =>
  runAdmin(args, { env: { DATABASE_URL: database.url, ...env } });
const secret = randomBytes(24).toString('hex');

describe('the demo data', () => {
  it('is refused in production', async () => {
    const keys = `k1:${randomBytes(32).toString('base64')}`;
    const own = { MALLFLOW_SECRET: secret, MALLFLOW_DATA_KEYS: keys };
    const refused = await withEnv(['seed-demo'], { NODE_ENV: 'production', ...own });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('production');
    expect(await rows(database.db, 'select id from enterprises')).toEqual([]);
  });

  it('is loaded once, also when two load it at the same time', async () => {
    const both = await Promise.all([withEnv(['seed-demo']), withEnv(['seed-demo'])]);
    expect(both.map(({ stdout }) => stdout).sort()).toEqual(['demo data is there already\n', 'demo data loaded\n']);
    expect(await withEnv(['seed-demo'])).toMatchObject({ code: 0, stdout: 'demo data is there already\n' });
    const manager = await credentialsByLogin(database.db, 'manager@demo');
    expect(await enterpriseBalance(database.db, manager?.enterpriseId ?? '')).toEqual({
      balanceFen: 1_000_000,
      heldFen: 0,
    });
    expect(await verifyLedger(database.db)).toEqual([]);
    const kinds = await rows<{ kind: string; n: number }>(
      database.db,
      'select kind, count(*) as n from benefits group by kind order by kind',
    );
    expect(kinds).toEqual(['coupon', 'direct_top_up', 'rights_pack'].map((kind) => ({ kind, n: 2 })));
  });
});

describe('demo data of the version before', () => {
  it('gets what came since: members with points', async () => {
    const before = `delete from ledger_lines where account_id like 'points%'; delete from ledger_journals
      where kind = 'points_adjustment'; delete from ledger_balances where account_id like 'points%';
      delete from ledger_accounts where unit = 'points'; delete from members`;
    await run(database.owner, before);
    expect(await seedDemo(database.db)).toBe(true);
    expect(await seedDemo(database.db)).toBe(false);
    for (const login of ['member@demo', 'member2@demo']) {
      const member = await credentialsByLogin(database.db, login);
      expect(await pointsOf(database.db, member?.memberId ?? '')).toEqual({ points: 10_000, heldPoints: 0 });
    }
    expect(await verifyLedger(database.db)).toEqual([]);
  });
});

describe('migrating', () => {
  it('finds the schema up to date', async () => {
    expect(await withEnv(['migrate'])).toEqual({ code: 0, stdout: 'the schema is up to date\n', stderr: '' });
  });

  it('needs the owner’s URL', async () => {
    const without = await runAdmin(['migrate'], { env: {} });
    expect(without).toMatchObject({ code: 1, stdout: '' });
    expect(without.stderr).toContain('DATABASE_URL: expected a postgres:// URL');
  });
});

describe('faults of the configuration', () => {
  it('are told all at once, unknown names included', async () => {
    const faulty = await withEnv(['migrate'], {
      NODE_ENV: 'test',
      PORT: '70000',
      MALLFLOW_ACCEPT_MS: 'soon',
      MALLFLOW_COOKIE_SECURE: 'yes',
      MALLFLOW_SECRET: 'short',
      MALLFLOW_SECRETT: secret,
    });
    expect(faulty.code).toBe(1);
    for (const name of ['PORT', 'MALLFLOW_ACCEPT_MS', 'MALLFLOW_COOKIE_SECURE', 'MALLFLOW_SECRET', 'MALLFLOW_SECRETT'])
      expect(faulty.stderr).toMatch(new RegExp(`- ${name}: \\S+`));
    expect(faulty.stderr).toContain('5 fault(s)');
  });

  it('include the demo secret in production', async () => {
    const refused = await withEnv(['ledger', 'verify'], { NODE_ENV: 'production' });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('MALLFLOW_SECRET: expected a secret of your own in production');
  });
});

describe('usage', () => {
  it('tells an unknown id to resume', async () => {
    const unknown = await withEnv(['resume', 'prc_none']);
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain('no case prc_none');
  });

  it('is explained, and a mistake in it is exit code 2', async () => {
    const help = await withEnv(['--help']);
    expect(help.code).toBe(0);
    for (const command of [
      'migrate',
      'seed-demo',
      'enterprise',
      'mall',
      'staff',
      'benefit',
      'top-up',
      'resume',
      'ledger',
    ])
      expect(help.stdout).toContain(command);
    const mistakes = await Promise.all([withEnv(['enterprise']), withEnv(['no-such-command'])]);
    expect(mistakes.map(({ code }) => code)).toEqual([2, 2]);
  });
});
