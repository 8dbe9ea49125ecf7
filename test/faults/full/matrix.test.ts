import { cuts, isSellers, killCases, kills } from '../cases/kills';
import { expectEverythingSound } from '../invariants';
import { Strikes } from '../strikes';
import { startWorld, type World } from '../world';

/** Every process and every wire × every step of the points mall × before and after its effect, several times over. */
let world: World;
const strikes = new Strikes();

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  process.stderr.write(strikes.summary());
  await expectEverythingSound(world).finally(() => world.stop());
});

describe.each([1, 2, 3])('time %i', () => {
  killCases(
    () => world,
    strikes,
    [...kills, ...cuts],
    (step) => !isSellers(step),
  );
});
