import { lostStateCase } from '../cases/recovery';
import { restoreCase, restored } from '../cases/restore';
import { expectEverythingSound } from '../invariants';
import { Strikes } from '../strikes';
import { startWorld, type World } from '../world';

/** Each store lost or restored from before, in the middle of many orders. */
let world: World;
const strikes = new Strikes();
const here = (): World => world;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(async () => {
  process.stderr.write(strikes.summary());
  await world.stop();
});

afterEach(async () => {
  await world.restore();
  await expectEverythingSound(world);
});

lostStateCase(here, strikes);
for (const which of restored) restoreCase(here, strikes, { which, orders: 12 });
