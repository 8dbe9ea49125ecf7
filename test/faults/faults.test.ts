import { absenceCases, slowCases, wireCases } from './cases/absences';
import { isQuick, killCases, quickKills } from './cases/kills';
import { balanceCase, crowdCases, raceCases } from './cases/races';
import { lostStateCase, terminatedCases } from './cases/recovery';
import { restoreCase } from './cases/restore';
import { expectEverythingSound } from './invariants';
import { Strikes } from './strikes';
import { startWorld, type World } from './world';

/**
 * What must be survived, quickly: each case brings the system to one exact moment, lets something fail there, proves
 * that it did, and then asks whether anything was lost or doubled.
 */
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

killCases(here, strikes, quickKills, isQuick);

describe('each by itself:', () => {
  afterEach(async () => {
    await world.restore();
    await expectEverythingSound(world);
  });

  crowdCases(here, strikes);
  raceCases(here, strikes);
  balanceCase(here, strikes);
  absenceCases(here, strikes);
  slowCases(here, strikes);
  wireCases(here, strikes);
  terminatedCases(here, strikes);
  lostStateCase(here, strikes);
  restoreCase(here, strikes, { which: 'engine', orders: 1 });
  restoreCase(here, strikes, { which: 'database', orders: 1 });
});
