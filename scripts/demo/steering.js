// @ts-check
'use strict';

const { Person, chapter, expectThat, tell } = require('./stage');

/**
 * @typedef {import('./stage').Json} Json
 */

const reason = '客户来电，已核实';

/**
 * What operators do all day: see whose turn it is, move a deadline, agree upon what cannot be undone.
 * @param {Person} manager
 */
async function steer(manager) {
  chapter('运营 – operators see and steer every case');
  const { person: operator, account } = await Person.signIn('operator@demo');
  const { items: stuck } = await operator.get('/v1/processes?stuck=true');
  const { items: lost } = await operator.get('/v1/processes?state=lost');
  tell(`${account['displayName']} looks: ${stuck.length} cases are stuck, ${lost.length} have lost their run`);

  const { items: benefits } = await manager.get('/v1/benefits?kind=coupon');
  const order = await manager.post('/v1/purchases', { benefitId: benefits[0].id, quantity: 1 }, 201);
  const path = `/v1/processes/${order['processId']}`;
  const commands = `${path}/commands`;
  const until = new Date(Date.now() + 2 * 3_600_000).toISOString();
  const extend = { command: 'extend_deadline', until, reason };
  await operator.refused('POST', commands, 400, 'VALIDATION_FAILED', { command: 'extend_deadline', until });
  const preview = await operator.post(commands, { ...extend, preview: true });
  expectThat('what would change', preview['changes'][0].to, until);
  const extended = await operator.post(commands, extend);
  expectThat('the deadline', extended['dueAt'], until);
  const last = /** @type {Json[]} */ (extended['timeline']).at(-1);
  tell(`An order's deadline is moved, previewed first and never without a reason: ${last?.['text']}`);
  await operator.post(commands, { command: 'cancel', reason });
  tell('And cancelled, by a name and with a reason');
}

/**
 * A review decided in place of its reviewer: two operators, or nobody.
 * @param {string} processId of the review
 */
async function decideTogether(processId) {
  const { person: operator } = await Person.signIn('operator@demo');
  const { person: second, account } = await Person.signIn('operator2@demo');
  const forced = { command: 'force_decision', outcome: 'approve', verdicts: [], reason };
  const { approvalId } = await operator.post(`/v1/processes/${processId}/commands`, forced, 202);
  const confirm = `/v1/approvals/${approvalId}/confirm`;
  await operator.refused('POST', confirm, 409, 'SECOND_OPERATOR_NEEDED');
  await second.post(confirm);
  const { timeline } = await second.get(`/v1/processes/${processId}`);
  const last = /** @type {Json[]} */ (timeline).at(-1);
  tell(`Deciding in a reviewer's place takes two operators; ${account['displayName']} confirms: ${last?.['text']}`);
}

module.exports = { decideTogether, steer };
