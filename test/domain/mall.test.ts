import { requireExchangeFor, requireListable } from '../../domain/mall/exchange';
import {
  listingCommands,
  listingMachine,
  listingRefusal,
  listingStates,
  type ListingCommand,
  type ListingState,
} from '../../domain/mall/listing-states';
import { redemptionRefusal, redemptionRefusals, type RedemptionFacts } from '../../domain/mall/redeemable';
import {
  addListingSchema,
  addMemberSchema,
  addSectionSchema,
  adjustPointsSchema,
  editListingSchema,
  renameSectionSchema,
} from '../../domain/mall/schemas';
import { allowedCommands, allows, alreadyReached, transition } from '../../domain/shared/state-machine';
import { commodityCategories } from '../../domain/stock/states';

describe('a listing', () => {
  it('is offline until it is brought online', () => {
    expect(listingMachine.initial).toBe('offline');
  });

  /** By hand, from the guide and the contract. */
  it.each<[ListingState, Partial<Record<ListingCommand, ListingState>>, ListingCommand[]]>([
    ['offline', { 'bring-online': 'online', edit: 'offline', void: 'void' }, ['take-offline']],
    ['online', { 'take-offline': 'offline' }, ['bring-online']],
    ['void', {}, ['void']],
  ])('in %s', (state, edges, reached) => {
    for (const command of listingCommands) {
      expect([command, allows(listingMachine, state, command)]).toEqual([command, command in edges]);
      const to = edges[command];
      if (to !== undefined) expect(transition(listingMachine, state, command)).toBe(to);
      expect([command, alreadyReached(listingMachine, state, command)]).toEqual([command, reached.includes(command)]);
    }
    expect([...allowedCommands(listingMachine, state)].sort()).toEqual(Object.keys(edges).sort());
  });

  it('that is online says that it must go offline first; one that is void says that nothing is left', () => {
    expect(listingRefusal('online')).toMatchObject({
      code: 'LISTING_ONLINE',
      facts: { state: 'online', allowed: ['take-offline'] },
    });
    expect(listingRefusal('void')).toMatchObject({ code: 'WRONG_STATE', facts: { state: 'void', allowed: [] } });
    expect(listingStates).toHaveLength(3);
  });
});

describe('what may be listed how', () => {
  it.each(commodityCategories)('%s', (category) => {
    const goods = { purpose: 'points_operation', category } as const;
    expect(() => requireListable(goods)).not.toThrow();
    expect(() => requireExchangeFor(goods, 'points_and_cash')).not.toThrow();
    const forPoints = () => requireExchangeFor(goods, 'points');
    if (category !== 'wechat_red_packet') expect(forPoints).not.toThrow();
    else
      expect(forPoints).toThrow(
        expect.objectContaining({
          code: 'RED_PACKET_NEEDS_CASH',
          facts: { errors: [expect.objectContaining({ path: '/exchange/kind' })] },
        }),
      );
  });

  it('leaves e-commerce goods out', () => {
    expect(() => requireListable({ purpose: 'e_commerce', category: 'physical' })).toThrow(
      expect.objectContaining({
        code: 'NOT_LISTABLE',
        facts: { errors: [expect.objectContaining({ path: '/subStockId' })] },
      }),
    );
  });
});

describe('whether it can be redeemed', () => {
  const at = new Date('2026-11-22T08:00:00Z');
  const [before, after] = [new Date(at.getTime() - 1), new Date(at.getTime() + 1)];
  const fine: RedemptionFacts = {
    at,
    listing: { state: 'online', pointsPrice: 100, saleFrom: before, saleUntil: after },
    subStock: { state: 'online', left: 1, validFrom: before, validUntil: after },
    commodityExpiresAt: after,
    limitReached: { daily: false, member: false },
    availablePoints: 100,
  };
  const listing = (change: Partial<RedemptionFacts['listing']>) => ({ listing: { ...fine.listing, ...change } });
  const subStock = (change: Partial<RedemptionFacts['subStock']>) => ({ subStock: { ...fine.subStock, ...change } });

  it('is so when nothing stands in the way; what has no end and no beginning stands in nobody’s', () => {
    expect(redemptionRefusal(fine)).toBeNull();
    const open = {
      ...fine,
      ...listing({ saleFrom: null, saleUntil: null }),
      ...subStock({ validFrom: null, validUntil: null }),
    };
    expect(redemptionRefusal({ ...open, commodityExpiresAt: null, availablePoints: null })).toBeNull();
  });

  it.each<[string, Partial<RedemptionFacts>]>([
    ['LISTING_OFFLINE', listing({ state: 'offline' })],
    ['LISTING_OFFLINE', listing({ state: 'void' })],
    ['SUB_STOCK_OFFLINE', subStock({ state: 'offline' })],
    ['SUB_STOCK_OFFLINE', subStock({ state: 'deleted' })],
    ['SOLD_OUT', subStock({ left: 0 })],
    ['DAILY_LIMIT_REACHED', { limitReached: { daily: true, member: false } }],
    ['MEMBER_LIMIT_REACHED', { limitReached: { daily: false, member: true } }],
    ['NOT_YET_VALID', subStock({ validFrom: after })],
    ['EXPIRED', subStock({ validUntil: before })],
    ['EXPIRED', { commodityExpiresAt: before }],
    ['SALE_NOT_OPEN', listing({ saleFrom: after })],
    ['SALE_OVER', listing({ saleUntil: before })],
    ['POINTS_SHORT', { availablePoints: 99 }],
  ])('%s', (reason, change) => {
    expect(redemptionRefusal({ ...fine, ...change })).toBe(reason);
  });

  it('counts ranges half-open: from their beginning on, and no longer at their end', () => {
    const fromNow = { ...fine, ...listing({ saleFrom: at }), ...subStock({ validFrom: at }) };
    expect(redemptionRefusal(fromNow)).toBeNull();
    expect(redemptionRefusal({ ...fine, ...subStock({ validUntil: at }) })).toBe('EXPIRED');
    expect(redemptionRefusal({ ...fine, commodityExpiresAt: at })).toBe('EXPIRED');
    expect(redemptionRefusal({ ...fine, ...listing({ saleUntil: at }) })).toBe('SALE_OVER');
  });

  it('tells the first reason that applies, in the order of the contract', () => {
    // Everything is wrong; mended one after another, each next reason comes to light.
    let facts: RedemptionFacts = {
      at,
      listing: { state: 'offline', pointsPrice: 100, saleFrom: after, saleUntil: before },
      subStock: { state: 'offline', left: 0, validFrom: after, validUntil: before },
      commodityExpiresAt: before,
      limitReached: { daily: true, member: true },
      availablePoints: 0,
    };
    const mend: ((facts: RedemptionFacts) => RedemptionFacts)[] = [
      (now) => ({ ...now, listing: { ...now.listing, state: 'online' } }),
      (now) => ({ ...now, subStock: { ...now.subStock, state: 'online' } }),
      (now) => ({ ...now, subStock: { ...now.subStock, left: 1 } }),
      (now) => ({ ...now, limitReached: { daily: false, member: true } }),
      (now) => ({ ...now, limitReached: { daily: false, member: false } }),
      (now) => ({ ...now, subStock: { ...now.subStock, validFrom: before } }),
      (now) => ({ ...now, commodityExpiresAt: null, subStock: { ...now.subStock, validUntil: null } }),
      (now) => ({ ...now, listing: { ...now.listing, saleFrom: before } }),
      (now) => ({ ...now, listing: { ...now.listing, saleUntil: after } }),
      (now) => ({ ...now, availablePoints: 100 }),
    ];
    const told = [redemptionRefusal(facts)];
    for (const step of mend) told.push(redemptionRefusal((facts = step(facts))));
    expect(told).toEqual([...redemptionRefusals, null]);
  });
});

describe('what a manager sends', () => {
  const points = { kind: 'points', pointsPrice: 1 } as const;
  const mixed = { kind: 'points_and_cash', pointsPrice: 1, cashFen: 1 } as const;
  const listing = { subStockId: 'sub_1', name: '帆布袋', exchange: points };
  const member = { mallId: 'mal_1', externalId: 'u-1', displayName: '小李' };
  const [early, late] = ['2026-11-22T00:00:00Z', '2026-11-23T00:00:00Z'];
  const long = (length: number) => '名'.repeat(length);

  const schemas = {
    'a section': addSectionSchema,
    'a new name': renameSectionSchema,
    'a listing': addListingSchema,
    'an edit': editListingSchema,
    'a member': addMemberSchema,
    'an adjustment': adjustPointsSchema,
  };
  const faultsOf = (which: keyof typeof schemas, body: unknown) =>
    schemas[which].safeParse(body).error?.issues.map(({ path }) => path.join('/'));

  it.each<[keyof typeof schemas, unknown]>([
    ['a section', { mallId: 'mal_1', name: long(20) }],
    ['a new name', { name: '一' }],
    ['a listing', listing],
    [
      'a listing',
      { ...listing, name: long(60), exchange: { ...points, pointsPrice: 100_000_000 }, sectionId: 'sec_1' },
    ],
    ['a listing', { ...listing, exchange: { ...mixed, cashFen: 10_000_000 }, strikePriceFen: 1, arrivalDays: 0 }],
    ['a listing', { ...listing, saleFrom: early, saleUntil: late, rules: '规则', description: '介绍' }],
    ['a listing', { ...listing, saleUntil: early }],
    ['an edit', { saleFrom: null, saleUntil: early, strikePriceFen: null, rules: null, arrivalDays: null }],
    ['a member', member],
    ['a member', { ...member, login: 'li@example', password: 'long enough 1' }],
    ['an adjustment', { delta: -100_000_000, reason: '更正' }],
    ['an adjustment', { delta: 100_000_000, reason: '活动' }],
  ])('%s is accepted: %j', (which, body) => {
    expect(faultsOf(which, body)).toBeUndefined();
  });

  it.each<[keyof typeof schemas, unknown, string[]]>([
    ['a section', { mallId: 'mal_1', name: ' ' }, ['name']],
    ['a section', { mallId: 'mal_1', name: long(21) }, ['name']],
    ['a new name', { name: long(21) }, ['name']],
    ['a listing', { ...listing, name: long(61) }, ['name']],
    ['a listing', { ...listing, exchange: { ...points, cashFen: 1 } }, ['exchange']],
    ['a listing', { ...listing, exchange: { kind: 'points_and_cash', pointsPrice: 1 } }, ['exchange/cashFen']],
    ['a listing', { ...listing, exchange: { ...points, pointsPrice: 0 } }, ['exchange/pointsPrice']],
    ['a listing', { ...listing, exchange: { ...points, pointsPrice: 100_000_001 } }, ['exchange/pointsPrice']],
    ['a listing', { ...listing, exchange: { ...mixed, cashFen: 0 } }, ['exchange/cashFen']],
    ['a listing', { ...listing, exchange: { ...mixed, cashFen: 10_000_001 } }, ['exchange/cashFen']],
    ['a listing', { ...listing, exchange: { kind: 'cash', cashFen: 1 } }, ['exchange/kind']],
    ['a listing', { ...listing, strikePriceFen: 0, arrivalDays: -1 }, ['strikePriceFen', 'arrivalDays']],
    ['a listing', { ...listing, rules: long(2_001), description: long(2_001) }, ['rules', 'description']],
    ['a listing', { ...listing, saleFrom: '2026-11-22', saleUntil: 'soon' }, ['saleFrom', 'saleUntil']],
    ['a listing', { ...listing, saleFrom: late, saleUntil: early }, ['saleUntil']],
    ['a listing', { ...listing, saleFrom: early, saleUntil: early }, ['saleUntil']],
    ['an edit', {}, ['']],
    ['an edit', { name: '一', subStockId: 'sub_2' }, ['']],
    ['an edit', { saleFrom: late, saleUntil: early }, ['saleUntil']],
    ['a member', { ...member, login: 'li@example' }, ['password']],
    ['a member', { ...member, password: 'long enough 1' }, ['login']],
    ['a member', { ...member, externalId: '', displayName: long(61) }, ['externalId', 'displayName']],
    ['an adjustment', { delta: 0, reason: '更正' }, ['delta']],
    ['an adjustment', { delta: 100_000_001, reason: '活动' }, ['delta']],
    ['an adjustment', { delta: -100_000_001, reason: '活动' }, ['delta']],
    ['an adjustment', { delta: 1.5, reason: '' }, ['delta', 'reason']],
  ])('%s is refused: %j', (which, body, paths) => {
    expect(faultsOf(which, body)).toEqual(paths);
  });
});
