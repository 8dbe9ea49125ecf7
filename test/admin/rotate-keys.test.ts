import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { rotateKeys } from '../../admin/rotate-keys';
import { mobileAbout } from '../../db/account/repository';
import { firstRow, rows, run } from '../../db/connection';
import { KeyedVault, type DataKey } from '../../db/secrets/keyed-vault';
import { resealColumn } from '../../db/secrets/reseal';
import { sealedColumns, type SealedColumn } from '../../db/secrets/sealed-columns';
import { PrivateFolder } from '../../providers/documents/private-folder';
import { openDraft } from '../../db/stock/draft-repository';
import { newId } from '../../db/new-id';
import { firstStep, importCodes, uploadedImages } from '../support/commodities';
import { eventually } from '../support/eventually';
import { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { paymentRows } from '../support/payments';
import { documentOf, pdfBytes } from '../support/sellers';
import { demoTenants } from '../support/sub-stock-rows';
import { runAdmin } from './run-admin';

const [k1, k2, k3] = ['k1', 'k2', 'k3'].map((id) => ({ id, key: randomBytes(32) })) as [DataKey, DataKey, DataKey];
const text = (...keys: DataKey[]) => keys.map(({ id, key }) => `${id}:${key.toString('base64')}`).join(',');

let mallflow: Installation;
let manager: HttpClient;
let account: HttpClient;
let commodityId: string;
let documentId: string;
const password = 'a long password';

const rotate = (...keys: DataKey[]) =>
  runAdmin(['rotate-keys'], {
    env: {
      ...{ DATABASE_URL: mallflow.database.url, MALLFLOW_DATA_KEYS: text(...keys) },
      MALLFLOW_DOCUMENT_DIR: mallflow.config.MALLFLOW_DOCUMENT_DIR,
    },
  });

/** A product that has these keys, and for the rest is the one there is. */
function holding(...keys: DataKey[]): void {
  Object.assign(mallflow.services, { vault: new KeyedVault(keys) });
}

beforeAll(async () => {
  mallflow = await startInstallation({ worker: false, environment: { MALLFLOW_DATA_KEYS: text(k1) } });
  manager = await mallflow.as('manager@demo');
  commodityId = newId('commodity');
  const step = firstStep(await uploadedImages(mallflow), { category: 'cdk' });
  const { accountId, enterpriseId } = demoTenants[0];
  await mallflow.database.db.transaction((trx) =>
    openDraft(trx, {
      ...{ commodityId, enterpriseId, workflowId: `commodity-add:${commodityId}`, firstStep: step },
      ...{ draftKeptMs: 86_400_000, remindBeforeMs: 1_000, by: { actor: accountId, requestId: null } },
    }),
  );
  const codes = Array.from({ length: 1_203 }, (_, n) => `CODE-${n}`).join('\n');
  expect((await importCodes(manager, commodityId, codes)).body).toEqual({ imported: 1_203 });
  await paymentRows(mallflow, { code: 'weixin://pay/secret' });
  const form = { login: 'sealed@test', password, displayName: '云杉', mobile: '13800138000' };
  await mallflow.anonymous.post('/v1/accounts', form);
  account = await HttpClient.signIn(mallflow.url, 'sealed@test', password);
  documentId = await documentOf(account);
});
afterAll(() => mallflow.stop());

/** Everything that is sealed, with its key and what its column says it is sealed about. */
async function sealedTexts(column: SealedColumn) {
  return rows<{ keyId: string; ciphertext: Buffer; about: string }>(
    mallflow.database.owner,
    `select ${column.keyId} as "keyId", ${column.ciphertext} as ciphertext, ${column.about.column}::text as about
       from ${column.table} where ${column.ciphertext} is not null`,
  );
}

async function keysAndTexts(keys: readonly DataKey[]) {
  const vault = new KeyedVault(keys);
  const found = [];
  for (const column of sealedColumns)
    for (const sealed of await sealedTexts(column))
      found.push({ keyId: sealed.keyId, text: vault.open(column.about.of(sealed.about), sealed) });
  return found;
}

const documentBytes = async () => {
  const answer = await fetch(`${mallflow.url}/v1/documents/${documentId}`, {
    headers: { authorization: `Bearer ${account.token}` },
  });
  return [answer.status, Buffer.from(await answer.arrayBuffer()).equals(pdfBytes)];
};

it('every column of ciphertext in the database is known, with the columns it needs', async () => {
  const columns = await rows<{ table: string; column: string }>(
    mallflow.database.owner,
    `select table_name as "table", column_name as "column" from information_schema.columns
      where table_schema = 'public' and data_type = 'bytea' and column_name ~ '(^|_)ciphertext$'`,
  );
  const known = sealedColumns.map(({ table, ciphertext }) => `${table}.${ciphertext}`);
  expect(columns.map(({ table, column }) => `${table}.${column}`).sort()).toEqual([...known].sort());
  for (const column of sealedColumns) await sealedTexts(column);
});

it('is refused while a key is missing, and changes nothing then', async () => {
  const refused = await rotate(k2);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('no key k1');
  const { owner } = mallflow.database;
  const documents = new PrivateFolder(mallflow.config.MALLFLOW_DOCUMENT_DIR);
  await expect(rotateKeys({ db: owner, vault: new KeyedVault([k2]), documents })).rejects.toThrow('has no key k1');
  expect(new Set((await keysAndTexts([k1])).map(({ keyId }) => keyId))).toEqual(new Set(['k1']));
});

it('seals everything anew while the product runs, after which the old key is not needed', async () => {
  holding(k2, k1);
  const before = (await keysAndTexts([k1])).map((found) => found.text).sort();
  expect(before).toHaveLength(1_205);
  const reading = { done: false, statuses: new Set<unknown>() };
  const reader = (async () => {
    while (!reading.done) reading.statuses.add(JSON.stringify(await documentBytes()));
  })();
  const ended = await rotate(k2, k1);
  reading.done = true;
  await reader;
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  const told = ended.stdout.trim().split('\n').slice(0, -1);
  expect(told.map((line) => JSON.parse(line) as unknown)).toEqual(
    expect.arrayContaining([
      { what: 'commodity_codes.ciphertext', resealed: 1_203 },
      { what: 'payment_attempts.code_ciphertext', resealed: 1 },
      { what: 'accounts.mobile_ciphertext', resealed: 1 },
      { what: 'documents', resealed: 1 },
    ]),
  );
  expect([...reading.statuses]).toEqual(['[200,true]']);

  holding(k2);
  const after = await keysAndTexts([k2]);
  expect(new Set(after.map(({ keyId }) => keyId))).toEqual(new Set(['k2']));
  expect(after.map((found) => found.text).sort()).toEqual(before);
  expect(await documentBytes()).toEqual([200, true]);
  expect(readdirSync(mallflow.config.MALLFLOW_DOCUMENT_DIR)).toHaveLength(1);
  // Codes are known again by the new key alone.
  const again = await importCodes(manager, commodityId, 'CODE-7\nNEW-1');
  expect([again.status, again.body.code, again.body.errors[0].line]).toEqual([422, 'CODES_REJECTED', 1]);
});

it('done again changes nothing', async () => {
  const file = () => readdirSync(mallflow.config.MALLFLOW_DOCUMENT_DIR);
  const before = file();
  const ended = await rotate(k2);
  expect([ended.code, ended.stdout.trim().split('\n')]).toEqual([0, [expect.stringContaining('under the first key')]]);
  expect(file()).toEqual(before);
  const audit = await (await mallflow.as('operator@demo')).get('/v1/audit?subjectId=k2');
  expect(audit.body.items).toHaveLength(2);
});

it('broken off, goes on where it was', async () => {
  const { owner } = mallflow.database;
  const codes = sealedColumns[0]!;
  // As far as a run came that was killed.
  const vault = new KeyedVault([k3, k2]);
  const [first] = await rows<{ id: number; ciphertext: Buffer; keyId: string }>(
    owner,
    'select id, ciphertext, key_id as "keyId" from commodity_codes order by id limit 1',
  );
  const about = codes.about.of(commodityId);
  const { keyId, ciphertext } = vault.seal(about, vault.open(about, first!));
  await run(owner, 'update commodity_codes set key_id = :keyId, ciphertext = :ciphertext where id = :id', {
    ...{ id: first!.id, keyId, ciphertext },
  });
  expect(await resealColumn(owner, vault, codes)).toBe(1_202);
  expect(await resealColumn(owner, vault, codes)).toBe(0);
});

it('never writes over what was changed meanwhile', async () => {
  const { owner } = mallflow.database;
  const vault = new KeyedVault([k3, k2]);
  const mobile = sealedColumns.find(({ ciphertext }) => ciphertext === 'mobile_ciphertext')!;
  const { id } = (await firstRow<{ id: string }>(owner, `select id from accounts where login = 'sealed@test'`))!;
  const other = new KeyedVault([k2]).seal(mobileAbout(id), '13900139000');
  const trx = await owner.transaction();
  await run(trx, 'update accounts set mobile_ciphertext = :ciphertext where id = :id', { ...other, id });
  const resealing = resealColumn(owner, vault, mobile);
  await eventually(
    () => rows(owner, `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`),
    (waiting) => waiting.length > 0,
  );
  await trx.commit();
  expect(await resealing).toBe(0);
  const texts = (await sealedTexts(mobile)).map((sealed) => vault.open(mobileAbout(id), sealed));
  expect(texts).toEqual(['13900139000']);
});

it('tells when something goes on sealing by an older key', async () => {
  const { owner } = mallflow.database;
  const documents = new PrivateFolder(mallflow.config.MALLFLOW_DOCUMENT_DIR);
  // A program that was not given the new key: whatever is looked at, it has just written by the old one.
  const stubborn = new (class extends KeyedVault {
    override seal(about: string, secret: string) {
      return new KeyedVault([k2]).seal(about, secret);
    }
  })([k3, k2]);
  const refused = rotateKeys({ db: owner, vault: stubborn, documents });
  await expect(refused).rejects.toThrow('something still seals by k2');
  expect(await rotateKeys({ db: owner, vault: new KeyedVault([k3, k2]), documents })).toContainEqual({
    ...{ what: 'accounts.mobile_ciphertext', resealed: 1 },
  });
});
