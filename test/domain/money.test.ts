import fc from 'fast-check';
import { placePurchaseSchema, payPurchaseSchema } from '../../domain/purchase/schemas';
import { addBenefitSchema } from '../../domain/catalogue/schemas';
import { topUpSchema } from '../../domain/ledger/schemas';
import { ledgerAccountId, ledgerPurposes } from '../../domain/ledger/accounts';
import { maxPriceFen, maxPurchaseQuantity, maxTopUpFen } from '../../domain/shared/money';

describe('an amount', () => {
  it('is exact for every price and quantity the limits let through', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: maxPriceFen }),
        fc.integer({ min: 1, max: maxPurchaseQuantity }),
        (price, quantity) => {
          expect(BigInt(price * quantity)).toBe(BigInt(price) * BigInt(quantity));
        },
      ),
    );
    expect(Number.isSafeInteger(maxPriceFen * maxPurchaseQuantity)).toBe(true);
    expect(Number.isSafeInteger(maxTopUpFen * 10_000)).toBe(true);
  });
});

describe('an order', () => {
  const accepts = (quantity: unknown): boolean =>
    placePurchaseSchema.safeParse({ benefitId: 'ben_1', quantity }).success;

  it('takes 1 to 100,000 pieces, whole', () => {
    expect([1, 2, 100_000].map(accepts)).toEqual([true, true, true]);
    expect([0, -1, 100_001, 1.5, '1', null, NaN].map(accepts)).toEqual(Array(7).fill(false));
    fc.assert(
      fc.property(fc.integer(), (n) => {
        expect(accepts(n)).toBe(n >= 1 && n <= 100_000);
      }),
    );
  });

  it('takes no field nobody asked for', () => {
    expect(placePurchaseSchema.safeParse({ benefitId: 'ben_1', quantity: 1, priceFen: 1 }).success).toBe(false);
    expect(payPurchaseSchema.safeParse({ method: 'balance', amountFen: 1 }).success).toBe(false);
    expect(payPurchaseSchema.safeParse({ method: 'cash' }).success).toBe(false);
  });
});

describe('a benefit', () => {
  const benefit = { name: '券', kind: 'coupon', priceFen: 1, validity: null, exchangeNotes: '说明' };
  const accepts = (more: object): boolean => addBenefitSchema.safeParse({ ...benefit, ...more }).success;

  it.each([
    ['coupon', null, true],
    ['coupon', { days: 30 }, false],
    ['direct_top_up', null, true],
    ['direct_top_up', { days: 30 }, false],
    ['rights_pack', { days: 30 }, true],
    ['rights_pack', null, false],
    ['rights_pack', { days: 0 }, false],
    ['points', null, false],
  ])('%s with validity %j: %s', (kind, validity, expected) => {
    expect(accepts({ kind, validity })).toBe(expected);
  });

  it('costs at least one fen and at most the limit', () => {
    expect([0, 1, maxPriceFen, maxPriceFen + 1].map((priceFen) => accepts({ priceFen }))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('a top-up', () => {
  it('is a positive whole amount with a reason', () => {
    const accepts = (amountFen: unknown, reason = 'transfer') => topUpSchema.safeParse({ amountFen, reason }).success;
    expect([1, maxTopUpFen].map((fen) => accepts(fen))).toEqual([true, true]);
    expect([0, -1, 0.5, maxTopUpFen + 1].map((fen) => accepts(fen))).toEqual([false, false, false, false]);
    expect(accepts(1, '  ')).toBe(false);
  });
});

describe('ledger accounts', () => {
  it('are the enterprise’s own', () => {
    const ids = ['ent_a', 'ent_b'].flatMap((id) => ledgerPurposes.map((purpose) => ledgerAccountId(purpose, id)));
    expect(new Set(ids).size).toBe(10);
    expect(ids).toContain('balance:ent_a');
  });
});
