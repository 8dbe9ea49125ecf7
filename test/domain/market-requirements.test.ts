import type { SellerFacts } from '../../domain/seller/facts';
import { requirementsOf, type RequirementKey } from '../../domain/seller/requirements';
import { onboardingStanding } from '../../domain/seller/standing';
import { action, at, deferred, done, informed, newer, paid, told, withProduct, withShop } from './seller-facts';

describe('shop and product among what a seller still needs', () => {
  it.each<[string, SellerFacts, RequirementKey, string]>([
    ['put off: products wait behind the fee', deferred, 'product_listed', 'not_started seller -'],
    ['paid', paid, 'product_listed', 'not_started seller products'],
    ['before the centre', informed, 'product_listed', 'not_started nobody -'],
    ['a product is begun', withProduct('draft'), 'product_listed', 'in_progress seller products/prd_1/submit'],
    ['it is looked at', withProduct('in_review'), 'product_listed', 'in_review reviewer -'],
    ['changes are asked', withProduct('changes_requested'), 'product_listed', action('products/prd_1/draft')],
    ['it was rejected', withProduct('rejected'), 'product_listed', action('products/prd_1/draft')],
    ['it is approved', withProduct('approved'), 'product_listed', 'in_progress seller products/prd_1/list'],
    ['one was listed, none is any more', { ...withProduct('unlisted'), stage: 'complete' }, 'product_listed', done],
    ['paid', paid, 'shop_published', 'not_started seller shop/draft'],
    ['before the centre', informed, 'shop_published', 'not_started nobody -'],
    ['a shop is begun', withShop({}), 'shop_published', 'in_progress seller shop/submit'],
    ['it is looked at', withShop({ draft: 'in_review' }), 'shop_published', 'in_review reviewer -'],
    ['it came back', withShop({ draft: 'changes_requested' }), 'shop_published', action('shop/draft')],
    ['it is published and changed', withShop({ published: true, draft: 'in_review' }), 'shop_published', done],
    [
      'not signed in time: nothing is handed in',
      { ...withProduct('draft'), ...newer(true) },
      'product_listed',
      'in_progress seller -',
    ],
  ])('%s: %#', (_, facts, key, expected) => {
    expect(told(facts, key)).toBe(expected);
  });

  it('says why a product came back, and when a reviewer is expected to have decided', () => {
    const errors = [{ path: '/name', code: 'MISLEADING', reason: '名称有误导性' }];
    const listed = (facts: SellerFacts) => requirementsOf(facts).find(({ key }) => key === 'product_listed');
    expect(listed(withProduct('changes_requested', { errors }))).toMatchObject({ errors, since: at(9) });
    // Expected and not due: a slow reviewer makes no seller late.
    expect(listed(withProduct('in_review', { expectedAt: at(20) }))).toMatchObject({ expectedAt: at(20) });
    expect(onboardingStanding(withProduct('in_review', { expectedAt: at(20) })).dueAt).toBeNull();
  });
});
