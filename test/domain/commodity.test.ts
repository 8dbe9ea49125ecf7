import { awardTemplates } from '../../domain/stock/award-templates';
import { commodityActions } from '../../domain/stock/actions';
import { requireFitting, requirePlatforms } from '../../domain/stock/first-step';
import { maxStock } from '../../domain/stock/limits';
import { platforms } from '../../domain/stock/platforms';
import { firstStepSchema, increaseStockSchema, revisionSchema, secondStepSchema } from '../../domain/stock/schemas';
import { commodityCategories, commodityStates, ownCategories, type CommodityState } from '../../domain/stock/states';
import type { FirstStep } from '../../domain/stock/steps';
import { commodityText, isCommodityDeed } from '../../domain/stock/wording';
import { firstStep, templates } from '../support/commodities';

const step = firstStep({ coverImageId: 'img_1', detailImageId: 'img_2' });
const second = { totalStock: 1, expiresAt: null, platforms: [], tags: [] };
const pathsOf = (result: { error?: { issues: readonly { path: readonly PropertyKey[] }[] } | undefined }) =>
  result.error?.issues.map(({ path }) => path.join('/')) ?? [];

describe('the first step', () => {
  it('needs every field', () => {
    expect(firstStepSchema.safeParse(step).success).toBe(true);
    for (const field of Object.keys(step)) {
      const { [field as keyof FirstStep]: _, ...rest } = step;
      expect(pathsOf(firstStepSchema.safeParse(rest))).toEqual([field]);
    }
  });

  it.each([
    ['name', ' ', false],
    ['name', '杯'.repeat(60), true],
    ['name', '杯'.repeat(61), false],
    ['redemptionNote', '', false],
    ['redemptionNote', '字'.repeat(2_000), true],
    ['redemptionNote', '字'.repeat(2_001), false],
    ['priceFen', 0, true],
    ['priceFen', -1, false],
    ['priceFen', 0.5, false],
    ['priceFen', 10_000_000_000, true],
    ['priceFen', 10_000_000_001, false],
    ['priceFen', '1', false],
    ['category', 'direct_top_up', false],
    ['category', 'rights_pack', false],
    ['purpose', 'mall', false],
    ['coverImageId', '', false],
    ['surprise', 1, false],
  ])('%s: %j is fine: %s', (field, value, fine) => {
    expect(firstStepSchema.safeParse({ ...step, [field]: value }).success).toBe(fine);
    expect(revisionSchema.safeParse({ [field]: value }).success).toBe(fine);
  });

  it.each(ownCategories)('for e-commerce takes physical goods only: %s', (category) => {
    const faults = pathsOf(firstStepSchema.safeParse({ ...step, purpose: 'e_commerce', category }));
    expect(faults).toEqual(category === 'physical' ? [] : ['category']);
    expect(pathsOf(revisionSchema.safeParse({ purpose: 'e_commerce', category }))).toEqual(faults);
    const as = () => requireFitting({ ...step, category, purpose: 'e_commerce', awardTemplateId: templates[category] });
    if (category === 'physical') expect(as).not.toThrow();
    else expect(as).toThrow('VALIDATION_FAILED');
  });

  it('is revised in part, but not by nothing', () => {
    expect(revisionSchema.parse({ name: ' 新名 ' })).toEqual({ name: '新名' });
    expect(revisionSchema.safeParse({}).success).toBe(false);
  });
});

describe('award templates', () => {
  it('exist for each category an enterprise may add, under ids of their own', () => {
    expect(new Set(awardTemplates.map(({ category }) => category))).toEqual(new Set(ownCategories));
    const choices = [...awardTemplates, ...platforms];
    expect(new Set(choices.map(({ id }) => id)).size).toBe(choices.length);
    for (const { id } of choices) expect(id).toMatch(/^[a-z]{3}_[0-9a-z]{26}$/);
  });

  it.each(ownCategories)('belong to one category: %s', (category) => {
    for (const template of awardTemplates) {
      const fits = () => requireFitting({ ...step, category, awardTemplateId: template.id });
      if (template.category === category) expect(fits).not.toThrow();
      else expect(fits).toThrow(expect.objectContaining({ code: 'TEMPLATE_MISMATCH' }));
    }
    const unknown = () => requireFitting({ ...step, awardTemplateId: 'tpl_none' });
    expect(unknown).toThrow(expect.objectContaining({ code: 'REFERENCE_NOT_FOUND' }));
  });
});

describe('the second step', () => {
  it.each([
    ['totalStock', 0, false],
    ['totalStock', 1.5, false],
    ['totalStock', maxStock, true],
    ['totalStock', maxStock + 1, false],
    ['expiresAt', '2030-01-01T00:00:00Z', true],
    ['expiresAt', '2030-01-01', false],
    ['expiresAt', '2030-01-01T00:00:00+08:00', false],
    ['expiresAt', undefined, false],
    ['platforms', ['a', 'b'], true],
    ['platforms', ['a', 'a'], false],
    ['platforms', undefined, false],
    ['tags', ['新品', '夏季'], true],
    ['tags', ['新品', ' 新品'], false],
    ['tags', [''], false],
    ['tags', ['字'.repeat(31)], false],
    ['tags', Array.from({ length: 20 }, (_, n) => `t${n}`), true],
    ['tags', Array.from({ length: 21 }, (_, n) => `t${n}`), false],
    ['remark', '字'.repeat(500), true],
    ['remark', '字'.repeat(501), false],
    ['remark', null, true],
    ['surprise', 1, false],
  ])('%s: %j is fine: %s', (field, value, fine) => {
    expect(secondStepSchema.safeParse({ ...second, [field]: value }).success).toBe(fine);
  });

  it('names every platform nobody knows, at its place', () => {
    const known = platforms.map(({ id }) => id);
    expect(() => requirePlatforms(known)).not.toThrow();
    const errors = [1, 3].map((at) => expect.objectContaining({ path: `/platforms/${at}` }));
    expect(() => requirePlatforms([known[0]!, 'x', known[1]!, 'y'])).toThrow(
      expect.objectContaining({ code: 'REFERENCE_NOT_FOUND', facts: { errors } }),
    );
  });
});

it.each([0, -5, 0.5, maxStock + 1, '1', null])('stock is not increased by %j', (by) => {
  expect(increaseStockSchema.safeParse({ by }).success).toBe(false);
  expect(increaseStockSchema.safeParse({ by: 1 }).success).toBe(true);
});

describe('what a manager may do', () => {
  const own: Readonly<Record<CommodityState, readonly string[]>> = {
    draft: ['edit', 'complete', 'discard'],
    online: ['take-offline'],
    offline: ['increase-stock', 'bring-online'],
    expired: [],
    discarded: [],
  };

  it.each(commodityStates)('while it is %s', (state) => {
    for (const category of commodityCategories) {
      const actions = new Set(commodityActions({ state, source: 'own', category }));
      const takesCodes = category === 'cdk' && own[state].length > 0;
      expect(actions).toEqual(new Set([...own[state], ...(takesCodes ? ['codes'] : [])]));
    }
  });

  it('does not add to what was bought: that grows by another purchase', () => {
    expect(commodityActions({ state: 'offline', source: 'purchased', category: 'coupon' })).toEqual(['bring-online']);
  });
});

it('tells in both languages what was done to a commodity', () => {
  const deeds = ['codes', 'take-offline', 'increase-stock', 'bring-online', 'expire'].filter(isCommodityDeed);
  expect(deeds).toHaveLength(5);
  expect(isCommodityDeed('toString')).toBe(false);
  for (const act of deeds) {
    expect(commodityText({ act, actorName: '王店长' }, 'zh-CN')).toMatch(/[一-鿿]/);
    expect(commodityText({ act, actorName: '王店长' }, 'en')).not.toContain('{');
  }
});
