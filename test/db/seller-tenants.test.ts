import { addAccount } from '../../db/account/repository';
import { firstRow, rows, run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { addSeller } from '../../db/seller/repository';
import { sellerIdOf } from '../../domain/shared/ids';
import { cloneDatabase, type TestDatabase } from '../support/database';

/** A seller is a tenant beside the enterprises: what is a tenant's is one's alone. */
let database: TestDatabase;
let accountId: string;
let sellerId: string;

beforeAll(async () => {
  database = await cloneDatabase();
  sellerId = sellerIdOf(newId('onboarding'));
  await database.db.transaction(async (trx) => {
    const account = {
      login: 'tenant',
      passwordHash: '',
      displayName: 'T',
      roles: [],
      enterpriseId: null,
      mallId: null,
    };
    accountId = await addAccount(trx, account);
    await addSeller(trx, { sellerId, accountId });
    await run(trx, `insert into enterprises (id, name) values ('ent_a', 'A')`);
  });
});
afterAll(() => database.drop());

it('an account becomes one seller', async () => {
  const again = database.db.transaction((trx) =>
    addSeller(trx, { sellerId: sellerIdOf(newId('onboarding')), accountId }),
  );
  await expect(again).rejects.toMatchObject({ code: 'ALREADY_ONBOARDING' });
  expect(await rows(database.db, 'select id from sellers')).toEqual([{ id: sellerId }]);
});

it.each([
  [`subject_name = 'A'`, 'sellers_verified_is_whole'],
  [`subject_name = 'A', subject_code = 'B', subject_verified_at = now()`, 'sellers_verified_is_whole'],
  [`centre_opened_at = now()`, 'sellers_opened_centre_says_how'],
  [`centre_opened_by = 'fee'`, 'sellers_opened_centre_says_how'],
])('no seller with %s alone', async (set, constraint) => {
  const failing = run(database.db, `update sellers set ${set} where id = :sellerId`, { sellerId });
  await expect(failing).rejects.toMatchObject({ constraint });
});

const both = `'ent_a', :sellerId`;
const neither = 'null, null';

it.each([both, neither])('no payment of %s', async (tenants) => {
  const sql = `insert into payments (id, enterprise_id, seller_id, channel, method, subject_kind, subject_id, title,
                                     amount_fen, state, requested_by, expires_at)
    values ('pay_a', ${tenants}, 'wechat_pay', 'wechat_native', 'certification_fee', 'fee_a', 'T', 1, 'created',
            :accountId, now())`;
  await expect(run(database.db, sql, { accountId, sellerId })).rejects.toMatchObject({
    constraint: 'payments_one_tenant',
  });
});

it.each([both, neither])('no account of the ledger of %s', async (tenants) => {
  const sql = `insert into ledger_accounts (id, enterprise_id, seller_id, purpose) values ('account', ${tenants}, 'spent')`;
  await expect(run(database.db, sql, { sellerId })).rejects.toMatchObject({ constraint: 'ledger_accounts_one_tenant' });
  expect(await firstRow(database.db, `select id from ledger_accounts where id = 'account'`)).toBeUndefined();
});
