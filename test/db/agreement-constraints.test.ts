import { rows } from '../../db/connection';
import { addAccount } from '../../db/account/repository';
import { addSeller } from '../../db/seller/repository';
import { signAgreement } from '../../db/seller/agreements';
import { cloneDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
  const account = { login: 'one', passwordHash: 'x', displayName: 'one', roles: [], enterpriseId: null, mallId: null };
  await database.db.transaction(async (trx) => {
    const accountId = await addAccount(trx, { ...account, id: 'acc_1' });
    await addSeller(trx, { sellerId: 'sel_1', accountId });
    await signAgreement(trx, { sellerId: 'sel_1', version: '1.0', accountId });
  });
});
afterAll(() => database.drop());

it.each([
  [
    'an agreement with a hash that is not of its text',
    `insert into agreement_versions (version, title, text, sha256) values ('9', 't', 't', repeat('0', 64))`,
    'agreement_versions_hash_is_of_its_text',
  ],
  [
    'a signature of one version twice',
    'insert into agreement_signatures select seller_id, version, sha256, account_id from agreement_signatures',
    'agreement_signatures_pkey',
  ],
  [
    'a signature under another text',
    `insert into agreement_signatures values ('sel_1', 'none', repeat('0', 64), 'acc_1')`,
    'agreement_signatures_version_sha256_fkey',
  ],
  ['a mobile number without its key', `update accounts set mobile_ciphertext = 'x'`, 'accounts_mobile_names_its_key'],
  ['an e-mail address without its key', `update accounts set email_ciphertext = 'x'`, 'accounts_email_names_its_key'],
  [
    'an image that is no tenant’s',
    `insert into images (id, name, owner_account_id, content_type, width, height, bytes)
     values ('img_1', 'a.png', 'acc_1', 'image/png', 1, 1, 1)`,
    'images_have_a_tenant',
  ],
])('the database never has %s', async (_, statement, constraint) => {
  await expect(rows(database.owner, statement)).rejects.toMatchObject({ constraint });
});
