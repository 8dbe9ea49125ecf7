import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { centreSeller, createManual, judged, manualBody, waitingReview, type ProductSeller } from '../support/products';
import { workerWaits } from '../support/waits';

let mallflow: Installation;
let reviewer: HttpClient;
let seller: ProductSeller;
beforeAll(async () => {
  mallflow = await startInstallation();
  reviewer = await mallflow.as('reviewer@demo');
  seller = await centreSeller(mallflow, 'seller-of-reviews');
});
afterAll(() => mallflow.stop());

const path = ({ id }: Body, command = ''): string => `/v1/products/${id as string}${command && `/${command}`}`;
const told = ({ status, body }: Reply): unknown[] => [status, body.code ?? body.state];
const put = (product: Body, more: Parameters<typeof manualBody>[1] = {}): Promise<Reply> =>
  seller.client.call('PUT', path(product, 'draft'), manualBody(seller.pictureId, more));
const onSale = async ({ id }: Body): Promise<Body> =>
  (await mallflow.anonymous.get(`/v1/market/products/${id as string}`)).body;
const back = {
  outcome: 'request_changes',
  verdicts: [{ item: '/name', outcome: 'change', reasonCode: 'MISLEADING', note: '名称夸大' }],
};

describe('the review of a product', () => {
  it('shows it as it was handed in, what the rules find, and what changed since the last time', async () => {
    const product = await createManual(seller, { name: '国家级迁移服务' });
    const check = await seller.client.post(path(product, 'check'), {}, { headers: { 'accept-language': 'en' } });
    const found = { path: '/name', code: 'FORBIDDEN_WORDS', message: 'words not allowed: 国家级' };
    expect(check.body.problems).toContainEqual(found);
    // What the rules find keeps nobody from handing it in: that is the reviewer's to judge.
    await judged(seller, reviewer, product.id, back);
    const draft = (await seller.client.get(path(product, 'draft'))).body;
    expect(draft).toMatchObject({
      ...{ state: 'changes_requested', actions: ['check', 'edit', 'submit'] },
      errors: [{ path: '/name', code: 'MISLEADING', reason: '名称夸大' }],
    });
    const { body: requirement } = await seller.client.get(`/v1/seller-onboardings/${seller.onboardingId}`);
    expect(requirement.requirements.at(-1)).toMatchObject({
      ...{ key: 'product_listed', state: 'action_needed', whoseTurn: 'seller', errors: draft.errors },
      nextAction: `products/${product.id as string}/draft`,
    });
    expect((await put(product, { name: '迁移服务' })).body).toMatchObject({ state: 'changes_requested' });
  });

  it('of a listed product leaves it as it sells, until it is approved', async () => {
    const product = await createManual(seller, { name: '原来的名称' });
    await judged(seller, reviewer, product.id);
    await seller.client.post(path(product, 'list'));
    expect(told(await seller.client.post(path(product, 'submit')))).toEqual([409, 'DRAFT_UNCHANGED']);
    await put(product, { name: '新的名称' });
    expect((await seller.client.post(path(product, 'submit'))).body).toMatchObject({
      ...{ state: 'listed', draft: { state: 'in_review' }, actions: ['withdraw', 'unlist'] },
    });
    expect(told(await put(product))).toEqual([409, 'WRONG_STATE']);
    expect((await onSale(product)).name).toBe('原来的名称');
    const { id } = await waitingReview(reviewer, seller.sellerId);
    const { body: seen } = await reviewer.get(`/v1/reviews/${id as string}`);
    expect(seen.changes).toEqual([{ item: '/name', before: '原来的名称', after: '新的名称' }]);
    const value = (item: string): unknown => (seen.items as Body[]).find((one) => one.item === item)?.value;
    expect([value('/name'), value('/specs/0/price/amountFen'), value('/categoryId')]).toEqual([
      ...['新的名称', 500_000, '专家服务 / 上云迁移'],
    ]);
    expect(value('/pictureIds/0')).toMatch(/^\/images\//);
    await reviewer.post(`/v1/reviews/${id as string}/decide`, { outcome: 'approve', verdicts: [] });
    expect((await onSale(product)).name).toBe('新的名称');
    expect((await seller.client.get(path(product))).body).toMatchObject({
      state: 'listed',
      published: { revision: 2 },
    });
  });

  it('that rejects closes the submission: it is edited before it is handed in again', async () => {
    const product = await createManual(seller);
    const rejected = { outcome: 'reject', verdicts: [], note: '不属于本市场经营范围' };
    await judged(seller, reviewer, product.id, rejected);
    expect((await seller.client.get(path(product))).body).toMatchObject({
      ...{ state: 'rejected', actions: ['check', 'edit'] },
      draft: { state: 'editing', errors: [{ path: '', code: 'OTHER', reason: '不属于本市场经营范围' }] },
    });
    expect(told(await seller.client.post(path(product, 'submit')))).toEqual([409, 'WRONG_STATE']);
    expect((await put(product, { summary: '改过的简介' })).status).toBe(200);
    expect(told(await seller.client.post(path(product, 'submit')))).toEqual([200, 'in_review']);
    expect(told(await seller.client.post(path(product, 'withdraw')))).toEqual([200, 'draft']);
    expect(told(await seller.client.post(path(product, 'withdraw')))).toEqual([200, 'draft']);
    const operator = await mallflow.as('operator@demo');
    const { items } = (await operator.get(`/v1/audit?subjectId=${product.id as string}`)).body as { items: Body[] };
    const review = (await reviewer.get('/v1/reviews?kind=product&state=decided')).body.items[0];
    const { notices } = (await operator.get(`/v1/processes/${review.processId as string}/export`)).body as {
      notices: Body[];
    };
    expect(notices.map(({ kind, accountId }) => [kind, accountId])).toEqual([['review_rejected', seller.accountId]]);
    expect(items.filter(({ requestId }) => requestId === null)).toEqual([]);
    expect(items.map(({ action, reason }) => [action, reason])).toEqual([
      ['product.withdraw', null],
      ['product.submit', null],
      ['product.edit', null],
      ['product.reject', '不属于本市场经营范围'],
      ['product.submit', null],
      ['product.create', null],
    ]);
  });

  it('taken back is nobody’s to decide any more; a decision and a withdrawal at once end in one of the two', async () => {
    for (let n = 0; n < 6; n += 1) {
      const product = await createManual(seller);
      await seller.client.post(path(product, 'submit'));
      const { id } = await waitingReview(reviewer, seller.sellerId);
      const [decided, withdrawn] = await Promise.all([
        reviewer.post(`/v1/reviews/${id as string}/decide`, { outcome: 'approve', verdicts: [] }),
        seller.client.post(path(product, 'withdraw')),
      ]);
      const { body } = await seller.client.get(path(product));
      const isApproved = decided.status === 200;
      expect([told(decided), told(withdrawn)]).toEqual([
        isApproved ? [200, 'decided'] : [409, 'WRONG_STATE'],
        isApproved ? [409, 'WRONG_STATE'] : [200, 'draft'],
      ]);
      expect([body.state, body.published === null]).toEqual(isApproved ? ['approved', false] : ['draft', true]);
    }
  });

  it('is not for its own company', async () => {
    const product = await createManual(seller);
    await seller.client.post(path(product, 'submit'));
    const { id } = await waitingReview(reviewer, seller.sellerId);
    const { owner } = mallflow.database;
    await owner.raw(`update accounts set roles = array_append(roles, 'reviewer') where id = ?`, [seller.accountId]);
    const own = await seller.client.post(`/v1/reviews/${id as string}/decide`, { outcome: 'approve', verdicts: [] });
    expect(told(own)).toEqual([403, 'OWN_SUBMISSION']);
    await seller.client.post(path(product, 'withdraw'));
  });
});

it('two submits at once are one review, and a submit beside an edit never judges what was not handed in', async () => {
  const twice = await createManual(seller);
  const both = await Promise.all([1, 2].map(() => seller.client.post(path(twice, 'submit'))));
  expect(both.map(({ status }) => status).every((status) => status === 200 || status === 409)).toBe(true);
  expect((await seller.client.get(path(twice))).body.state).toBe('in_review');
  const { id } = await waitingReview(reviewer, seller.sellerId);
  await reviewer.post(`/v1/reviews/${id as string}/decide`, { outcome: 'approve', verdicts: [] });
  const left = (await reviewer.get('/v1/reviews?kind=product&state=waiting')).body.items as Body[];
  expect(left.filter((review) => review.sellerId === seller.sellerId)).toEqual([]);

  const raced = await createManual(seller, { name: '写入前' });
  const [submitted, edited] = await Promise.all([
    seller.client.post(path(raced, 'submit')),
    put(raced, { name: '写入后' }),
  ]);
  const { body } = await seller.client.get(path(raced, 'draft'));
  expect(body.name).toBe(edited.status === 200 ? '写入后' : '写入前');
  if (submitted.status === 200) {
    const review = await waitingReview(reviewer, seller.sellerId);
    const { items } = (await reviewer.get(`/v1/reviews/${review.id as string}`)).body;
    expect((items as Body[]).find(({ item }) => item === '/name')?.value).toBe(body.name);
    return;
  }
  // What was written down is not what stands: whoever asks again hands in what stands now.
  expect(submitted.body.code).toBe('WRONG_STATE');
  expect(told(await seller.client.post(path(raced, 'submit')))).toEqual([200, 'in_review']);
});

it('a draft that is changed while it is handed in is not handed in, and its seller is told so', async () => {
  const product = await createManual(seller, { name: '提交前' });
  const { owner } = mallflow.database;
  const trx = await owner.transaction();
  await trx.raw('select 1 from products where id = ? for no key update', [product.id]);
  const submitted = seller.client.post(path(product, 'submit'), undefined, { key: 'raced-submission' });
  await workerWaits(owner);
  await trx.raw(
    `update products set draft = jsonb_set(draft, '{name}', '"提交后"'), draft_version = draft_version + 1
                  where id = ?`,
    [product.id],
  );
  await trx.commit();
  const { status, body } = await submitted;
  expect([status, body.code, body.state, body.allowed]).toEqual([
    409,
    'WRONG_STATE',
    'draft',
    ['check', 'edit', 'submit'],
  ]);
  expect((await seller.client.get(path(product, 'draft'))).body).toMatchObject({ name: '提交后', state: 'editing' });
  const again = await seller.client.post(path(product, 'submit'), undefined, { key: 'raced-submission' });
  expect(told(again)).toEqual([200, 'in_review']);
});
