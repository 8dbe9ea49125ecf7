import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnvironment } from '../../config/env';

const root = join(__dirname, '..', '..');
const operations = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
const source = readFileSync(join(root, 'config', 'env.ts'), 'utf8');
const wechatPaySource = readFileSync(join(root, 'config', 'wechat-pay.ts'), 'utf8');
const outsideSource = readFileSync(join(root, 'config', 'outside.ts'), 'utf8');

/** The cells of the table behind `<!-- mark -->`, without its head. */
function table(mark: string): string[][] {
  const [, rest = ''] = operations.split(`<!-- ${mark} -->`);
  const lines = rest
    .trimStart()
    .split('\n\n')[0]
    ?.split('\n')
    .filter((line) => line.startsWith('|'));
  return (lines ?? []).slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Names in backticks. */
function names(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([A-Z0-9_]+)`/g)].map((match) => match[1] ?? '');
}

function declared(): string[] {
  const blocks = [
    /const variables = \{\n([\s\S]*?)\n\} as const/.exec(source),
    /const wechatPayVariables = \{\n([\s\S]*?)\n\} as const/.exec(wechatPaySource),
    /const outsideVariables = \{\n([\s\S]*?)\n\} as const/.exec(outsideSource),
  ];
  return blocks.flatMap((block) =>
    [...(block?.[1] ?? '').matchAll(/^ {2}([A-Z0-9_]+):/gm)].map((match) => match[1] ?? ''),
  );
}

describe('the configuration in docs/operations.md', () => {
  const rows = table('configuration');

  it('has a row for each variable that config/ knows, and for no other', () => {
    expect(declared().length).toBeGreaterThan(20);
    expect(rows.flatMap(([name]) => names(name))).toEqual(declared());
  });

  it('tells the defaults that apply', () => {
    const defaults: Readonly<Record<string, string | number | boolean | undefined>> = parseEnvironment({});
    const told = rows.map(([name = '', text = '']) => [names(name)[0], text]);
    expect(told).toEqual(
      declared().map((name) => {
        const value = defaults[name];
        // Durations are given in seconds and kept in milliseconds.
        const given = name.endsWith('_SECONDS') ? Number(value) / 1_000 : value;
        return [name, given === undefined ? '–' : `\`${String(given)}\``];
      }),
    );
  });

  it('names the variables that only scripts read', () => {
    const known = /scriptVariables = new Set\(\[(.*)\]\)/.exec(source)?.[1]?.match(/[A-Z_]{3,}/g);
    const told = table('script configuration').flatMap(([name]) => names(name));
    expect(told.filter((name) => name.startsWith('MALLFLOW_')).sort()).toEqual([...(known ?? [])].sort());
  });

  it('names only variables of Temporal that its configuration package reads', () => {
    const folder = dirname(require.resolve('@temporalio/envconfig'));
    const code = readdirSync(folder)
      .filter((file) => file.endsWith('.js'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    const told = table('temporal configuration').flatMap(([name]) => names(name));
    expect(told).toContain('TEMPORAL_ADDRESS');
    expect(told.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
  });
});
