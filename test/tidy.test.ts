import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { tableOwners } from './table-owners';

const root = join(__dirname, '..');
const product = [
  'activities',
  'admin',
  'api',
  'config',
  'db',
  'domain',
  'migrations',
  'providers',
  'temporal',
  'runs',
  'worker',
  'workflows',
];
const beside = ['bench', 'deploy', 'emulator', 'scripts', 'test'];

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

const text = (file: string): string => readFileSync(join(root, file), 'utf8');
const isCode = (file: string): boolean => /\.(?:ts|js|mjs)$/.test(file);
const productCode = product.flatMap(filesBelow).filter(isCode);
const allCode = [...product, ...beside].flatMap(filesBelow).filter(isCode);
const migrations = filesBelow('migrations').filter(isCode);
const tables = migrations.flatMap((file) => [...text(file).matchAll(/create table (\w+)/g)].map((match) => match[1]!));

describe('one writer per table', () => {
  const writes = productCode
    .filter((file) => !file.startsWith('migrations/'))
    .flatMap((file) =>
      [
        ...text(file).matchAll(
          /\b(?:insert\s+into|update|delete\s+from|truncate(?:\s+table)?|merge\s+into)\s+"?(\w+)/gi,
        ),
      ]
        .filter((match) => tables.includes(match[1]!))
        .map((match) => ({ file, table: match[1]! })),
    );

  it('and every table has one', () => {
    expect([...tables].sort()).toEqual(Object.keys(tableOwners).sort());
    const written = new Set(writes.map(({ table }) => table));
    const unwritten = Object.entries(tableOwners).filter(([table, owners]) => owners.length > 0 !== written.has(table));
    expect(unwritten).toEqual([]);
  });

  it('which is the repository of its aggregate', () => {
    const elsewhere = writes.filter(
      ({ file, table }) => !tableOwners[table]?.some((owner) => file === `db/${owner}.ts`),
    );
    expect(elsewhere).toEqual([]);
    const written = writes.map(({ file, table }) => `${table} ${file}`);
    const claimed = Object.entries(tableOwners).flatMap(([table, files]) =>
      files.map((file) => `${table} db/${file}.ts`),
    );
    expect(claimed.filter((claim) => !written.includes(claim))).toEqual([]);
  });

  it('and SQL is text: the query builder would escape this test', () => {
    const built = productCode.filter((file) => /\b(?:db|trx|knex)(?:<[^>]*>)?\(\s*['"`]/.test(text(file)));
    expect(built).toEqual([]);
  });
});

describe('migrations', () => {
  it.each(migrations)('%s grants what it creates, and can be taken back', (file) => {
    const content = text(file);
    expect(file).toMatch(/^migrations\/\d{14}_[a-z]+(?:_[a-z]+)+\.ts$/);
    expect(content).toMatch(/export async function down\(knex: Knex\)/);
    const granted = [...content.matchAll(/grant [\w, ()]+ on ([\w, ]+) to mallflow_app/g)].flatMap((match) =>
      match[1]!.split(',').map((table) => table.trim()),
    );
    const created = [...content.matchAll(/create table (\w+)/g)].map((match) => match[1]!);
    expect(created.filter((table) => !granted.includes(table))).toEqual([]);
  });

  it('give nobody more than inserting into what is written once', () => {
    const generous = migrations.flatMap((file) =>
      [...text(file).matchAll(/grant ([\w, ]+) on ([\w, ]+) to mallflow_app/g)].filter(
        ([, rights, on]) =>
          /update|delete|truncate|all/.test(rights!) && /ledger_journals|ledger_lines|case_events|audit_log/.test(on!),
      ),
    );
    expect(generous).toEqual([]);
  });
});

describe('workflows', () => {
  const workflows = filesBelow('workflows').filter((file) => file.endsWith('/workflow.ts'));

  it('are all in the bundle’s only entry, under the name their contract starts them by', () => {
    const exported = [...text('workflows/index.ts').matchAll(/export \{ (\w+) \} from '\.\/([\w-]+)\/workflow'/g)];
    expect(exported.map(([, , folder]) => `workflows/${folder!}/workflow.ts`).sort()).toEqual([...workflows].sort());
    for (const [, name, folder] of exported) {
      expect(text(`workflows/${folder!}/contract.ts`)).toContain(`WorkflowName = '${name!}'`);
      expect(text(`workflows/${folder!}/workflow.ts`)).toContain(`export async function ${name!}(`);
    }
  });
});

describe('tests', () => {
  const tests = filesBelow('test').filter((file) => file.endsWith('.test.ts'));

  it('are neither skipped nor focused', () => {
    const left =
      /\b(?:describe|it|test)\.(?:only|skip|todo|failing|concurrent)\b|\b(?:fdescribe|fit|xdescribe|xit|xtest)\(/;
    expect(tests.filter((file) => left.test(text(file)))).toEqual([]);
  });

  it('are not tried again until they pass', () => {
    expect(tests.filter((file) => /retryTimes\s*\(/.test(text(file)))).toEqual([]);
  });

  it('expect something', () => {
    expect(tests.filter((file) => !text(file).includes('expect'))).toEqual([]);
  });
});

describe('files', () => {
  it('have at most 300 lines', () => {
    const long = allCode.map((file) => ({ file, lines: text(file).split('\n').length - 1 }));
    expect(long.filter(({ lines }) => lines > 300)).toEqual([]);
  });

  it('are named in kebab-case, in folders that say what they are about', () => {
    const named = allCode.filter((file) => !file.startsWith('migrations/'));
    expect(named.filter((file) => !/^(?:[a-z0-9.-]+\/)*[a-z0-9.-]+$/.test(file))).toEqual([]);
    expect(allCode.filter((file) => /(?:^|\/)(?:utils?|helpers?|common|misc)(?:\/|\.|$)/.test(file))).toEqual([]);
  });

  it('hold no barrel but the bundle’s entry', () => {
    expect(allCode.filter((file) => /^index\.(?:ts|js)$/.test(basename(file)))).toEqual(['workflows/index.ts']);
  });

  it('leave nothing for later', () => {
    const later = new RegExp(`\\b(?:${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
    expect(allCode.filter((file) => later.test(text(file)))).toEqual([]);
  });
});

describe('scripts', () => {
  const scripts = readdirSync(join(root, 'scripts')).filter((name) => name.endsWith('.js'));

  it.each(scripts)('%s is checked by the compiler and says what it is for', (name) => {
    expect(text(`scripts/${name}`)).toMatch(/^(?:#!.*\n)?\/\/ @ts-check\n'use strict';\n\n\/\*\*(?: |\n \* )\w/);
  });

  it('of npm are all explained somewhere', () => {
    const { scripts: commands } = JSON.parse(text('package.json')) as { scripts: Record<string, string> };
    const pages = ['README.md', 'CONTRIBUTING.md', ...filesBelow('docs').filter((file) => file.endsWith('.md'))];
    const words = pages.map(text).join('\n');
    const explained = (name: string) =>
      new RegExp(`npm (?:run )?${name}(?![\\w:-])`).test(words) || words.includes(`\`${name}\``);
    const partOfAnother = (name: string) =>
      Object.values(commands).some((command) => command.includes(`npm run ${name}`));
    expect(Object.keys(commands).filter((name) => !explained(name) && !partOfAnother(name))).toEqual([]);
  });
});

describe('dependencies', () => {
  it('of the engine are all of one version', () => {
    const { packages } = JSON.parse(text('package-lock.json')) as { packages: Record<string, { version?: string }> };
    const versions = Object.entries(packages)
      .filter(([path]) => /node_modules\/@temporalio\/[\w-]+$/.test(path) && !path.includes('nyc'))
      .map(([, { version }]) => version);
    expect(versions.length).toBeGreaterThan(5);
    expect(new Set(versions).size).toBe(1);
  });
});
