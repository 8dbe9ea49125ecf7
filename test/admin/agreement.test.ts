import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishFromFile } from '../../admin/agreement';
import { UsageError } from '../../admin/input';
import { currentAgreement } from '../../db/seller/agreements';
import { listAudit } from '../../db/case/queries';
import { firstRow } from '../../db/connection';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { runAdmin, type Ended } from './run-admin';

let database: TestDatabase;
let folder: string;
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

const publish = (version: string, path: string, ...more: string[]): Promise<Ended> =>
  runAdmin(['agreement', 'publish', '--version', version, '--title', '接入协议', '--file', path, ...more], {
    env: { DATABASE_URL: database.url },
  });

/** The same without a process of its own. */
const publishing = (version: string, path: string, signBy?: string) =>
  publishFromFile(database.db, { version, title: '接入协议', file: path, ...(signBy === undefined ? {} : { signBy }) });

beforeAll(async () => {
  database = await cloneDatabase();
  folder = mkdtempSync(join(tmpdir(), 'mallflow-agreement-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

it('publishes a version once, with the hash of its text, and records it', async () => {
  const path = file('2.txt', '\uFEFF第二版协议\n');
  const ended = await publish('2.0', path, '--sign-by', '2999-03-31');
  expect([ended.code, ended.stderr]).toEqual([0, '']);
  const current = await currentAgreement(database.db);
  expect(current).toMatchObject({ version: '2.0', title: '接入协议', text: '第二版协议' });
  expect(JSON.parse(ended.stdout)).toEqual({ version: '2.0', sha256: current.sha256 });
  // The day is over when it is over in China.
  expect(await firstRow(database.db, `select sign_by from agreement_versions where version = '2.0'`)).toEqual({
    sign_by: new Date('2999-03-31T15:59:59.999Z'),
  });
  const audit = await listAudit(database.db, { actor: null, subjectId: '2.0' }, { limit: 5, after: null });
  expect(audit.items).toMatchObject([{ action: 'agreement.publish', actor: 'admin-cli' }]);
  const again = await publish('2.0', path);
  expect([again.code, again.stderr]).toEqual([2, 'version 2.0 is published already\n']);
  await expect(publishing('2.0', path)).rejects.toThrow('version 2.0 is published already');
});

it.each([
  ['a file that is not there', () => ['3.0', join(folder, 'none.txt')], 'cannot read'],
  ['a file that is no text', () => ['3.0', file('binary', Buffer.from([0xff, 0xfe, 0x00]))], 'UTF-8'],
  ['an empty text', () => ['3.0', file('empty', ' \n')], 'text'],
  ['a name with spaces', () => ['3 0', file('3.txt', '三')], 'version'],
  ['a date that has passed', () => ['3.0', file('3.txt', '三'), '2020-01-01'], 'lies ahead'],
  ['a date that is none', () => ['3.0', file('3.txt', '三'), 'soon'], 'signBy'],
])('refuses %s', async (_, args, told) => {
  const [version = '', path = '', signBy] = args();
  const refused = publishing(version, path, signBy);
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(told);
  expect((await currentAgreement(database.db)).version).toBe('2.0');
});
