import { randomUUID } from 'node:crypto';
import type { Reply } from '../../support/http-client';
import { ownCommodity } from '../../support/own-commodities';
import { claimOf, type Action, type StepDefinition, type Subject } from '../action';
import { insist } from '../insist';
import { RowLock } from '../row-lock';
import { until } from '../until';
import type { World } from '../world';
import { makeDue } from './clock';

const subject: Subject = {
  table: 'stock_allocations',
  path: '/v1/stock-allocations',
  workflow: 'stock-allocation',
  clock: ['due_at', 'expires_at'],
};

/** Stock of its own for each proposal: a commodity's row held stops nobody else. */
const stocked = (world: World): Promise<string> => ownCommodity(world.manager, { totalStock: 5 });

async function proposeCall(world: World, commodityId: string, key: string): Promise<() => Promise<Reply>> {
  const malls = await world.manager.get('/v1/malls');
  const terms = { commodityId, mallId: malls.body.items[0].id as string, quantity: 3 };
  const limits = { dailyLimit: -1, memberLimits: [], autoAward: true };
  return () => world.manager.post('/v1/stock-allocations', { ...terms, ...limits }, { key });
}

async function proposed(world: World): Promise<string> {
  const propose = await proposeCall(world, await stocked(world), randomUUID());
  return (await insist(propose)).reply.body.id as string;
}

async function upon(world: World, step: { key: string; command: 'confirm' | 'cancel' | null; reaches: string }) {
  const { key, command, reaches } = step;
  const id = await proposed(world);
  const action: Action = {
    ...{ subject, key, reaches, client: world.manager, status: 200, next: null },
    call: command === null ? null : () => world.manager.post(`${subject.path}/${id}/${command}`, undefined, { key }),
    lock: () => RowLock.take(world.engines.databaseUrl, 'stock_allocations', id),
    arm: async (dueInMs) => {
      if (command === null) await makeDue(world, subject, id, dueInMs);
    },
    subjectId: () => Promise.resolve(id),
  };
  return action;
}

export const allocationSteps = {
  propose: {
    byClock: false,
    prepare: async (world, key) => {
      const commodityId = await stocked(world);
      return {
        ...{ subject, key, client: world.manager, status: 201, reaches: 'awaiting_confirmation', next: 'cancel' },
        call: await proposeCall(world, commodityId, key),
        lock: () => RowLock.take(world.engines.databaseUrl, 'commodities', commodityId),
        arm: () => Promise.resolve(),
        subjectId: async () => (await until('the claim', () => claimOf(world, key))).resourceId,
      };
    },
  },
  confirm: { byClock: false, prepare: (world, key) => upon(world, { key, command: 'confirm', reaches: 'confirmed' }) },
  giveBack: { byClock: false, prepare: (world, key) => upon(world, { key, command: 'cancel', reaches: 'cancelled' }) },
  lapse: { byClock: true, prepare: (world, key) => upon(world, { key, command: null, reaches: 'expired' }) },
} as const satisfies Record<string, StepDefinition>;
