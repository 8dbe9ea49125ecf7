import { DomainError } from '../../domain/shared/errors';
import { allowedCommands, allows, alreadyReached, transition } from '../../domain/shared/state-machine';
import {
  awardFits,
  editSubStockSchema,
  proposeAllocationSchema,
  subStockQuantitySchema,
} from '../../domain/stock/allocation-schemas';
import { allocationMachine, type AllocationState } from '../../domain/stock/allocation-states';
import { commodityCategories } from '../../domain/stock/states';
import {
  requireSubStockAllows,
  subStockActions,
  subStockCommands,
  subStockMachine,
  subStockStates,
  type SubStockCommand,
  type SubStockStanding,
} from '../../domain/stock/sub-stock-states';

const plain = {
  commodityId: 'com_1',
  mallId: 'mal_1',
  quantity: 1,
  dailyLimit: -1,
  memberLimits: [],
  autoAward: true,
};

/** Where a value is refused, and '' for the whole of it; undefined when it is taken. */
function faultsOf(schema: typeof proposeAllocationSchema | typeof editSubStockSchema, value: object) {
  const parsed = schema.safeParse(value);
  return parsed.success ? undefined : parsed.error.issues.map(({ path }) => path.join('/'));
}

const redPacket = { amountFen: 100, merchantName: '星河零售', activityName: '新春', blessing: '恭喜发财' };
const awards = {
  link: { jumpLink: 'https://example.com/use?code=1' },
  points: { pointsValue: 100, productId: 'app-1', system: 'third_party' },
  redPacket,
} as const;

describe('what an allocation takes', () => {
  it.each<[string, object, string[] | undefined]>([
    ['one piece', {}, undefined],
    ['the most a commodity can have', { quantity: 100_000_000 }, undefined],
    ['no piece', { quantity: 0 }, ['quantity']],
    ['a piece too few', { quantity: -1 }, ['quantity']],
    ['half a piece', { quantity: 1.5 }, ['quantity']],
    ['more than a commodity can have', { quantity: 100_000_001 }, ['quantity']],
    ['a daily limit of one', { dailyLimit: 1 }, undefined],
    ['a daily limit of nothing', { dailyLimit: 0 }, ['dailyLimit']],
    ['a daily limit below unlimited', { dailyLimit: -2 }, ['dailyLimit']],
    ['a daily limit no column holds', { dailyLimit: 2_147_483_648 }, ['dailyLimit']],
    [
      'a limit for every period',
      {
        memberLimits: ['day', 'week', 'month', 'half_year', 'year'].map((period, at) => ({ period, count: at + 1 })),
      },
      undefined,
    ],
    [
      'two limits for a day',
      {
        memberLimits: [
          { period: 'day', count: 1 },
          { period: 'day', count: 2 },
        ],
      },
      ['memberLimits'],
    ],
    ['a member limit of nothing', { memberLimits: [{ period: 'day', count: 0 }] }, ['memberLimits/0/count']],
    ['an unknown period', { memberLimits: [{ period: 'hour', count: 1 }] }, ['memberLimits/0/period']],
    ['open ends', { validFrom: null, validUntil: null }, undefined],
    ['a validity', { validFrom: '2026-01-01T00:00:00Z', validUntil: '2026-01-01T00:00:00.001Z' }, undefined],
    ['an empty validity', { validFrom: '2026-01-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' }, ['validUntil']],
    [
      'a validity that runs back',
      { validFrom: '2027-01-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' },
      ['validUntil'],
    ],
    ['a time of another zone', { validFrom: '2026-01-01T00:00:00+08:00' }, ['validFrom']],
    ['a time before our era', { validFrom: '0000-01-01T00:00:00Z' }, ['validFrom']],
    ['a remark of 500', { remark: '备'.repeat(500) }, undefined],
    ['a remark of 501', { remark: '备'.repeat(501) }, ['remark']],
    ['automatic award as a word', { autoAward: 'yes' }, ['autoAward']],
    ['settings for a link', { award: awards.link }, undefined],
    ['a link that runs a script', { award: { jumpLink: 'javascript:alert(1)' } }, ['award/jumpLink']],
    ['settings for points', { award: awards.points }, undefined],
    ['points of no system', { award: { pointsValue: 1, system: 'ours' } }, ['award']],
    ['no points', { award: { ...awards.points, pointsValue: 0 } }, ['award/pointsValue']],
    ['settings for a red packet', { award: awards.redPacket }, undefined],
    ['a red packet without a blessing', { award: { ...redPacket, blessing: undefined } }, ['award']],
    ['an empty red packet', { award: { ...redPacket, amountFen: 0 } }, ['award/amountFen']],
    ['settings of two kinds', { award: { ...awards.link, ...awards.points } }, ['award']],
    ['an unknown field', { priority: 1 }, ['']],
    ['several faults, all told', { quantity: 0, dailyLimit: 0, mallId: '' }, ['mallId', 'quantity', 'dailyLimit']],
  ])('%s', (_, changes, faults) => {
    expect(faultsOf(proposeAllocationSchema, { ...plain, ...changes })).toEqual(faults);
  });

  it.each(['commodityId', 'mallId', 'quantity', 'dailyLimit', 'memberLimits', 'autoAward'] as const)(
    '%s has no default',
    (name) => {
      expect(faultsOf(proposeAllocationSchema, { ...plain, [name]: undefined })).toEqual([name]);
    },
  );

  it('tells times in one form', () => {
    const parsed = proposeAllocationSchema.parse({ ...plain, validFrom: '2026-01-01T00:00:00Z' });
    expect(parsed.validFrom).toBe('2026-01-01T00:00:00.000Z');
  });
});

describe('an edit', () => {
  it.each<[string, object, string[] | undefined]>([
    ['of one field', { dailyLimit: 3 }, undefined],
    ['that clears', { validFrom: null, validUntil: null, remark: null, award: null }, undefined],
    ['of nothing', {}, ['']],
    ['of the quantity', { dailyLimit: 1, quantity: 3 }, ['']],
    ['that runs back', { validFrom: '2027-01-01T00:00:00Z', validUntil: '2026-01-01T00:00:00Z' }, ['validUntil']],
  ])('%s', (_, changes, faults) => {
    expect(faultsOf(editSubStockSchema, changes)).toEqual(faults);
  });
});

it.each([0, -1, 1.5, 100_000_001])('%s pieces are not restocked or returned', (quantity) => {
  expect(subStockQuantitySchema.safeParse({ quantity }).success).toBe(false);
  expect(subStockQuantitySchema.safeParse({ quantity: 1 }).success).toBe(true);
});

it.each(commodityCategories)('award settings of %s', (category) => {
  const takes: Partial<Record<typeof category, keyof typeof awards>> = {
    coupon: 'link',
    cdk: 'link',
    points: 'points',
    wechat_red_packet: 'redPacket',
  };
  expect(awardFits(category, null)).toBe(true);
  for (const [name, award] of Object.entries(awards))
    expect([name, awardFits(category, award)]).toEqual([name, takes[category] === name]);
});

describe('an allocation', () => {
  it.each<[AllocationState, Record<string, string>, string[]]>([
    ['awaiting_confirmation', { confirm: 'confirmed', cancel: 'cancelled', expire: 'expired' }, ['confirm', 'cancel']],
    ['confirmed', {}, []],
    ['cancelled', {}, []],
    ['expired', {}, []],
  ])('in %s', (state, edges, actions) => {
    for (const act of ['confirm', 'cancel', 'expire'] as const) {
      expect(allows(allocationMachine, state, act)).toBe(edges[act] !== undefined);
      if (edges[act] !== undefined) expect(transition(allocationMachine, state, act)).toBe(edges[act]);
    }
    expect(allowedCommands(allocationMachine, state)).toEqual(actions);
    expect(alreadyReached(allocationMachine, state, 'confirm')).toBe(state === 'confirmed');
    expect(alreadyReached(allocationMachine, state, 'cancel')).toBe(state === 'cancelled');
  });
});

describe('a sub-stock', () => {
  const standing = (changes: Partial<SubStockStanding> = {}): SubStockStanding => ({
    state: 'offline',
    commodityExpired: false,
    inUse: false,
    ...changes,
  });
  const refusal = (command: SubStockCommand, at: SubStockStanding) => {
    try {
      requireSubStockAllows(command, at);
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
    return 'taken';
  };

  it.each<[string, SubStockStanding, string[]]>([
    ['online', standing({ state: 'online' }), ['take-offline']],
    ['offline', standing(), ['edit', 'restock', 'return', 'delete', 'bring-online']],
    ['offline and in use', standing({ inUse: true }), ['edit', 'restock', 'return', 'bring-online']],
    ['offline and expired', standing({ commodityExpired: true }), ['edit', 'return', 'delete']],
    ['deleted', standing({ state: 'deleted' }), []],
  ])('%s takes', (_, at, actions) => {
    expect(subStockActions(at)).toEqual(actions);
    for (const command of subStockCommands)
      expect([command, refusal(command, at) === 'taken']).toEqual([command, actions.includes(command)]);
  });

  it.each<[string, SubStockCommand, SubStockStanding, string]>([
    [
      'a change while it is online',
      'restock',
      standing({ state: 'online', commodityExpired: true }),
      'SUB_STOCK_ONLINE',
    ],
    ['its end while it is online', 'delete', standing({ state: 'online', inUse: true }), 'SUB_STOCK_ONLINE'],
    ['its end while it is in use', 'delete', standing({ inUse: true }), 'SUB_STOCK_IN_USE'],
    ['more of what is expired', 'restock', standing({ commodityExpired: true }), 'COMMODITY_OFFLINE'],
    ['to show what is expired', 'bring-online', standing({ commodityExpired: true }), 'COMMODITY_OFFLINE'],
    ['anything of what is deleted', 'edit', standing({ state: 'deleted' }), 'WRONG_STATE'],
  ])('refuses %s', (_, command, at, code) => {
    expect(refusal(command, at)).toBe(code);
  });

  it('is online at first, and nothing changes it but offline', () => {
    expect(subStockMachine.initial).toBe('online');
    for (const state of subStockStates)
      for (const command of ['edit', 'restock', 'return', 'delete'] as const)
        expect([state, allows(subStockMachine, state, command)]).toEqual([state, state === 'offline']);
    expect(alreadyReached(subStockMachine, 'offline', 'take-offline')).toBe(true);
    expect(alreadyReached(subStockMachine, 'online', 'bring-online')).toBe(true);
    expect(alreadyReached(subStockMachine, 'deleted', 'delete')).toBe(true);
    expect(alreadyReached(subStockMachine, 'deleted', 'take-offline')).toBe(false);
  });
});
