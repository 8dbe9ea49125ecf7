import { randomUUID } from 'node:crypto';
import { watchedCase } from '../../db/case/repository';
import { run } from '../../db/connection';
import { maxStock } from '../../domain/stock/limits';
import { ownCategories } from '../../domain/stock/states';
import { resumeCase } from '../../runs/resume-case';
import { commodityAddWorkflowId } from '../../workflows/commodity-add/contract';
import {
  commodityOf,
  complete,
  draft,
  firstStep,
  refusal,
  secondStep,
  templates,
  uploadedImages,
  type OwnImages,
} from '../support/commodities';
import { eventually } from '../support/eventually';
import { type Body, type HttpClient, type Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { finished } from '../support/purchases';

let mallflow: Installation;
let manager: HttpClient;
let images: OwnImages;
let foreign: OwnImages;
beforeAll(async () => {
  mallflow = await startInstallation();
  manager = await mallflow.as('manager@demo');
  images = await uploadedImages(mallflow);
  const { body: me } = await (await mallflow.as('manager2@demo')).get('/v1/me');
  foreign = await uploadedImages(mallflow, { enterpriseId: me.enterpriseId as string, accountId: me.id as string });
});
afterAll(() => mallflow.stop());

const post = (id: string, command: string, body?: unknown) => manager.post(`/v1/commodities/${id}/${command}`, body);
const patch = (id: string, body: unknown) => manager.call('PATCH', `/v1/commodities/${id}`, body);
const add = (changes: object = {}) => draft(manager, firstStep(images, changes));
const outcome = ({ status, body }: Reply) => [status, body.code ?? body.state];

describe('adding a commodity', () => {
  it('takes two steps, and only the second makes stock', async () => {
    const step = firstStep(images);
    const { id, history, ...first } = await draft(manager, step);
    expect(first).toMatchObject({ ...step, state: 'draft', source: 'own', platforms: [], tags: [], expiresAt: null });
    expect(first).toMatchObject({ stock: { total: 0, allocated: 0, held: 0, left: 0 } });
    expect(first.actions).toEqual(['edit', 'complete', 'discard']);
    expect(Date.parse(first.draftExpiresAt as string)).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    expect(history).toEqual([expect.objectContaining({ from: null, to: 'draft' })]);
    expect([first['coverUrl'], first['detailUrl']]).toEqual(Array(2).fill(expect.stringMatching(/^\/images\/\w+/)));
    const { body: choices } = await manager.get('/v1/platforms');
    const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
    const second = {
      totalStock: 50,
      expiresAt,
      platforms: [choices.items[0].id as string],
      tags: ['夏季'],
      remark: '备注',
    };
    const { totalStock, ...shown } = second;
    const done = await complete(manager, id as string, second);
    expect(done).toMatchObject({ ...step, ...shown, id, state: 'online', stock: { total: totalStock, left: 50 } });
    expect(done.draftExpiresAt).toBeUndefined();
    expect(done.actions).toEqual(['take-offline']);
    expect(await commodityOf(manager, id as string)).toEqual(done);
  });

  it('answers a repeated key with the same draft, and refuses it for another', async () => {
    const key = randomUUID();
    const first = await finished(() => manager.post('/v1/commodities', firstStep(images), { key }));
    const again = await manager.post('/v1/commodities', firstStep(images), { key });
    expect([again.status, again.body.id, again.headers.get('idempotent-replayed')]).toEqual([201, first.id, 'true']);
    const other = await manager.post('/v1/commodities', firstStep(images, { priceFen: 1 }), { key });
    expect(outcome(other)).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  it.each<[string, () => object, unknown[]]>([
    [
      'another category’s template',
      () => ({ awardTemplateId: templates.cdk }),
      [422, 'TEMPLATE_MISMATCH', ['/awardTemplateId']],
    ],
    [
      'a template nobody knows',
      () => ({ awardTemplateId: 'tpl_x' }),
      [422, 'REFERENCE_NOT_FOUND', ['/awardTemplateId']],
    ],
    ['images of another enterprise', () => foreign, [422, 'REFERENCE_NOT_FOUND', ['/coverImageId', '/detailImageId']]],
    ['no such image', () => ({ detailImageId: 'img_x' }), [422, 'REFERENCE_NOT_FOUND', ['/detailImageId']]],
    [
      'e-commerce that is no goods',
      () => ({ purpose: 'e_commerce', category: 'coupon' }),
      [400, 'VALIDATION_FAILED', ['/category']],
    ],
    [
      'a negative price and an empty name',
      () => ({ priceFen: -1, name: ' ' }),
      [400, 'VALIDATION_FAILED', ['/name', '/priceFen']],
    ],
    ['an unknown field', () => ({ colour: 'red' }), [400, 'VALIDATION_FAILED', ['/colour']]],
  ])('is refused with %s', async (_, changes, expected) => {
    expect(refusal(await manager.post('/v1/commodities', { ...firstStep(images), ...changes() }))).toEqual(expected);
  });

  it('takes e-commerce goods, and every category an enterprise may add', async () => {
    expect(await add({ purpose: 'e_commerce' })).toMatchObject({ purpose: 'e_commerce', state: 'draft' });
    for (const category of ownCategories) expect(await add({ category })).toMatchObject({ category, state: 'draft' });
  });
});

describe('a draft', () => {
  it('is revised, and the run that was lost goes on from what it became', async () => {
    const { id, draftExpiresAt } = await add();
    const { status, body } = await patch(id as string, {
      name: '雨伞',
      category: 'coupon',
      awardTemplateId: templates.coupon,
    });
    expect([status, body.name, body.category, body.draftExpiresAt]).toEqual([200, '雨伞', 'coupon', draftExpiresAt]);
    const handle = mallflow.services.temporal.workflow.getHandle(commodityAddWorkflowId(id as string));
    await handle.terminate();
    expect(outcome(await post(id as string, 'discard'))).toEqual([503, 'CASE_STUCK']);
    const { db, gateway, settings } = mallflow.services;
    expect(await resumeCase(db, gateway, (await watchedCase(db, id as string))!, settings)).toBe('started');
    expect(await complete(manager, id as string)).toMatchObject({ name: '雨伞', state: 'online' });
    expect((await commodityOf(manager, id as string)).history.map(({ to }: Body) => to)).toEqual([
      'draft',
      'draft',
      'online',
    ]);
  });

  it.each<[object, unknown[]]>([
    [{}, [400, 'VALIDATION_FAILED', ['']]],
    [{ name: 'x', totalStock: 3 }, [400, 'VALIDATION_FAILED', ['/totalStock']]],
    [{ purpose: 'e_commerce', category: 'points' }, [400, 'VALIDATION_FAILED', ['/category']]],
    [{ category: 'points' }, [422, 'TEMPLATE_MISMATCH', ['/awardTemplateId']]],
    [{ awardTemplateId: templates.points }, [422, 'TEMPLATE_MISMATCH', ['/awardTemplateId']]],
    [{ coverImageId: 'img_x' }, [422, 'REFERENCE_NOT_FOUND', ['/coverImageId']]],
  ])('is not revised by %j', async (changes, expected) => {
    const { id } = await add();
    expect(refusal(await patch(id as string, changes))).toEqual(expected);
  });

  it.each<[object, unknown[]]>([
    [{ totalStock: 0, tags: ['a', 'a'] }, [400, 'VALIDATION_FAILED', ['/totalStock', '/tags/1']]],
    [{ totalStock: maxStock + 1 }, [400, 'VALIDATION_FAILED', ['/totalStock']]],
    [{ expiresAt: '2020-01-01T00:00:00Z' }, [422, 'TIME_PAST', ['/expiresAt']]],
    [{ platforms: ['plt_x'] }, [422, 'REFERENCE_NOT_FOUND', ['/platforms/0']]],
  ])('is not completed with %j', async (step, expected) => {
    const { id } = await add();
    expect(refusal(await post(id as string, 'complete', { ...secondStep, ...step }))).toEqual(expected);
    expect((await commodityOf(manager, id as string)).state).toBe('draft');
  });

  it('expires in the end, after one reminder', async () => {
    const { id } = await add();
    const due = { id, reminder: 2, end: 4 };
    await run(
      mallflow.database.owner,
      `with c as (update commodities set draft_expires_at = now() + make_interval(secs => :end) where id = :id)
       update process_cases set due_at = now() + make_interval(secs => :reminder) where subject_id = :id`,
      due,
    );
    await mallflow.services.gateway.reload(commodityAddWorkflowId(id as string));
    const body = await eventually(
      () => commodityOf(manager, id as string),
      ({ state }: Body) => state === 'expired',
    );
    expect(body.history.map(({ actor, to }: Body) => [actor, to])).toEqual([
      [expect.stringMatching(/^acc_/), 'draft'],
      ['system', 'draft'],
      ['system', 'expired'],
    ]);
    expect([body.actions, body.stock.total]).toEqual([[], 0]);
  });
});

describe('the choices', () => {
  it.each(ownCategories)('there are award templates for %s, named in both languages', async (category) => {
    const path = `/v1/award-templates?category=${category}`;
    const { body: english } = await manager.get(path);
    const { body: chinese } = await manager.get(path, { headers: { 'accept-language': 'zh-CN' } });
    expect(english.items.length).toBeGreaterThan(0);
    for (const [at, item] of (english.items as Body[]).entries()) {
      expect(item.category).toBe(category);
      expect(chinese.items[at].id).toBe(item.id);
      expect([item.name, chinese.items[at].name]).toEqual([
        expect.not.stringMatching(/[一-鿿]/),
        expect.stringMatching(/[一-鿿]/),
      ]);
    }
  });

  it.each(['award-templates', 'platforms'])('%s are a list like any other', async (name) => {
    const { body: all } = await manager.get(`/v1/${name}`);
    const walked: Body[] = [];
    for (let cursor = ''; ;) {
      const { body } = await manager.get(`/v1/${name}?limit=3${cursor}`);
      walked.push(...(body.items as Body[]));
      if (body.nextCursor === null) break;
      cursor = `&cursor=${body.nextCursor as string}`;
    }
    expect(walked).toEqual(all.items);
    expect((await manager.get(`/v1/${name}?category=rights_pack`)).status).toBe(400);
  });
});
