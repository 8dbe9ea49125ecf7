import { rows } from '../../db/connection';
import { newId } from '../../db/new-id';
import { addAccount } from '../../db/account/repository';
import { addSeller } from '../../db/seller/repository';
import { remindOfAgreements } from '../../db/seller/agreement-reminders';
import { publishAgreement } from '../../db/seller/agreement-versions';
import { currentAgreement, signAgreement } from '../../db/seller/agreements';
import { sellerIdOf } from '../../domain/shared/ids';
import { cloneDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
const day = 86_400_000;

beforeEach(async () => {
  database = await cloneDatabase();
});
afterEach(() => database.drop());

/** A seller who signed what is current. */
async function seller(login: string) {
  const sellerId = sellerIdOf(newId('onboarding'));
  const account = { login, passwordHash: 'x', displayName: login, roles: [], enterpriseId: null, mallId: null };
  return database.db.transaction(async (trx) => {
    const accountId = await addAccount(trx, account);
    await addSeller(trx, { sellerId, accountId });
    const sign = async (on = trx) =>
      signAgreement(on, { sellerId, version: (await currentAgreement(on)).version, accountId });
    await sign();
    return { login, sign: () => database.db.transaction(sign) };
  });
}

const publish = (version: string, inDays: number | null) =>
  database.db.transaction((trx) =>
    publishAgreement(trx, {
      ...{ version, title: '协议', text: version },
      signBy: inDays === null ? null : new Date(Date.now() + inDays * day),
    }),
  );

/** The date of every version comes nearer. */
const pass = (days: number) =>
  rows(database.owner, 'update agreement_versions set sign_by = sign_by - make_interval(days => :days)', { days });

async function told(): Promise<string[]> {
  await remindOfAgreements(database.db);
  const found = await rows<{ what: string }>(
    database.db,
    `select a.login || ' ' || n.kind || ' ' || (n.params->>'version') as what
       from notices n join accounts a on a.id = n.account_id order by n.created_at, 1`,
  );
  return found.map(({ what }) => what);
}

it('sellers are told once when a version asks them, once when the date is near, and once when it has passed', async () => {
  await seller('one');
  await publish('1.5', null);
  expect(await told()).toEqual([]);
  await publish('2.0', 30);
  await seller('two');
  expect(await told()).toEqual(['one agreement_newer 2.0']);
  expect(await told()).toEqual(['one agreement_newer 2.0']);
  await pass(24);
  const near = ['one agreement_newer 2.0', 'one agreement_due_soon 2.0'];
  expect(await told()).toEqual(near);
  await pass(7);
  await Promise.all([told(), told()]);
  expect(await told()).toEqual([...near, 'one agreement_overdue 2.0']);
});

it('whoever signed is told nothing, until another version asks', async () => {
  const one = await seller('one');
  await publish('2.0', 3);
  await one.sign();
  expect(await told()).toEqual([]);
  await publish('3.0', 60);
  expect(await told()).toEqual(['one agreement_newer 3.0']);
});

it('the version of now is named with the earliest date that asks', async () => {
  await seller('one');
  await publish('2.0', 3);
  await publish('2.1', 60);
  await publish('2.2', null);
  expect(await told()).toEqual(['one agreement_due_soon 2.2']);
});
