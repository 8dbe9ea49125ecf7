// @ts-check
'use strict';

const { allInFlight } = require('../load/in-flight');
const { openSender } = require('../load/sender');
const { steadily } = require('../load/steady');
const { numberOf, openWorld, until } = require('./payments-world');
const { table } = require('./report');
const { quantile } = require('./statistics');

/** @typedef {import('./installation').Installation} Installation */
/** @typedef {import('./payments-world').World} World */
/** @typedef {{ paymentId: string, channelNumber: string }} Opened */

/**
 * Milliseconds of one payment, by the database's clock and this machine's, which are one: from the moment the buyer
 * pays; from the notification's row; of that, until its run had been told.
 * @typedef {{ paid: number, takenIn: number, told: number }} Span
 */
/** @typedef {{ alone: Span[], steady: Span[], offered: { perSecond: number, seconds: number }, asked: number, askedBefore: number }} Measured */

/** The purchase is stocked in the transaction that applies the notification; its time is taken right before the commit. */
const spans = `
  select payment_id as id, extract(epoch from received_at) * 1000 as received,
         extract(epoch from told_at - received_at) * 1000 as told,
         extract(epoch from applied_at - received_at) * 1000 as applied
    from payment_inbox i
   where payment_id = any(?::text[]) and event_type = 'TRANSACTION.SUCCESS'
     and exists (select from payments p join purchases u on u.id = p.subject_id
                  where p.id = i.payment_id and p.state = 'succeeded' and u.state = 'stocked')`;

const machineNow = () => performance.timeOrigin + performance.now();

/**
 * The whole product, as a buyer meets it: order and code over HTTP, then the emulated channel is paid and tells.
 * @param {Installation} installation
 * @param {{ alone: number, rate: number, seconds: number, say: (line: string) => void }} size
 * @returns {Promise<Measured>}
 */
async function measureStocked(installation, { alone, rate: perSecond, seconds, say }) {
  const world = await openWorld(installation);
  installation.startWorker();
  await installation.startApi();
  await installation.apiIsReady();
  const offered = { perSecond, seconds };
  // Until code is compiled and connections stand, every figure is that of a cold start.
  await payAtRate(world, await openOnline(world, 20), { perSecond: 5, seconds: 4 });
  say(`${String(alone)} one at a time …`);
  /** @type {Span[]} */
  const single = [];
  for (const one of await openOnline(world, alone))
    single.push(...(await payAtRate(world, [one], { perSecond: 1, seconds: 1 })));
  say(`${String(perSecond * seconds)} at ${String(perSecond)} a second …`);
  const steady = await payAtRate(world, await openOnline(world, perSecond * seconds), offered);
  // Money that a question found before the notification was acted on was not stocked by it.
  const askedBefore = await numberOf(
    world.db,
    `select count(*) from payment_inbox i join payments p on p.id = i.payment_id where p.settled_at < i.received_at`,
  );
  await world.db.destroy();
  return { alone: single, steady, offered, asked: alone + perSecond * seconds, askedBefore };
}

/** Purchases whose code is shown. @param {World} world @param {number} count @returns {Promise<Opened[]>} */
async function openOnline({ installation, benefitId, buyers }, count) {
  const { command } = openSender(installation.apiUrl);
  /** @type {Opened[]} */
  const opened = [];
  const numbers = Array.from({ length: count }, (_, n) => n);
  await allInFlight(numbers, Array.from({ length: 8 }), async (n) => {
    const token = buyers[n % buyers.length]?.token ?? '';
    const order = JSON.parse((await command('/v1/purchases', token, JSON.stringify({ benefitId, quantity: 1 }))).text);
    const paid = await command(`/v1/purchases/${String(order.id)}/pay`, token, '{"method":"wechat_native"}');
    const { id: paymentId, channelNumber, codeUrl } = JSON.parse(paid.text).payment;
    if (typeof codeUrl !== 'string') throw new Error(`no code is shown: ${paid.text}`);
    opened.push({ paymentId, channelNumber });
  });
  return opened;
}

/**
 * @param {World} world
 * @param {readonly Opened[]} opened
 * @param {{ perSecond: number, seconds: number }} offered
 */
async function payAtRate({ db, outside }, opened, offered) {
  /** @type {Map<string, number>} */
  const paidAt = new Map();
  const failures = await steadily(offered, async (n) => {
    const { paymentId, channelNumber } = /** @type {Opened} */ (opened[n]);
    paidAt.set(paymentId, machineNow());
    return outside.control('POST', `/payments/${channelNumber}/pay`).then(
      () => undefined,
      (/** @type {unknown} */ error) => error,
    );
  });
  for (const failure of failures) if (failure !== undefined) throw failure;
  const ids = [...paidAt.keys()];
  /** @type {{ id: string, received: string, told: string, applied: string }[]} */
  let rows = [];
  await until('paid purchases to be stocked', 60_000, 20, async () => {
    rows = (await db.raw(spans, [ids])).rows;
    return rows.length === ids.length && rows.every(({ told, applied }) => told !== null && applied !== null);
  });
  return rows.map(({ id, received, told, applied }) => ({
    paid: Number(received) + Number(applied) - (paidAt.get(id) ?? NaN),
    takenIn: Number(applied),
    told: Number(told),
  }));
}

/** @param {Measured} measured */
function stockedTables({ alone, steady, offered }) {
  const rows = /** @type {const} */ ([
    ['one at a time', alone],
    [`${String(offered.perSecond)} a second for ${String(offered.seconds)} s`, steady],
  ]).flatMap(([when, all]) =>
    /** @type {const} */ ([
      ['notification taken in → stocked', 'takenIn'],
      ['  of which until its run was told', 'told'],
      ['buyer pays → stocked', 'paid'],
    ]).map(([what, span]) => {
      const ms = all.map((one) => one[span]);
      return [`${when}: ${what}`, ms.length, ...[0.5, 0.95, 0.99, 1].map((share) => quantile(ms, share))];
    }),
  );
  return table(
    'From a notification to the stocked purchase, ms',
    ['', 'payments', 'p50', 'p95', 'p99', 'longest'],
    rows,
  );
}

/** @param {Measured} measured @returns {import('./report').Target[]} */
function stockedTargets({ alone, steady, asked, askedBefore }) {
  const ms = steady.map(({ takenIn }) => takenIn);
  return [
    { what: 'stocked: paid and not stocked', value: asked - alone.length - steady.length, must: '<=', limit: 0 },
    { what: 'stocked: found by a question before', value: askedBefore, must: '<=', limit: asked / 100 },
    // Nobody who looks at a code notices a second; the channel's own way to us takes longer.
    { what: 'stocked: p99 at the steady rate, ms', value: quantile(ms, 0.99), must: '<=', limit: 1_000 },
  ];
}

module.exports = { measureStocked, stockedTables, stockedTargets };
