import { verify } from '@node-rs/argon2';
import { credentialsByLogin } from '../../db/account/repository';
import { listAudit } from '../../db/case/queries';
import { benefitById } from '../../db/catalogue/queries';
import { enterpriseBalance } from '../../db/ledger/queries';
import { mallById } from '../../db/mall/queries';
import { ledgerAccountId } from '../../domain/ledger/accounts';
import { run } from '../../db/connection';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { runAdmin, type Ended } from './run-admin';

let database: TestDatabase;
let enterpriseId: string;

const admin = (...args: string[]): Promise<Ended> => runAdmin(args, { env: { DATABASE_URL: database.url } });
const idOf = ({ stdout }: Ended): string => (JSON.parse(stdout) as { id: string }).id;

/** What the command line added, by its audit rows. */
async function audited(subjectId: string): Promise<string[]> {
  const page = await listAudit(database.db, { actor: 'admin-cli', subjectId }, { limit: 10, after: null });
  return page.items.map(({ action }) => action);
}

beforeAll(async () => {
  database = await cloneDatabase();
  const added = await admin('enterprise', '--name', '星河零售');
  expect(added).toMatchObject({ code: 0, stderr: '' });
  enterpriseId = idOf(added);
});
afterAll(() => database.drop());

describe('staff', () => {
  const operator = ['staff', '--login', 'first-operator', '--display-name', '运营', '--roles', 'operator'];
  const add = (args: string[], password: string) =>
    runAdmin(args, { env: { DATABASE_URL: database.url }, input: `${password}\n` });

  it('get a hashed password from standard input, and the login only once', async () => {
    const added = await add(operator, 'a long password');
    expect(added).toMatchObject({ code: 0, stderr: '' });
    const found = await credentialsByLogin(database.db, 'first-operator');
    expect(found).toMatchObject({ accountId: idOf(added), roles: ['operator'], enterpriseId: null });
    expect(found?.passwordHash).toMatch(/^\$argon2id\$/);
    expect(await verify(found!.passwordHash, 'a long password')).toBe(true);
    expect(await audited(idOf(added))).toEqual(['account.add_staff']);

    const again = await add(operator, 'a long password');
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('LOGIN_TAKEN');
  });

  it('who manage a mall need an enterprise that is there', async () => {
    const manager = ['staff', '--login', 'manager', '--display-name', '店长', '--roles', 'mall_manager'];
    const without = await add(manager, 'a long password');
    expect(without).toMatchObject({ code: 2, stdout: '' });
    expect(without.stderr).toContain('enterpriseId');
    const missing = await add([...manager, '--enterprise-id', 'ent_none'], 'a long password');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('REFERENCE_NOT_FOUND');
    expect((await add([...manager, '--enterprise-id', enterpriseId], 'a long password')).code).toBe(0);
  });

  it('are told everything that is wrong at once', async () => {
    const wrong = await add(['staff', '--login', 'a b', '--display-name', 'x', '--roles', 'seller'], 'short');
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    for (const field of ['login', 'password', 'roles']) expect(wrong.stderr).toContain(field);
  });
});

describe('malls and benefits', () => {
  it('are added and audited', async () => {
    const mall = await admin('mall', '--enterprise-id', enterpriseId, '--name', '积分商城');
    expect(mall.code).toBe(0);
    expect(await mallById(database.db, idOf(mall))).toMatchObject({ name: '积分商城', enterpriseId });
    expect(await audited(idOf(mall))).toEqual(['mall.add']);
    const pack = ['--kind', 'rights_pack', '--price-fen', '9900', '--exchange-notes', '180 天内有效'];
    const benefit = await admin('benefit', '--name', '权益包', ...pack, '--validity-days', '180');
    expect(benefit.code).toBe(0);
    expect(await benefitById(database.db, idOf(benefit))).toMatchObject({ priceFen: 9_900, validity: { days: 180 } });
    expect(await audited(idOf(benefit))).toEqual(['benefit.add']);
    const wrong = await admin('benefit', '--name', '权益包', ...pack);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(wrong.stderr).toContain('validity');
  });
});

describe('a top-up', () => {
  const topUp = (...more: string[]) =>
    admin('top-up', '--enterprise-id', enterpriseId, '--amount-fen', '5000', '--reason', 'transfer of March', ...more);
  const balance = async () => (await enterpriseBalance(database.db, enterpriseId)).balanceFen;

  it('of the same transfer is booked once, and the second try is told so', async () => {
    const before = await balance();
    expect(await topUp('--reference', 'bank 0042')).toMatchObject({ code: 0, stdout: '{"id":"bank 0042"}\n' });
    const again = await topUp('--reference', 'bank 0042');
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toContain('bank 0042');
    expect(again.stderr).toMatch(/already|booked before/);
    expect(again.stderr).not.toMatch(/duplicate key|insert into/);
    expect((await balance()) - before).toBe(5_000);
    expect(await audited(enterpriseId)).toEqual(['enterprise.top_up', 'enterprise.add']);
  });

  it('without a reference is a fact of its own', async () => {
    const before = await balance();
    expect((await Promise.all([topUp(), topUp()])).map(({ code }) => code)).toEqual([0, 0]);
    expect((await balance()) - before).toBe(10_000);
  });

  it('of anything but a positive whole number of fen is refused', async () => {
    const of = (amount: string) =>
      admin('top-up', '--enterprise-id', enterpriseId, `--amount-fen=${amount}`, '--reason', 'x');
    for (const wrong of await Promise.all(['0', 'many', '1e3', '0x10'].map(of))) {
      expect(wrong).toMatchObject({ code: 2, stdout: '' });
      expect(wrong.stderr).toContain('amountFen');
    }
  });
});

describe('verifying the ledger', () => {
  it('finds it sound, and an altered balance wrong', async () => {
    expect(await admin('ledger', 'verify')).toEqual({ code: 0, stdout: 'the ledger is sound\n', stderr: '' });
    const id = ledgerAccountId('balance', enterpriseId);
    await run(database.owner, 'update ledger_balances set posted = posted + 1 where account_id = :id', { id });
    const found = await admin('ledger', 'verify');
    expect(found.code).toBe(1);
    expect(found.stdout).toContain(id);
    expect(found.stdout).toContain('1 discrepancies');
    await run(database.owner, 'update ledger_balances set posted = posted - 1 where account_id = :id', { id });
    expect((await admin('ledger', 'mend')).code).toBe(2);
  });
});
