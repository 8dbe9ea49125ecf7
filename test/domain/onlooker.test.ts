import { onlookerOf, sees } from '../../domain/change/onlooker';
import type { Principal } from '../../domain/shared/roles';

const nobody: Principal = {
  accountId: 'acc_1',
  login: 'a',
  displayName: 'a',
  roles: [],
  enterpriseId: null,
  mallId: null,
  memberId: null,
  sellerId: null,
};

const changes = {
  'the enterprise’s purchase': { type: 'purchase.pay', enterpriseId: 'ent_1', sellerId: null },
  'another enterprise’s purchase': { type: 'purchase.pay', enterpriseId: 'ent_2', sellerId: null },
  'the seller’s product': { type: 'product.list', enterpriseId: null, sellerId: 'sel_1' },
  'another seller’s product': { type: 'product.list', enterpriseId: null, sellerId: 'sel_2' },
  'a review of the seller’s': { type: 'review.claim', enterpriseId: null, sellerId: 'sel_1' },
  'what is nobody’s': { type: 'benefit.take_down', enterpriseId: null, sellerId: null },
};

/** Written by hand: who is told which. */
const expected: readonly [string, Partial<Principal>, (keyof typeof changes)[]][] = [
  ['an operator', { roles: ['operator'] }, Object.keys(changes) as (keyof typeof changes)[]],
  ['a reviewer', { roles: ['reviewer'] }, ['a review of the seller’s']],
  ['a mall manager', { roles: ['mall_manager'], enterpriseId: 'ent_1' }, ['the enterprise’s purchase']],
  ['a seller', { roles: ['seller'], sellerId: 'sel_1' }, ['the seller’s product']],
  ['who is about to become a seller', { sellerId: 'sel_1' }, ['the seller’s product']],
  ['a member', { roles: ['member'], enterpriseId: 'ent_1', mallId: 'mal_1' }, []],
  ['an account without a role', {}, []],
  [
    'a seller who reviews',
    { roles: ['seller', 'reviewer'], sellerId: 'sel_1' },
    ['the seller’s product', 'a review of the seller’s'],
  ],
];

describe('of what changes', () => {
  it.each(expected)('%s is told what is to be seen', (_, account, seen) => {
    const onlooker = onlookerOf({ ...nobody, ...account });
    const told = Object.entries(changes)
      .filter(([, change]) => sees(onlooker, change))
      .map(([name]) => name);
    expect(told).toEqual(seen);
  });
});
