import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { NotificationRefused, type RawHeaders } from '../../../domain/ports/payment-channel';
import { createWechatPay } from '../../../providers/payments/wechat-pay/wechat-pay';
import { dice, mutations, type Message } from './mutations';
import { envelope, notification, paidTrade, refundDone, settingsFor } from './test-channel';

const seed = Number(process.env['MUTATION_SEED'] ?? 20_261_122);
const channel = createWechatPay(settingsFor('http://127.0.0.1:1'));

const originals: readonly Message[] = (['PUB_KEY_ID_1', 'PUB_KEY_ID_2'] as const).flatMap((serial) => [
  notification({ serial, eventType: 'TRANSACTION.SUCCESS', content: paidTrade }),
  notification({ serial, eventType: 'REFUND.SUCCESS', content: refundDone, associatedData: 'refund' }),
  notification({ serial, eventType: 'TRANSACTION.SUCCESS', content: { ...paidTrade, out_trade_no: 'att000002' } }),
]);

/** What becomes of it; anything else than a report or a NotificationRefused is thrown on. */
function outcome(headers: RawHeaders, body: Uint8Array): string {
  try {
    return `accepted ${channel.verifyNotification(headers, body).eventId}`;
  } catch (error) {
    if (error instanceof NotificationRefused) return error.fault;
    throw error;
  }
}

const same = (one: Message, other: Message): boolean =>
  Buffer.compare(one.body, other.body) === 0 && JSON.stringify(one.headers) === JSON.stringify(other.headers);

function heapAfterCollection(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

it(`of 10,000 altered notifications none is believed, none does harm (MUTATION_SEED=${seed})`, () => {
  const random = dice(seed);
  const seen = new Map<string, number>();
  let heapThen = 0;
  for (let count = 0; count < 10_000;) {
    const original = originals[random(originals.length)]!;
    const [name, mutate] = mutations[random(mutations.length)]!;
    const altered = mutate(original, random, originals);
    if (originals.some((one) => same(one, altered))) continue;
    const found = outcome(altered.headers, altered.body);
    if (found.startsWith('accepted')) throw new Error(`${name} was believed: ${found}`);
    seen.set(name, (seen.get(name) ?? 0) + 1);
    count += 1;
    if (count === 5_000) heapThen = heapAfterCollection();
  }
  const grown = heapAfterCollection() - heapThen;
  expect(originals.map(({ headers, body }) => outcome(headers, body)).every((text) => text.startsWith('acc'))).toBe(
    true,
  );
  // Each way of altering had its share.
  expect(Math.min(...mutations.map(([name]) => seen.get(name) ?? 0))).toBeGreaterThan(100);
  expect(grown).toBeLessThan(2_000_000);
});

it('what the channel itself signs may make no sense, and does no harm either', () => {
  const random = dice(seed);
  const whole = JSON.parse(originals[0]!.body.toString()) as Record<string, unknown>;
  const junk = [null, 0, -1, 1e308, '', 'x'.repeat(10_000), [], {}, true, '\u0000', [[[[[]]]]], { __proto__: null }];
  const names = [...Object.keys(whole), ...Object.keys(whole['resource'] as object).map((name) => `resource.${name}`)];
  const outcomes = new Set<string>();
  for (let count = 0; count < 300; count += 1) {
    const name = names[random(names.length)]!;
    const value = junk[random(junk.length)];
    const resource = whole['resource'] as Record<string, unknown>;
    const inner = name.startsWith('resource.');
    const content = inner
      ? { ...whole, resource: { ...resource, [name.slice('resource.'.length)]: value } }
      : { ...whole, [name]: value };
    const { headers, body } = envelope(content);
    outcomes.add(outcome(headers, body).split(' ')[0]!);
  }
  // What we do not read may be anything: then it still is the same event.
  expect([...outcomes].sort()).toEqual(['accepted', 'sealed', 'shape']);
});
