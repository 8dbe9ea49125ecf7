import { randomUUID } from 'node:crypto';
import { eventually } from '../support/eventually';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import {
  beginOnboarding,
  centreSeller,
  createManual,
  judged,
  manualBody,
  openMerchantId,
  type ProductSeller,
} from '../support/products';

let mallflow: Installation;
let reviewer: HttpClient;
let seller: ProductSeller;
beforeAll(async () => {
  mallflow = await startInstallation();
  reviewer = await mallflow.as('reviewer@demo');
  seller = await centreSeller(mallflow, 'seller-of-products');
});
afterAll(() => mallflow.stop());

const path = (product: Body, command = ''): string => `/v1/products/${product.id as string}${command && `/${command}`}`;
const onSale = async (id: string): Promise<Body> => (await mallflow.anonymous.get(`/v1/market/products/${id}`)).body;

describe('the first product', () => {
  it('is created, checked, handed in, approved and listed: the onboarding is complete, the market shows it', async () => {
    await beginOnboarding(mallflow, seller.onboardingId);
    const { client, sellerId, onboardingId } = seller;
    const product = await createManual(seller);
    expect(product).toMatchObject({
      ...{ state: 'draft', sellerId, deliveryType: 'manual', name: '上云迁移服务', published: null, takenDown: null },
      ...{ draft: { state: 'editing', version: 1, errors: [] }, actions: ['check', 'edit', 'submit'] },
    });
    const submitted = await client.post(path(product, 'submit'));
    expect([submitted.status, submitted.body]).toMatchObject([
      200,
      { state: 'in_review', draft: { state: 'in_review', expectedAt: expect.any(String) }, actions: ['withdraw'] },
    ]);
    const requirement = async (): Promise<Body> =>
      (await client.get(`/v1/seller-onboardings/${onboardingId}`)).body.requirements.at(-1);
    expect(await requirement()).toMatchObject({ key: 'product_listed', state: 'in_review', whoseTurn: 'reviewer' });

    expect((await client.post(path(product, 'submit'))).body.state).toBe('in_review');
    const { items } = (await reviewer.get('/v1/reviews?kind=product')).body;
    expect(items).toHaveLength(1);
    const decided = await reviewer.post(`/v1/reviews/${items[0].id}/decide`, { outcome: 'approve', verdicts: [] });
    expect([decided.status, decided.body.state]).toEqual([200, 'decided']);
    const approved = (await client.get(path(product))).body;
    expect(approved).toMatchObject({ state: 'approved', published: { revision: 1 }, purchasable: false });
    expect(approved.actions).toEqual(['check', 'edit', 'list']);
    expect((await onSale(product.id)).code).toBe('NOT_FOUND');

    const listed = await client.post(path(product, 'list'));
    expect([listed.status, listed.body]).toMatchObject([
      200,
      { state: 'listed', purchasable: false, notPurchasableReason: 'MERCHANT_ID_MISSING', paymentMethods: [] },
    ]);
    expect(await onSale(product.id)).toMatchObject({ id: product.id, name: '上云迁移服务', purchasable: false });
    expect(await requirement()).toMatchObject({ state: 'met', whoseTurn: 'nobody' });
    const { body: onboarding } = await client.get(`/v1/seller-onboardings/${onboardingId}`);
    expect(onboarding).toMatchObject({ stage: 'complete', state: 'completed' });
    const described = () =>
      mallflow.services.temporal.workflow.getHandle(`seller-onboarding:${onboardingId}`).describe();
    const run = await eventually(described, ({ status }) => status.name === 'COMPLETED');
    expect(run.status.name).toBe('COMPLETED');

    await openMerchantId(mallflow.database, seller);
    expect(await onSale(product.id)).toMatchObject({ purchasable: true, paymentMethods: ['wechat_pay'] });
    expect((await client.get(`/v1/sellers/${sellerId}/readiness`)).body.canSell).toBe(true);
  });
});
