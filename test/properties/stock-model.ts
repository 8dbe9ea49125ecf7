import fc from 'fast-check';
import type { HttpClient } from '../support/http-client';

/** The numbers and states a mall manager would keep on paper. */
export interface Model {
  total: number;
  online: boolean;
  readonly allocations: { id: string; quantity: number; state: 'awaiting_confirmation' | 'confirmed' | 'cancelled' }[];
  readonly subStocks: { id: string; left: number; online: boolean; deleted: boolean }[];
}

export interface Real {
  readonly as: HttpClient;
  readonly commodityId: string;
  readonly mallId: string;
}

export const held = (model: Model): number =>
  sum(model.allocations.filter(({ state }) => state === 'awaiting_confirmation').map(({ quantity }) => quantity));
export const allocated = (model: Model): number =>
  sum(model.subStocks.filter(({ deleted }) => !deleted).map(({ left }) => left));
export const left = (model: Model): number => model.total - held(model) - allocated(model);

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);

type Told = Awaited<ReturnType<HttpClient['post']>>;

/** One command: what the model expects of it, told before it is given. */
class Command implements fc.AsyncCommand<Model, Real> {
  constructor(
    private readonly name: string,
    private readonly work: (model: Model, real: Real) => Promise<void>,
    private readonly needs: (model: Model) => boolean = () => true,
  ) {}
  check = (model: Readonly<Model>): boolean => this.needs(model);
  run = (model: Model, real: Real): Promise<void> => this.work(model, real);
  toString = (): string => this.name;
}

function expectTold(told: Told, status: number, code?: string): void {
  expect({ status: told.status, code: told.body.code as unknown }).toEqual({ status, code });
}

const pick = <T>(from: readonly T[], at: number): T => from[at % from.length] as T;

function propose(quantity: number): Command {
  return new Command(`propose ${quantity}`, async (model, { as, commodityId, mallId }) => {
    const terms = { commodityId, mallId, quantity, dailyLimit: -1, memberLimits: [], autoAward: true };
    const told = await as.post('/v1/stock-allocations', terms);
    if (!model.online) {
      expectTold(told, 409, 'COMMODITY_OFFLINE');
      return;
    }
    const before = left(model);
    if (quantity > before) {
      expectTold(told, 422, 'STOCK_SHORT');
      expect(told.body.left).toBe(before);
      return;
    }
    expectTold(told, 201);
    expect(told.body.preview).toEqual({ leftBefore: before, leftAfter: before - quantity });
    model.allocations.push({ id: told.body.id as string, quantity, state: 'awaiting_confirmation' });
  });
}

const someAllocation = (model: Model): boolean => model.allocations.length > 0;

function confirm(at: number): Command {
  const work = async (model: Model, { as }: Real): Promise<void> => {
    const allocation = pick(model.allocations, at);
    const told = await as.post(`/v1/stock-allocations/${allocation.id}/confirm`);
    if (allocation.state === 'cancelled') {
      expectTold(told, 409, 'WRONG_STATE');
      return;
    }
    expectTold(told, 200);
    if (allocation.state === 'confirmed') return;
    allocation.state = 'confirmed';
    model.subStocks.push({
      id: told.body.subStockId as string,
      left: allocation.quantity,
      online: true,
      deleted: false,
    });
  };
  return new Command(`confirm ${at}`, work, someAllocation);
}

function cancel(at: number): Command {
  const work = async (model: Model, { as }: Real): Promise<void> => {
    const allocation = pick(model.allocations, at);
    const told = await as.post(`/v1/stock-allocations/${allocation.id}/cancel`);
    if (allocation.state === 'confirmed') {
      expectTold(told, 409, 'WRONG_STATE');
      return;
    }
    expectTold(told, 200);
    allocation.state = 'cancelled';
  };
  return new Command(`cancel ${at}`, work, someAllocation);
}

function switchCommodity(online: boolean): Command {
  const name = online ? 'bring-online' : 'take-offline';
  return new Command(`commodity ${name}`, async (model, { as, commodityId }) => {
    expectTold(await as.post(`/v1/commodities/${commodityId}/${name}`), 200);
    model.online = online;
  });
}

function increase(by: number): Command {
  return new Command(`increase by ${by}`, async (model, { as, commodityId }) => {
    const told = await as.post(`/v1/commodities/${commodityId}/increase-stock`, { by });
    if (model.online) {
      expectTold(told, 409, 'COMMODITY_ONLINE');
      return;
    }
    expectTold(told, 200);
    model.total += by;
  });
}

const someSubStock = (model: Model): boolean => model.subStocks.length > 0;

/** A command upon a sub-stock; nobody sees one that is deleted. */
function upon(
  name: string,
  at: number,
  work: (model: Model, sub: Model['subStocks'][number], real: Real) => Promise<void>,
): Command {
  return new Command(
    `${name} of sub-stock ${at}`,
    async (model, real) => {
      const sub = pick(model.subStocks, at);
      if (sub.deleted) {
        expectTold(await real.as.get(`/v1/sub-stocks/${sub.id}`), 404, 'NOT_FOUND');
        return;
      }
      return work(model, sub, real);
    },
    someSubStock,
  );
}

function switchSubStock(at: number, online: boolean): Command {
  const name = online ? 'bring-online' : 'take-offline';
  return upon(name, at, async (_, sub, { as }) => {
    expectTold(await as.post(`/v1/sub-stocks/${sub.id}/${name}`), 200);
    sub.online = online;
  });
}

function restock(at: number, quantity: number): Command {
  return upon(`restock ${quantity}`, at, async (model, sub, { as }) => {
    const told = await as.post(`/v1/sub-stocks/${sub.id}/restock`, { quantity });
    // A commodity that is offline takes no new allocations; its sub-stocks go on.
    if (sub.online) {
      expectTold(told, 409, 'SUB_STOCK_ONLINE');
      return;
    }
    if (quantity > left(model)) {
      expectTold(told, 422, 'STOCK_SHORT');
      return;
    }
    expectTold(told, 200);
    sub.left += quantity;
  });
}

function giveBack(at: number, quantity: number): Command {
  return upon(`return ${quantity}`, at, async (_, sub, { as }) => {
    const told = await as.post(`/v1/sub-stocks/${sub.id}/return`, { quantity });
    if (sub.online) {
      expectTold(told, 409, 'SUB_STOCK_ONLINE');
      return;
    }
    if (quantity > sub.left) {
      expectTold(told, 422, 'STOCK_SHORT');
      return;
    }
    expectTold(told, 200);
    sub.left -= quantity;
  });
}

function remove(at: number): Command {
  return upon('delete', at, async (_, sub, { as }) => {
    const told = await as.delete(`/v1/sub-stocks/${sub.id}`);
    if (sub.online) {
      expectTold(told, 409, 'SUB_STOCK_ONLINE');
      return;
    }
    expect([200, 204]).toContain(told.status);
    sub.deleted = true;
  });
}

const at = fc.nat(7);
const pieces = fc.integer({ min: 1, max: 12 });

/** Everything a manager can do to stock, in any order. */
export function stockCommands(most: number): fc.Arbitrary<Iterable<fc.AsyncCommand<Model, Real>>> {
  return fc.commands(
    [
      pieces.map(propose),
      pieces.map(propose),
      at.map(confirm),
      at.map(confirm),
      at.map(cancel),
      fc.boolean().map(switchCommodity),
      pieces.map(increase),
      fc.tuple(at, fc.boolean()).map(([which, online]) => switchSubStock(which, online)),
      fc.tuple(at, pieces).map(([which, quantity]) => restock(which, quantity)),
      fc.tuple(at, pieces).map(([which, quantity]) => giveBack(which, quantity)),
      at.map(remove),
    ],
    { maxCommands: most, size: 'max' },
  );
}
