import { recordMarks } from '../../db/review/marks';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { centreSeller, createManual, manualBody, waitingReview, type ProductSeller } from '../support/products';

/** A reviewer's day with products: criteria, what stays accepted, who else it may be, and whom a policy spares it. */
describe('reviews of products', () => {
  let mallflow: Installation;
  let reviewer: HttpClient;
  let operator: HttpClient;
  let seller: ProductSeller;

  beforeAll(async () => {
    mallflow = await startInstallation();
    [reviewer, operator] = await Promise.all([mallflow.as('reviewer@demo'), mallflow.as('operator@demo')]);
    seller = await centreSeller(mallflow, 'widened@demo');
  });
  afterAll(() => mallflow.stop());

  const submit = async (productId: string): Promise<Body> =>
    (await seller.client.post(`/v1/products/${productId}/submit`)).body;
  const edit = (productId: string, more: object) => {
    const { deliveryType: _, ...body } = { deliveryType: 'manual', ...manualBody(seller.pictureId), ...more };
    return seller.client.call('PUT', `/v1/products/${productId}/draft`, body);
  };
  const look = async (id: unknown): Promise<Body> => (await reviewer.get(`/v1/reviews/${id as string}`)).body;
  const item = (review: Body, name: string) => (review.items as Body[]).find((one) => one.item === name);
  const decide = (id: unknown, outcome: string, verdicts: readonly object[] = []) =>
    reviewer.post(`/v1/reviews/${id as string}/decide`, { outcome, verdicts });

  it('show numbered criteria, what the rules find and what differs; what was accepted stays accepted', async () => {
    const product = await createManual(seller, { summary: '免费使用' });
    const id = product.id as string;
    const submitted = await submit(id);
    expect(submitted).toMatchObject({ state: 'in_review', draft: { expectedAt: expect.any(String) } });
    const first = await look((await waitingReview(reviewer, seller.sellerId)).id);
    expect(first).toMatchObject({ about: id, criteriaVersion: 2, kind: 'product', changes: [], decidedBy: null });
    expect((first.items as Body[]).map((one) => one.item).slice(-10)).toEqual(
      Array.from({ length: 10 }, (_, at) => String(at + 1)),
    );
    expect(item(first, '2')).toMatchObject({ value: null, accepted: false, label: { en: expect.any(String) } });
    expect(first.problems).toEqual(
      expect.arrayContaining([{ path: '/summary', code: 'FORBIDDEN_WORDS', message: expect.any(String) }]),
    );

    const verdicts = [
      { item: '/summary', outcome: 'change', reasonCode: 'PROHIBITED' },
      { item: '/name', outcome: 'ok' },
      { item: '2', outcome: 'ok' },
      { item: '10', outcome: 'change', reasonCode: 'OTHER', note: '价格说明不清' },
    ];
    expect((await decide(first.id, 'request_changes', verdicts)).body).toMatchObject({ decidedBy: 'reviewer' });
    const back = (await seller.client.get(`/v1/products/${id}/draft`)).body;
    expect(back).toMatchObject({ state: 'changes_requested' });
    expect((back.errors as Body[]).map(({ path, code }) => [path, code]).sort()).toEqual([
      ['/specs', 'OTHER'],
      ['/summary', 'PROHIBITED'],
    ]);

    await edit(id, { summary: '由工程师协助迁移。' });
    await submit(id);
    const second = await look((await waitingReview(reviewer, seller.sellerId)).id);
    expect(second.changes).toEqual([{ item: '/summary', before: '免费使用', after: '由工程师协助迁移。' }]);
    expect(['/name', '2', '/summary', '10'].map((name) => item(second, name)?.accepted)).toEqual([
      ...[true, true, false, false],
    ]);
    const refused = await decide(second.id, 'request_changes', [
      { item: '/summary', outcome: 'ok' },
      { item: '/name', outcome: 'change', reasonCode: 'QUALITY' },
      { item: '2', outcome: 'change', reasonCode: 'QUALITY' },
    ]);
    expect(refused).toMatchObject({ status: 422, body: { code: 'ITEM_ACCEPTED' } });
    expect((refused.body.errors as Body[]).map(({ path }) => path)).toEqual([
      ...['/verdicts/1/item', '/verdicts/2/item'],
    ]);
    const approved = await decide(second.id, 'approve');
    expect(approved.status).toBe(200);
    expect((await seller.client.get(`/v1/products/${id}`)).body).toMatchObject({ state: 'approved' });
  });

  it('of a trusted seller are approved by policy where nothing objects, and said to be so', async () => {
    const trust = (body: object) => operator.call('PUT', `/v1/sellers/${seller.sellerId}/trust`, body, { key: null });
    const granted = await trust({ kinds: ['product'], reason: '长期合规的服务商' });
    expect(granted).toMatchObject({
      status: 200,
      body: { sellerId: seller.sellerId, kinds: [{ kind: 'product', reason: '长期合规的服务商' }] },
    });
    expect((await operator.get(`/v1/sellers/${seller.sellerId}/trust`)).body).toEqual(granted.body);

    // No shop tells a phone yet: a rule finds that, so a person looks at it.
    const { id } = await createManual(seller, { name: '有规则异议的服务' });
    expect(await submit(id as string)).toMatchObject({ state: 'in_review' });
    const review = await waitingReview(reviewer, seller.sellerId);
    expect((await look(review.id)).problems).toEqual([expect.objectContaining({ code: 'NO_PHONE' })]);
    expect(
      (
        await operator.post(`/v1/processes/${review.processId as string}/commands`, {
          ...{ command: 'cancel', reason: '改为策略审核' },
        })
      ).status,
    ).toBe(200);
    expect((await seller.client.get(`/v1/products/${id as string}`)).body).toMatchObject({
      draft: { state: 'editing' },
    });

    const phone = '021-68880000';
    await seller.client.call('PUT', `/v1/sellers/${seller.sellerId}/shop/draft`, { service: { phone } });
    const approved = await submit(id as string);
    expect(approved).toMatchObject({ state: 'approved', draft: { state: 'editing' }, published: { revision: 1 } });
    const { items } = (await reviewer.get('/v1/reviews?state=decided')).body;
    expect(items[0]).toMatchObject({ decidedBy: 'policy', outcome: 'approve', assignee: null });
    const decided = await look(items[0].id);
    expect(decided.history).toMatchObject([
      { to: 'waiting' },
      { text: expect.stringMatching(/policy.*: acc_\w+: ./), to: 'decided' },
    ]);
    expect((await decide(items[0].id, 'approve')).body).toMatchObject({ code: 'ALREADY_DECIDED', by: 'policy' });

    // Somebody else has the same phone: a person looks at it, and is shown who.
    const other = await centreSeller(mallflow, 'widened-too@demo');
    const { db, vault } = mallflow.services;
    for (const { sellerId } of [seller, other])
      await recordMarks(db, vault, { sellerId, source: 'shop', marks: [{ kind: 'phone', value: phone }] });
    const again = await createManual(seller, { name: '与他人同号的服务' });
    expect(await submit(again.id as string)).toMatchObject({ state: 'in_review' });
    const { duplicates } = await look((await waitingReview(reviewer, seller.sellerId)).id);
    expect(duplicates).toEqual([{ kind: 'phone', sellers: [{ sellerId: other.sellerId, name: expect.any(String) }] }]);
    expect((await trust({ kinds: [], reason: '不再适用了。' })).body).toMatchObject({ kinds: [] });
  });
});
