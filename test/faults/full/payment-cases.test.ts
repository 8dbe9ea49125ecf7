import { closingCases, creationCases, outageCase, randomCase, surplusCases } from '../cases/payments';
import { expectEverythingSound } from '../invariants';
import { Strikes } from '../strikes';
import { startWorld, type World } from '../world';

/** What payments must survive, case by case, and forty of them at random. */
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

describe('each by itself:', () => {
  afterEach(async () => {
    await world.restore();
    await expectEverythingSound(world);
  });

  creationCases(here, strikes);
  outageCase(here, strikes);
  closingCases(here, strikes);
  surplusCases(here, strikes);
  randomCase(here, strikes);
});
