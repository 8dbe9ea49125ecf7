import { productItems } from '../../db/product/review-items';
import { manualBody } from '../support/products';

const valueOf = (tags: readonly string[]) =>
  productItems(manualBody('img_1', { tags: [...tags] }), { category: '专家服务', urlOf: (id) => id }).find(
    ({ item }) => item === '/tags',
  )?.value;

it('a list that is another reads otherwise: what stays accepted is the same list', () => {
  expect(valueOf(['上云', '迁移'])).toBe('上云、迁移');
  const lists = [
    ['上云', '迁移'],
    ['上云、迁移'],
    ['「上云', '迁移」'],
    ['上云', '迁移', '咨询'],
    ['上云', '迁移、咨询'],
  ];
  expect(new Set(lists.map(valueOf)).size).toBe(lists.length);
});
