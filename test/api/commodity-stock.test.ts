import { randomUUID } from 'node:crypto';
import { run } from '../../db/connection';
import { maxStock } from '../../domain/stock/limits';
import { commodityAddWorkflowId } from '../../workflows/commodity-add/contract';
import {
  commodityOf,
  draft,
  firstStep,
  importCodes,
  passExpiry,
  refusal,
  secondStep,
  stocked,
  uploadedImages,
  type OwnImages,
} from '../support/commodities';
import { type Body, type HttpClient, type Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { finished, outcomeOf, purchaseRows } from '../support/purchases';

let mallflow: Installation;
let manager: HttpClient;
let images: OwnImages;
beforeAll(async () => {
  mallflow = await startInstallation();
  manager = await mallflow.as('manager@demo');
  images = await uploadedImages(mallflow);
});
afterAll(() => mallflow.stop());

const post = (id: string, command: string, body?: unknown, key: string = randomUUID()) =>
  manager.post(`/v1/commodities/${id}/${command}`, body, { key });
const patch = (id: string, body: unknown) => manager.call('PATCH', `/v1/commodities/${id}`, body);
const add = (changes: object = {}) => draft(manager, firstStep(images, changes));
const outcome = ({ status, body }: Reply) => [status, body.code ?? body.state];

async function offline(): Promise<string> {
  const id = await stocked(manager, firstStep(images));
  expect(outcome(await post(id, 'take-offline'))).toEqual([200, 'offline']);
  return id;
}

/** An own commodity in each state, and a purchased one. */
const bring: Readonly<Record<string, () => Promise<string>>> = {
  draft: async () => (await add()).id as string,
  online: () => stocked(manager, firstStep(images)),
  offline,
  expired: async () => {
    const expiresAt = new Date(Date.now() + 600_000).toISOString();
    const id = await stocked(manager, firstStep(images), { expiresAt });
    await passExpiry(mallflow, id);
    return id;
  },
  discarded: async () => {
    const { id } = await add();
    const key = randomUUID();
    await finished(() => post(id as string, 'discard', undefined, key));
    return id as string;
  },
  purchased: async () => (await purchaseRows(mallflow, { paid: true })).commodityId ?? '',
};

describe('by state', () => {
  const commands = ['edit', 'complete', 'discard', 'take-offline', 'bring-online', 'increase-stock', 'codes'] as const;
  const wrong = [409, 'WRONG_STATE'];
  const notCdk = [409, 'NOT_CDK'];
  /** In the order of `commands`; written from the contract. */
  const expected: Readonly<Record<string, readonly unknown[][]>> = {
    online: [wrong, [200, 'online'], wrong, [200, 'offline'], [200, 'online'], [409, 'COMMODITY_ONLINE'], notCdk],
    offline: [wrong, wrong, wrong, [200, 'offline'], [200, 'online'], [200, 'offline'], notCdk],
    expired: [wrong, wrong, wrong, wrong, wrong, wrong, notCdk],
    discarded: [wrong, wrong, [200, 'discarded'], wrong, wrong, wrong, notCdk],
    purchased: [wrong, [200, 'online'], wrong, [200, 'offline'], [200, 'online'], wrong, notCdk],
    draft: [[200, 'draft'], [200, 'online'], [200, 'discarded'], wrong, wrong, wrong, notCdk],
  };

  it.each(Object.keys(expected))('%s: each command does what the contract says', async (state) => {
    const send = (id: string, command: (typeof commands)[number]): Promise<Reply> => {
      if (command === 'edit') return patch(id, { name: '新名' });
      if (command === 'codes') return importCodes(manager, id, 'A');
      const bodies: Readonly<Record<string, object>> = { complete: secondStep, 'increase-stock': { by: 1 } };
      const key = randomUUID();
      return outcomeOf(() => post(id, command, bodies[command], key));
    };
    const found = commands.map(async (command) => {
      const id = await bring[state]!();
      const before = await commodityOf(manager, id);
      const reply = await send(id, command);
      // What is refused changes nothing, and says what the resource says itself.
      if (reply.status === 409) {
        expect(reply.body.allowed).toEqual(before.actions);
        expect(await commodityOf(manager, id)).toEqual(before);
      }
      return outcome(reply);
    });
    expect(await Promise.all(found)).toEqual(expected[state]);
  });
});

describe('the enterprise stock', () => {
  it('grows offline only, by whole pieces, and tells it all', async () => {
    const id = await offline();
    expect((await post(id, 'increase-stock', { by: 5 })).body.stock).toMatchObject({ total: 105, left: 105 });
    for (const by of [0, -1, 1.5, maxStock + 1])
      expect(refusal(await post(id, 'increase-stock', { by }))).toEqual([400, 'VALIDATION_FAILED', ['/by']]);
    const beyond = await post(id, 'increase-stock', { by: maxStock });
    expect(refusal(beyond)).toEqual([422, 'STOCK_LIMIT_REACHED', ['/by']]);
    expect(outcome(await post(id, 'bring-online'))).toEqual([200, 'online']);
    const { history } = (await manager.get(`/v1/commodities/${id}`, { headers: { 'accept-language': 'zh-CN' } })).body;
    expect(history.map(({ from, to }: Body) => [from, to])).toEqual([
      [null, 'draft'],
      ['draft', 'online'],
      ['online', 'offline'],
      ['offline', 'offline'],
      ['offline', 'online'],
    ]);
    expect(history.map(({ text }: Body) => text as string).slice(2)).toEqual([
      '王店长 下线了商品',
      '王店长 增加了库存',
      '王店长 上线了商品',
    ]);
  });

  it('adds once for one key', async () => {
    const id = await offline();
    const key = randomUUID();
    const send = () => manager.post(`/v1/commodities/${id}/increase-stock`, { by: 5 }, { key });
    const totals = (await Promise.all([send(), send(), send()])).map(({ body }) => body.stock?.total as number);
    expect(totals).toEqual([105, 105, 105]);
  });

  it('is filtered by state, source, category and name', async () => {
    const { id } = await add({ name: '独一无二 Mug', category: 'points' });
    const ids = async (query: string) => {
      const { status, body } = await manager.get(`/v1/commodities?${query}`);
      return [status, body.items?.map((item: Body) => item.id as string)];
    };
    const only = [200, [id]];
    expect(await ids('q=mug')).toEqual(only);
    expect(await ids(`q=${encodeURIComponent('独一')}&state=draft&source=own&category=points`)).toEqual(only);
    for (const none of ['state=online', 'source=purchased', 'category=cdk'])
      expect(await ids(`q=mug&${none}`)).toEqual([200, []]);
    for (const bad of ['state=gone', 'category=x', 'colour=red']) expect((await ids(bad))[0]).toBe(400);
    const stranger = await mallflow.as('manager2@demo');
    expect((await stranger.get('/v1/commodities?q=mug')).body.items).toEqual([]);
  });

  it('shows what is expired as such, everywhere and at once', async () => {
    const id = await stocked(manager, firstStep(images, { name: '过期 Tumbler' }), {
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
    });
    await passExpiry(mallflow, id);
    expect(await commodityOf(manager, id)).toMatchObject({ state: 'expired', actions: [] });
    for (const [state, count] of [
      ['expired', 1],
      ['online', 0],
    ] as const)
      expect((await manager.get(`/v1/commodities?q=tumbler&state=${state}`)).body.items).toHaveLength(count);
  });
});

describe('at the same time', () => {
  const settled = (replies: readonly Reply[]) => replies.map(({ status }) => status).sort();

  it('complete and discard: one of them', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { id } = await add();
      const replies = await Promise.all([post(id as string, 'complete', secondStep), post(id as string, 'discard')]);
      expect(settled(replies)).toEqual([200, 409]);
      const { state, stock } = await commodityOf(manager, id as string);
      expect([state, stock.total]).toEqual(replies[0].status === 200 ? ['online', 100] : ['discarded', 0]);
    }
  });

  it('complete and a revision: nothing is changed in what is in stock', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { id } = await add();
      const [completed, revised] = await Promise.all([
        post(id as string, 'complete', secondStep),
        patch(id as string, { name: '新名' }),
      ]);
      expect(completed.status).toBe(200);
      const body = await commodityOf(manager, id as string);
      expect(body).toMatchObject({ state: 'online', name: revised.status === 200 ? '新名' : '保温杯' });
      expect(body.history.at(-1)).toMatchObject({ from: 'draft', to: 'online' });
    }
  });

  it('complete and the clock: either in stock or expired', async () => {
    for (let round = 0; round < 3; round += 1) {
      const { id } = await add();
      await run(
        mallflow.database.owner,
        `with c as (update commodities set draft_expires_at = now() where id = :id)
         update process_cases set due_at = now() where subject_id = :id`,
        { id },
      );
      const [reply] = await Promise.all([
        post(id as string, 'complete', secondStep),
        mallflow.services.gateway.reload(commodityAddWorkflowId(id as string)),
      ]);
      const { state, stock } = await commodityOf(manager, id as string);
      expect([reply.status, state, stock.total]).toEqual(
        reply.status === 200 ? [200, 'online', 100] : [409, 'expired', 0],
      );
    }
  });
});
