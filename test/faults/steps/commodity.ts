import { randomUUID } from 'node:crypto';
import { firstStepOf, freshImage } from '../../support/own-commodities';
import { claimOf, type Action, type StepDefinition, type Subject } from '../action';
import { insist } from '../insist';
import { RowLock } from '../row-lock';
import { until } from '../until';
import type { World } from '../world';
import { makeDue } from './clock';

const subject: Subject = {
  table: 'commodities',
  path: '/v1/commodities',
  workflow: 'commodity-add',
  clock: ['draft_expires_at'],
};

const secondStep = { totalStock: 7, expiresAt: null, platforms: [], tags: [] };

async function drafted(world: World): Promise<string> {
  const body = await firstStepOf(world.manager);
  const key = randomUUID();
  return (await insist(() => world.manager.post(subject.path, body, { key }))).reply.body.id as string;
}

async function upon(
  world: World,
  step: { readonly key: string; readonly command: 'complete' | 'discard' | null; readonly reaches: string },
): Promise<Action> {
  const { key, command, reaches } = step;
  const id = await drafted(world);
  const body = command === 'complete' ? secondStep : undefined;
  return {
    ...{ subject, key, reaches, client: world.manager, status: 200, next: null },
    call: command === null ? null : () => world.manager.post(`${subject.path}/${id}/${command}`, body, { key }),
    lock: () => RowLock.take(world.engines.databaseUrl, 'commodities', id),
    arm: async (dueInMs) => {
      if (command === null) await makeDue(world, subject, id, dueInMs);
    },
    subjectId: () => Promise.resolve(id),
  };
}

export const commoditySteps = {
  /** With an image of its own: holding its row stops nobody else. */
  draft: {
    byClock: false,
    prepare: async (world, key) => {
      const imageId = await freshImage(world.manager);
      const body = await firstStepOf(world.manager, { coverImageId: imageId });
      return {
        ...{ subject, key, client: world.manager, status: 201, reaches: 'draft', next: 'discard' },
        call: () => world.manager.post(subject.path, body, { key }),
        lock: () => RowLock.take(world.engines.databaseUrl, 'images', imageId),
        arm: () => Promise.resolve(),
        subjectId: async () => (await until('the claim', () => claimOf(world, key))).resourceId,
      };
    },
  },
  complete: { byClock: false, prepare: (world, key) => upon(world, { key, command: 'complete', reaches: 'online' }) },
  discard: { byClock: false, prepare: (world, key) => upon(world, { key, command: 'discard', reaches: 'discarded' }) },
  forget: { byClock: true, prepare: (world, key) => upon(world, { key, command: null, reaches: 'expired' }) },
} as const satisfies Record<string, StepDefinition>;
