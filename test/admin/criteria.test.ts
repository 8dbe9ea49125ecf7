import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishCriteriaFromFile } from '../../admin/criteria';
import { UsageError } from '../../admin/input';
import { listAudit } from '../../db/case/queries';
import { firstRow, run } from '../../db/connection';
import { criteriaOfSet, newestCriteria, versionOfSet } from '../../db/review/criteria';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { runAdmin, type Ended } from './run-admin';

interface Criterion {
  zh: string;
  en: string;
  fields: string[];
}

let database: TestDatabase;
let folder: string;
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const saas = ['--kind', 'product', '--delivery-type', 'saas'];
const criteria = (...args: string[]): Promise<Ended> =>
  runAdmin(['criteria', ...args], { env: { DATABASE_URL: database.url } });
const inForce = (kind: 'shop' | 'product', deliveryType: string | null) =>
  newestCriteria(database.db, { kind, deliveryType });

beforeAll(async () => {
  database = await cloneDatabase();
  folder = mkdtempSync(join(tmpdir(), 'mallflow-criteria-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await database.drop();
});

it.each<[string, Readonly<Record<number, readonly string[]>>]>([
  ['manual', { 3: ['/specs', '/requirementTemplate'], 4: ['/requirementTemplate'] }],
  ['saas', { 3: ['/specs'] }],
  [
    'image',
    {
      ...{ 1: ['/cases'], 3: ['/cases', '/industries', '/softwareTags', '/regions', '/version'] },
      ...{ 4: ['/cases', '/regions'], 5: ['/cases', '/qualificationIds'], 12: ['/qualificationIds', '/cases'] },
    },
  ],
])('at first, what buyers read of %s is asked of everywhere it stands', async (deliveryType, expected) => {
  const found = await criteriaOfSet(database.db, await inForce('product', deliveryType));
  expect(found.map(({ number }) => number)).toEqual(found.map((_, at) => at + 1));
  for (const [number, fields] of Object.entries(expected)) {
    const asked = found[Number(number) - 1]?.fields ?? [];
    expect(asked).toEqual(expect.arrayContaining([...fields]));
    expect(new Set(asked).size).toBe(asked.length);
  }
});

it('publishes what was shown and changed as the next version; what stands is kept, and told once', async () => {
  const before = await inForce('product', 'saas');
  const shown = await criteria('show', ...saas);
  expect([shown.code, shown.stderr]).toEqual([0, '']);
  const all = JSON.parse(shown.stdout) as Criterion[];
  expect(all).toEqual((await criteriaOfSet(database.db, before)).map(({ number: _, ...criterion }) => criterion));
  const same = { kind: 'product', deliveryType: 'saas', file: file('same.json', shown.stdout) };
  await expect(publishCriteriaFromFile(database.owner, same)).rejects.toThrow('the newest version says the same');

  const changed = [...all, { zh: '试用期限写明', en: 'It says how long one may try', fields: ['/trialDays'] }];
  const ended = await criteria('publish', ...saas, '--file', file('2.json', JSON.stringify(changed)));
  expect([ended.code, ended.stderr, JSON.parse(ended.stdout)]).toEqual([
    0,
    '',
    { kind: 'product', deliveryType: 'saas', version: 3 },
  ]);
  const after = await inForce('product', 'saas');
  expect(await versionOfSet(database.db, after ?? '')).toBe(3);
  expect(await criteriaOfSet(database.db, after)).toEqual(changed.map((one, index) => ({ number: index + 1, ...one })));
  expect(await criteriaOfSet(database.db, before)).toHaveLength(all.length);
  for (const [other, version] of [
    ['manual', 2],
    ['image', 2],
    ['api', 1],
  ] as const)
    expect(await versionOfSet(database.db, (await inForce('product', other)) ?? '')).toBe(version);
  const audit = await listAudit(database.db, { actor: null, subjectId: 'product:saas:3' }, { limit: 5, after: null });
  expect(audit.items).toMatchObject([{ action: 'criteria.publish', actor: 'admin-cli' }]);
});

it('gives two that publish at once a version each', async () => {
  const publish = (n: number) =>
    publishCriteriaFromFile(database.owner, {
      kind: 'shop',
      file: file(
        `${n}.json`,
        JSON.stringify([{ zh: `第${n}条`, en: `number ${n}`, fields: ['/name', '/service/qq'] }]),
      ),
    });
  const told = await Promise.all([publish(1), publish(2)]);
  expect(told.map(({ version }) => version).sort()).toEqual([2, 3]);
});

it('is not for the product’s own role', async () => {
  const add = `insert into review_criteria_sets (id, kind, version) values ('crs_1', 'shop', 99)`;
  await expect(run(database.db, add)).rejects.toThrow('permission denied');
});

const one = (changed: Partial<Record<keyof Criterion, unknown>>): string =>
  JSON.stringify([{ zh: '名称属实', en: 'The name is true', fields: ['/name'], ...changed }]);

it.each([
  ['a file that is not there', 'shop', undefined, null, 'cannot read'],
  ['no JSON', 'shop', undefined, '- one', 'expected JSON'],
  ['an empty list', 'shop', undefined, '[]', 'criteria: '],
  ['a criterion without a text', 'shop', undefined, one({ en: ' ' }), 'criteria.0.en: '],
  ['a criterion about nothing', 'shop', undefined, one({ fields: [] }), 'criteria.0.fields: '],
  ['a field that shops do not have', 'shop', undefined, one({ fields: ['/name', '/specs'] }), 'criteria.0.fields.1: '],
  ['a field of another delivery type', 'product', 'api', one({ fields: ['/trialDays'] }), 'criteria.0.fields.0: '],
  ['what is no JSON Pointer', 'shop', undefined, one({ fields: ['name'] }), 'criteria.0.fields.0: '],
  ['a product without its delivery type', 'product', undefined, one({}), 'deliveryType: one of manual'],
  ['a shop with a delivery type', 'shop', 'saas', one({}), 'deliveryType: for products alone'],
  ['another kind', 'company_information', undefined, one({}), 'kind: '],
])('refuses %s', async (_, kind, deliveryType, content, told) => {
  const path = content === null ? join(folder, 'none.json') : file('refused.json', content);
  const sets = async () => firstRow(database.db, 'select count(*) as sets from review_criteria_sets');
  const before = await sets();
  const refused = publishCriteriaFromFile(database.owner, {
    ...{ kind, file: path },
    ...(deliveryType === undefined ? {} : { deliveryType }),
  });
  await expect(refused).rejects.toThrow(UsageError);
  await expect(refused).rejects.toThrow(told);
  expect(await sets()).toEqual(before);
});

it('shows nothing of a kind that has none', async () => {
  const shown = await criteria('show', '--kind', 'product');
  expect([shown.code, shown.stderr]).toEqual([2, expect.stringContaining('--delivery-type')]);
});
