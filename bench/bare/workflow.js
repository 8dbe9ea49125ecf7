// @ts-check
'use strict';

const wf = require('@temporalio/workflow');

/**
 * The floor of a purchase: what any workflow of this shape costs on this server, before it does anything. Three messages, four
 * activities that do nothing, and a purchase's two clocks, written as plainly as the SDK allows.
 * @typedef {object} BareInput
 * @property {boolean} local local activities instead of normal ones
 * @property {number} payWithinMs
 * @property {number} detailOpenForMs
 */

/** @typedef {typeof import('./activities')} BareActivities */

const opened = wf.defineUpdate('opened');
const pay = wf.defineUpdate('pay');
const close = wf.defineUpdate('close');
const confirm = wf.defineUpdate('confirm');

/** @param {BareInput} input */
async function bare({ local, payWithinMs, detailOpenForMs }) {
  /** @type {BareActivities} */
  const acts = local
    ? wf.proxyLocalActivities({ scheduleToCloseTimeout: 2_000 })
    : wf.proxyActivities({ startToCloseTimeout: 10_000 });
  /** @type {'new' | 'open' | 'stocked' | 'closed'} */
  let state = 'new';
  wf.setHandler(opened, () => wf.condition(() => state !== 'new'));
  wf.setHandler(pay, async () => {
    await acts.pay();
    await acts.stock();
    state = 'stocked';
  });
  wf.setHandler(close, async () => {
    await acts.close();
    state = 'closed';
  });

  await acts.open();
  state = 'open';
  await wf.condition(() => state !== 'open', payWithinMs);
  await wf.condition(() => state !== 'stocked', detailOpenForMs);
  await wf.condition(wf.allHandlersFinished);
}

/**
 * The floor of an allocation: two messages, two local activities that do nothing, one clock.
 * @param {{ confirmWithinMs: number }} input
 */
async function bareAllocation({ confirmWithinMs }) {
  /** @type {BareActivities} */
  const acts = wf.proxyLocalActivities({ scheduleToCloseTimeout: 2_000 });
  /** @type {'new' | 'proposed' | 'confirmed'} */
  let state = 'new';
  wf.setHandler(opened, () => wf.condition(() => state !== 'new'));
  wf.setHandler(confirm, async () => {
    await acts.confirm();
    state = 'confirmed';
  });

  await acts.open();
  state = 'proposed';
  await wf.condition(() => state !== 'proposed', confirmWithinMs);
  await wf.condition(wf.allHandlersFinished);
}

module.exports = { bare, bareAllocation };
