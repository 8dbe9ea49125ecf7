import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseEnvironment } from '../../config/env';

const root = join(__dirname, '..', '..');
const operations = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
const source = readFileSync(join(root, 'config', 'env.ts'), 'utf8');
const all = readdirSync(join(root, 'config'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'config', file), 'utf8'))
  .join('\n');

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

/** Of env.ts, and of the files whose variables it takes in, in its order. */
function declared(): string[] {
  const taken = [...source.matchAll(/^ {2}\.\.\.(\w+Variables),$/gm)].map((match) => match[1] ?? '');
  return ['variables', ...taken].flatMap((block) => {
    const [, lines = ''] = new RegExp(`const ${block} = \\{\\n([\\s\\S]*?)\\n\\} as const`).exec(all) ?? [];
    return [...lines.matchAll(/^ {2}([A-Z0-9_]+):/gm)].map((match) => match[1] ?? '');
  });
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
        const given = name.endsWith('_SECONDS') && typeof value === 'number' ? value / 1_000 : value;
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
