import { cuts, isSellers, killCases, kills } from '../cases/kills';
import { expectEverythingSound } from '../invariants';
import { Strikes } from '../strikes';
import { startWorld, type World } from '../world';

/** Every process and every wire × every step of a seller's way in × before and after its effect. */
let world: World;
const strikes = new Strikes();

beforeAll(async () => {
  // So many steps take a while to stand where they are struck: nobody is to be told of the first before that.
  world = await startWorld({ settings: { MALLFLOW_ACCEPT_MS: '15000' } });
});

afterAll(async () => {
  process.stderr.write(strikes.summary());
  await expectEverythingSound(world).finally(() => world.stop());
});

killCases(() => world, strikes, [...kills, ...cuts], isSellers);
