// @ts-check
'use strict';

/**
 * npm run test:rules: takes away each rule tagged in the source, one at a time and in copies of the checkout, and runs
 * the tests that must notice. Ends with exit code 1 when any rule could go without a test failing.
 *
 *   npm run test:rules                                         all of them
 *   npm run test:rules -- --only '^hold|short' --lanes 1   those whose names match, one by one
 */

const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { build } = require('./lib/dependencies');
const { Lane } = require('./lib/rule-lane');
const { loadRules } = require('./lib/rule-table');
const { stage } = require('./lib/stages');

/** @typedef {import('./lib/rule-table').Rule} Rule */
/** @typedef {import('./lib/rule-lane').Trial} Trial */

const root = path.resolve(__dirname, '..');
const soundWithinMs = 420_000;

/** @type {Lane[]} */
const lanes = [];
let stopping = false;

/**
 * With all rules in place every test must pass, else a failure later on would prove nothing; and every rule must have
 * a test that runs.
 * @param {Lane} lane
 * @param {Rule[]} rules
 */
async function checkSound(lane, rules) {
  const files = [...new Set(rules.flatMap(({ tests }) => tests))];
  const { report, output } = await lane.runTests(files, { timeoutMs: soundWithinMs });
  if (report === undefined) throw new Error(`the tests could not be run: ${output.slice(-2_000)}`);
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  if (failed.length > 0 || results.length === 0)
    throw new Error(`tests fail with every rule in place:\n${failed.join('\n')}`);
  for (const { rule, named } of rules) {
    const pattern = new RegExp(named ?? '', 'i');
    if (!results.some(({ fullName }) => pattern.test(fullName))) throw new Error(`${rule}: no test is named ${named}`);
  }
  return `${results.length} tests of ${files.length} files`;
}

/**
 * @param {Rule[]} rules
 * @returns {Promise<Map<Rule, Trial>>}
 */
async function tryAll(rules) {
  // Migrations last: each of them needs a template database of its own.
  const queue = [...rules].sort(
    (a, b) => Number(a.file.startsWith('migrations/')) - Number(b.file.startsWith('migrations/')),
  );
  const trials = new Map();
  const work = async (/** @type {Lane} */ lane) => {
    for (let rule = queue.shift(); rule !== undefined && !stopping; rule = queue.shift()) {
      const startedAt = Date.now();
      const trial = await lane.try(rule);
      trials.set(rule, trial);
      const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(5);
      console.log(`  ${trial.verdict.padEnd(8)} ${seconds} s  ${rule.rule.padEnd(36)} ${firstLine(trial.detail)}`);
    }
  };
  await Promise.all(lanes.map(work));
  return trials;
}

/** @param {string} text */
const firstLine = (text) => (text.trim().split('\n')[0] ?? '').slice(0, 110);

async function stop() {
  stopping = true;
  await Promise.all(lanes.map((lane) => lane.stop().catch(() => undefined)));
}

async function main() {
  const { values } = parseArgs({ options: { only: { type: 'string' }, lanes: { type: 'string', default: '2' } } });
  const { rules: all, faults } = loadRules(root);
  if (faults.length > 0) throw new Error(`The table of rules and the tags in the source differ:\n${faults.join('\n')}`);
  const rules = all.filter(({ rule }) => values.only === undefined || new RegExp(values.only).test(rule));
  if (rules.length === 0) throw new Error(`no rule is named like ${values.only}`);

  const dir = mkdtempSync(path.join(tmpdir(), 'mallflow-rules-'));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.once(
      signal,
      () => void stop().then(() => (rmSync(dir, { recursive: true, force: true }), process.exit(1))),
    );
  try {
    await stage('Build', () => build(root));
    for (let n = 0; n < Math.min(Number(values.lanes), rules.length); n += 1)
      lanes.push(new Lane(root, path.join(dir, `lane-${n}`)));
    await stage('Lanes', () => Promise.all(lanes.map((lane) => lane.start())), { note: () => `${lanes.length}` });
    const [first] = lanes;
    if (first !== undefined) await stage('All in place', () => checkSound(first, rules), { note: (said) => said });
    const trials = await tryAll(rules);
    if (!stopping) report(rules, trials);
  } finally {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * @param {Rule[]} rules
 * @param {Map<Rule, Trial>} trials
 */
function report(rules, trials) {
  const of = (/** @type {string} */ verdict) => rules.filter((rule) => trials.get(rule)?.verdict === verdict);
  for (const rule of of('broken')) console.log(`\n${rule.rule} could not be tried:\n${trials.get(rule)?.detail}`);
  const survivors = of('survived').map(({ rule, file }) => `${rule} (${file})`);
  console.log(`\n${of('killed').length} of ${rules.length} rules are guarded by a test.`);
  if (survivors.length > 0) console.log(`No test noticed that these were gone:\n  ${survivors.join('\n  ')}`);
  if (of('killed').length < rules.length) process.exitCode = 1;
}

main().catch((error) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
