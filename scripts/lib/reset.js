// @ts-check
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const readline = require('node:readline/promises');
const { stopLeftover } = require('./server-process');

/** Where a killed start may have left a process: see start.js. */
const RECORDS = ['api', 'worker', 'emulator']
  .map((name) => `run/${name}.json`)
  .concat('temporal/server.json', 'postgres/server.json');

const STEPS = /** @type {import('./server-process').StopSteps} */ ([
  { signal: 'SIGTERM', waitMs: 2_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
]);

/**
 * Deletes what is in the data folder, after asking. The caller holds the folder's claim, so nothing of ours that is
 * alive uses it; what a killed start has left behind is ended first.
 * @param {{ dataDir: string, yes: boolean, ask: ((question: string) => Promise<string>) | undefined }} options ask:
 *   undefined when there is nobody to ask
 * @returns {Promise<void>}
 */
async function resetData({ dataDir, yes, ask }) {
  if (!yes) {
    if (!ask) {
      throw new Error(
        `--reset deletes all data in ${dataDir}, and there is no terminal to ask on. If that is meant: npm start -- --reset --yes`,
      );
    }
    const answer = await ask(`This deletes all data in ${dataDir}. Type "yes" to go on: `);
    if (answer.trim().toLowerCase() !== 'yes') throw new Error('Nothing was deleted.');
  }
  for (const record of RECORDS) await stopLeftover(path.join(dataDir, record), STEPS);
  for (const name of fs.readdirSync(dataDir)) {
    if (name !== 'in-use.json') fs.rmSync(path.join(dataDir, name), { recursive: true, force: true });
  }
}

/**
 * Asks on the terminal, when there is one.
 * @returns {((question: string) => Promise<string>) | undefined}
 */
function terminalQuestion() {
  if (!process.stdin.isTTY) return undefined;
  return async (question) => {
    const lines = readline.createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  };
}

module.exports = { resetData, terminalQuestion };
