import fc from 'fast-check';
import { faultsOfRows } from '../faults/invariants';
import { startInstallation, type Installation } from '../support/installation';
import type { HttpClient } from '../support/http-client';
import { ownCommodity } from '../support/own-commodities';
import { allocated, held, left, stockCommands, type Model, type Real } from './stock-model';

/**
 * Whatever a manager does to stock in whatever order: what is answered is what a simple model expects, and afterwards
 * the rows are the model's numbers, total = left + held + allocated, and movements explain each of them.
 */
let installation: Installation;
let manager: HttpClient;
let mallId: string;

beforeAll(async () => {
  installation = await startInstallation();
  manager = await installation.as('manager@demo');
  mallId = (await manager.get('/v1/malls')).body.items[0].id as string;
});
afterAll(() => installation.stop());

async function expectSame(model: Model, real: Real): Promise<void> {
  const { body: commodity } = await manager.get(`/v1/commodities/${real.commodityId}`);
  const stock = { total: model.total, held: held(model), allocated: allocated(model), left: left(model) };
  expect({ state: commodity.state, stock: commodity.stock }).toEqual({
    state: model.online ? 'online' : 'offline',
    stock,
  });
  expect(stock.left).toBeGreaterThanOrEqual(0);
  for (const sub of model.subStocks.filter(({ deleted }) => !deleted)) {
    const { body } = await manager.get(`/v1/sub-stocks/${sub.id}`);
    expect({ state: body.state, stock: body.stock }).toEqual({
      state: sub.online ? 'online' : 'offline',
      stock: { allocated: sub.left, held: 0, consumed: 0, left: sub.left },
    });
  }
}

/** `runs` times a new commodity and up to thirty commands. */
export function expectTrueNumbers(runs: number): void {
  it(`${runs} times random commands: every number stays true`, async () => {
    const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);
    await fc.assert(
      fc.asyncProperty(stockCommands(30), async (commands) => {
        const total = 20;
        const real: Real = { as: manager, mallId, commodityId: await ownCommodity(manager, { totalStock: total }) };
        const model: Model = { total, online: true, allocations: [], subStocks: [] };
        await fc.asyncModelRun(() => ({ model, real }), commands);
        await expectSame(model, real);
        expect(await faultsOfRows(installation.database.owner)).toEqual([]);
      }),
      // A shrunk run is another whole run over HTTP: the seed is told instead.
      { seed, numRuns: runs, endOnFailure: true },
    );
  }, 300_000);
}
