import { markLost } from '../../db/case/lost';
import { firstRow, run } from '../../db/connection';
import { reviewWorkflowId } from '../../workflows/review/contract';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { centreSeller, createManual, waitingReview, type ProductSeller } from '../support/products';
import { place } from '../support/purchases';

let mallflow: Installation;
let operator: HttpClient;
let seller: ProductSeller;
let review: Body;
let productId: string;
let purchase: Body;
beforeAll(async () => {
  mallflow = await startInstallation();
  operator = await mallflow.as('operator@demo');
  seller = await centreSeller(mallflow, 'seller-to-find');
  await run(mallflow.database.owner, `update sellers set subject_name = '松风智能有限公司' where id = :id`, {
    id: seller.sellerId,
  });
  const product = await createManual(seller, { name: '松下云迁移' });
  productId = product.id as string;
  await seller.client.post(`/v1/products/${productId}/submit`);
  review = await waitingReview(await mallflow.as('reviewer@demo'), seller.sellerId);
  purchase = await place(await mallflow.as('manager@demo'));
});
afterAll(() => mallflow.stop());

const found = async (q: string, more = '') => {
  const { status, body } = await operator.get(`/v1/processes?q=${encodeURIComponent(q)}${more}`);
  expect(status).toBe(200);
  return (body.items as Body[]).map(({ subjectId }) => subjectId as string).sort();
};

it.each([
  ['its process', () => review.processId],
  ['itself', () => review.id],
  ['what was handed in', () => review.subjectId],
  ['the product', () => productId],
  ['part of the product’s name', () => '下云迁'],
])('a review is found by %s', async (_, q) => {
  expect(await found(String(q()))).toEqual([review.id]);
  expect(await found(String(q()), '&state=open')).toEqual([review.id]);
  expect(await found(String(q()), '&state=completed')).toEqual([]);
});

it.each([
  ['id', () => seller.sellerId],
  ['company', () => '松风智能'],
  ['login', () => 'SELLER-to-find'],
])('the cases of a seller are found by its %s, and those of nobody else', async (_, q) => {
  const all = await found(q());
  expect(all).toContain(review.id);
  expect(all).not.toContain(purchase.id);
  const { items } = (await operator.get(`/v1/processes?q=${encodeURIComponent(q())}`)).body;
  expect((items as Body[]).every(({ sellerId }) => sellerId === seller.sellerId)).toBe(true);
});

it('the cases of an enterprise are found by its id and its name', async () => {
  const { items } = (await operator.get(`/v1/processes?q=${purchase.id as string}`)).body;
  const { enterpriseId } = items[0] as { enterpriseId: string };
  for (const q of [enterpriseId, '星河零售']) expect(await found(q)).toEqual([purchase.id]);
});

it('nothing is found by what nothing is about', async () => {
  for (const q of ['没有这样的案子', '%', 'sel_01demo000000000000000000zz', 'zzz_01demo000000000000000000zz'])
    expect(await found(q)).toEqual([]);
});

it('a case that is lost is counted at its stage', async () => {
  const waiting = async () => {
    const { items } = (await operator.get('/v1/processes/counts')).body as { items: Body[] };
    return items.filter(({ kind }) => kind === 'review').map(({ stage, count }) => [stage, count]);
  };
  const before = await waiting();
  expect(before).toEqual([['waiting', 1]]);
  const workflowId = reviewWorkflowId(review.subjectId as string);
  await mallflow.stopWorker();
  await markLost(mallflow.database.db, workflowId, () => Promise.resolve('missing'));
  const state = `select state from process_cases where workflow_id = :workflowId`;
  expect(await firstRow(mallflow.database.db, state, { workflowId })).toEqual({ state: 'lost' });
  expect(await waiting()).toEqual(before);
});
