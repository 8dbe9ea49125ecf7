// @ts-check
'use strict';

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { rows } = require('../../dist/db/connection');
const { lazyClient, temporalTarget } = require('../../dist/temporal/connection');
const { allInFlight } = require('../load/in-flight');
const { started, inFlight } = require('./sellers-world');

/** @typedef {import('./sellers-world').SellersWorld} World */
/** @typedef {import('./sellers-world').Case} Case */

/**
 * One restart. Times in ms from the moment both were started again.
 * @typedef {object} Recovery
 * @property {number} worker until the worker had come up: what a machine of this load takes for that alone
 * @property {number} middle until a case from the middle had taken its next step
 * @property {Record<string, number>} answers to that step, by status
 * @property {number} sampled until all cases of the sample had taken theirs
 * @property {number} sample
 * @property {number} refused of the sample
 * @property {number} cases open, by the rows
 * @property {number} lost open by the rows, without a run
 * @property {number} stray runs without an open case
 * @property {number} counted when rows and runs agreed, or were given up on
 */

/** A step that takes longer than this has not come back. */
const patienceMs = 180_000;

/**
 * Worker and Temporal are killed at once and started again, neither waiting for the other, while API and Postgres stay;
 * sellers go on as soon as they are answered.
 * @param {World} world
 * @param {{ sample: number, restartsLeft: number, say: (line: string) => void }} size
 * @returns {Promise<Recovery>}
 */
async function recover(world, { sample, restartsLeft, say }) {
  const { installation } = world;
  const middle = takeMiddle(world.waiting);
  // Each restart takes waiting cases: what is there must do for all of them.
  const wanted = Math.min(sample, 2 * Math.floor((world.waiting.length + 1 - restartsLeft) / restartsLeft));
  // What a seller reads off its account was there before.
  const sum = await world.sumOf(middle);
  const steps = [
    ...scattered(world.waiting, wanted / 2).map((at) => () => world.tellSum(at)),
    ...scattered(world.entered, wanted / 2).map((at) => () => world.verify(at)),
  ];
  await Promise.all(['worker', 'temporal'].map((name) => installation.parts.get(name)?.kill9()));
  const [startedAt, wallAt] = [performance.now(), Date.now()];
  const since = () => Math.round(performance.now() - startedAt);
  const server = installation.startTemporal().then(() => say(`  Temporal is ready after ${String(since())} ms`));
  installation.startWorker();
  const others = takeAll(steps, startedAt);
  const { ms, answers } = await untilTaken(world, middle, { sum, since });
  say(`  a case from the middle went on after ${String(ms)} ms; answers by status ${JSON.stringify(answers)}`);
  const taken = await others;
  await server;
  say(
    `  ${String(taken.sample - taken.refused)} of ${String(taken.sample)} others went on within ${String(taken.sampled)} ms`,
  );
  const worker = workingSince(installation.dir) - wallAt;
  return { worker, middle: ms, answers, ...taken, ...(await compare(world, since)) };
}

/** When the worker last said that it works. @param {string} dir of its log */
function workingSince(dir) {
  const lines = fs.readFileSync(path.join(dir, 'worker.log'), 'utf8').split('\n');
  return Number(/"time":(\d+)/.exec(lines.findLast((line) => line.includes('"msg":"working"')) ?? '')?.[1] ?? NaN);
}

/** @param {Case[]} cases */
function takeMiddle(cases) {
  const [middle] = cases.splice(Math.floor(cases.length / 2), 1);
  if (middle === undefined) throw new Error('no case waits any more: open more of them');
  return middle;
}

/** Taken out of the list evenly, from its first to its last. @param {Case[]} cases @param {number} count */
function scattered(cases, count) {
  const every = Math.max(1, Math.floor(cases.length / count));
  const chosen = cases.filter((_, n) => n % every === 0).slice(0, count);
  const left = cases.filter((at) => !chosen.includes(at));
  cases.splice(0, cases.length, ...left);
  return chosen;
}

/** @param {World} world @param {Case} at @param {{ sum: string, since: () => number }} how */
async function untilTaken(world, at, { sum, since }) {
  const path = `/v1/sellers/${at.sellerId}/verification/transfer-amount`;
  const call = { path, token: at.token, key: randomUUID(), body: sum };
  /** @type {Record<string, number>} */
  const answers = {};
  for (;;) {
    const { status } = await started(world.http)
      .send(call)
      .catch(() => ({ status: 0 }));
    answers[String(status)] = (answers[String(status)] ?? 0) + 1;
    if (status === 200) return { ms: since(), answers };
    if (since() > patienceMs) throw new Error(`no answer after a restart: ${JSON.stringify(answers)}`);
    await delay(25);
  }
}

/** @param {readonly (() => Promise<unknown>)[]} sample @param {number} startedAt */
async function takeAll(sample, startedAt) {
  let refused = 0;
  await allInFlight(sample, Array.from({ length: inFlight / 2 }), (take) => take().catch(() => (refused += 1)));
  return { sample: sample.length, refused, sampled: Math.round(performance.now() - startedAt) };
}

/**
 * Every open case has its run, and every run its case. What lists of the engine show comes a moment after the runs.
 * @param {World} world
 * @param {() => number} since
 */
async function compare(world, since) {
  const client = lazyClient(temporalTarget({ TEMPORAL_ADDRESS: world.installation.temporalAddress }));
  const query = `WorkflowType = 'sellerOnboarding' and ExecutionStatus = 'Running'`;
  const deadline = Date.now() + 60_000;
  for (;;) {
    const open = /** @type {{ id: string }[]} */ (
      await rows(
        started(world.db),
        `select workflow_id as id from process_cases where kind = 'seller_onboarding' and state = 'open'`,
      )
    );
    const runs = new Set();
    for await (const { workflowId } of client.workflow.list({ query, pageSize: 1_000 })) runs.add(workflowId);
    const lost = open.filter(({ id }) => !runs.has(id)).length;
    const stray = runs.size - (open.length - lost);
    const found = { cases: open.length, lost, stray, counted: since() };
    if ((lost === 0 && stray === 0) || Date.now() > deadline) return found;
    await delay(500);
  }
}

module.exports = { recover };
