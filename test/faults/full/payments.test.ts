import { playPayments, told } from '../payments-at-random';
import { seed } from '../random';
import { Strikes } from '../strikes';
import { startWorld, type World } from '../world';

/** Two thousand payments under every fault of the channel, at random rates, while processes die: all books agree. */
let world: World;
const strikes = new Strikes();

beforeAll(async () => {
  // On a busy machine those who look after what is late would only add to what is to be done.
  const settings = { MALLFLOW_WATCHDOG_SECONDS: '3', MALLFLOW_PAYMENT_SWEEP_SECONDS: '10' };
  world = await startWorld({ settings, direct: true });
});

afterAll(async () => {
  process.stderr.write(strikes.summary());
  await world.stop();
});

it(
  `2,000 payments end as they should and both books are equal (seed ${seed})`,
  strikes.case(async (struck) => {
    const { body: me } = await world.manager.get('/v1/me');
    const topUp = { amountFen: 50_000_000, reason: 'for the load' };
    expect((await world.operator.post(`/v1/enterprises/${me.enterpriseId}/top-ups`, topUp)).status).toBe(201);
    // More buyers than two cores serve within a workflow task's time-out would only measure how long the engine backs off.
    const plan = { payments: 2_000, buyers: 8, seed, restMs: [5_000, 20_000] } as const;
    const played = await playPayments(world, plan);
    process.stderr.write(told(played, plan));
    const struckHits = played.hits.filter((underWay) => underWay > 0).length;
    expect(struckHits).toBeGreaterThan(played.hits.length / 2);
    struck(`${struckHits} kills met commands under way`);
  }),
  1_500_000,
);
