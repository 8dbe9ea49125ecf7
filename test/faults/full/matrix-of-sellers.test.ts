import { cuts, isSellers, killCases, kills } from '../cases/kills';
import { expectEverythingSound } from '../invariants';
import { Strikes } from '../strikes';
import { startWorld, type World } from '../world';

/** Every process and every wire × every step of a seller's way in × before and after its effect. */
let world: World;
const strikes = new Strikes();

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  process.stderr.write(strikes.summary());
  await expectEverythingSound(world);
  await world.stop();
});

killCases(() => world, strikes, [...kills, ...cuts], isSellers);
