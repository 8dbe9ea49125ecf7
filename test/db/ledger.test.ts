import fc from 'fast-check';
import { ledgerAccountId, ledgerPurposes, type LedgerPurpose } from '../../domain/ledger/accounts';
import { DomainError } from '../../domain/shared/errors';
import { firstRow, rows, run } from '../../db/connection';
import { balanceEntries, enterpriseBalance, verifyLedger } from '../../db/ledger/queries';
import { openLedger, post, type Posting } from '../../db/ledger/repository';
import { addEnterprise } from '../../db/mall/repository';
import { newId } from '../../db/new-id';
import { failureOf, furnish, type Furnished } from './furnished';

let base: Furnished;
beforeAll(async () => {
  base = await furnish();
});
afterAll(() => base.drop());

const account = (purpose: LedgerPurpose, enterpriseId = base.enterpriseId) => ledgerAccountId(purpose, enterpriseId);

function payment(amountFen: number, source = newId('purchase')): Posting {
  return {
    source,
    kind: 'purchase_payment',
    lines: [
      { accountId: account('balance'), amount: -amountFen },
      { accountId: account('spent'), amount: amountFen },
    ],
  };
}

describe('a posting', () => {
  it('moves both sides by the same amount and can be read as an entry', async () => {
    const before = await enterpriseBalance(base.db, base.enterpriseId);
    await base.topUp(1_000);
    await base.inTrx((trx) => post(trx, payment(300)));
    const after = await enterpriseBalance(base.db, base.enterpriseId);
    expect(after.balanceFen - before.balanceFen).toBe(700);
    const page = await balanceEntries(base.db, base.enterpriseId, { limit: 2, after: null });
    expect(page.items.map(({ kind, amountFen }) => ({ kind, amountFen }))).toEqual([
      { kind: 'purchase_payment', amountFen: -300 },
      { kind: 'top_up', amountFen: 1_000 },
    ]);
  });

  it('that does not sum to zero fails at commit and leaves nothing', async () => {
    const lines = await base.count('ledger_lines');
    const failure = failureOf(
      base.inTrx(async (trx) => {
        await post(trx, {
          source: newId('topUp'),
          kind: 'top_up',
          lines: [
            { accountId: account('funding'), amount: -10 },
            { accountId: account('balance'), amount: 11 },
          ],
        });
        // Deferred: inside the transaction it is not refused yet.
        expect(await firstRow(trx, 'select 1')).toBeDefined();
      }),
    );
    expect(await failure).toEqual({ code: '23514', constraint: 'ledger_journal_sums_to_zero' });
    expect(await base.count('ledger_lines')).toBe(lines);
  });

  it('refuses an amount of nothing and an account twice in one journal', async () => {
    expect(await failureOf(base.inTrx((trx) => post(trx, payment(0))))).toMatchObject({ code: '23514' });
    const [line] = payment(1).lines;
    const twice = { ...payment(1), lines: [line!, { ...line!, amountFen: 1 }] };
    expect(await failureOf(base.inTrx((trx) => post(trx, twice)))).toMatchObject({ code: '23505' });
  });

  it('of the same fact is booked once', async () => {
    const source = newId('topUp');
    await base.topUp(5, source);
    expect(await failureOf(base.topUp(5, source))).toEqual({ code: '23505', constraint: 'ledger_journals_once' });
  });

  it('on an unknown account is our fault, not the caller’s', async () => {
    const lost = { ...payment(1), lines: [{ accountId: 'balance:nobody', amount: -1 }, payment(1).lines[1]!] };
    await expect(base.inTrx((trx) => post(trx, lost))).rejects.toThrow(/no ledger account|foreign key/);
  });

  it('for more than there is tells what is missing', async () => {
    const { balanceFen } = await enterpriseBalance(base.db, base.enterpriseId);
    await expect(base.inTrx((trx) => post(trx, payment(balanceFen + 7)))).rejects.toMatchObject({
      code: 'BALANCE_SHORT',
      facts: { missingFen: 7 },
    });
  });
});

describe('a balance', () => {
  it('never goes below zero, however many spend it at once', async () => {
    const own = await furnish();
    try {
      await own.topUp(20 * 100);
      const pay = (n: number): Promise<'paid' | 'short'> =>
        own
          .inTrx((trx) =>
            post(trx, {
              source: `pay-${n}`,
              kind: 'purchase_payment',
              lines: [
                { accountId: account('balance', own.enterpriseId), amount: -100 },
                { accountId: account('spent', own.enterpriseId), amount: 100 },
              ],
            }),
          )
          .then(
            () => 'paid' as const,
            (error: unknown) => {
              if (!(error instanceof DomainError && error.code === 'BALANCE_SHORT')) throw error;
              return 'short' as const;
            },
          );
      const outcomes = await Promise.all(Array.from({ length: 50 }, (_, n) => pay(n)));
      expect(outcomes.filter((outcome) => outcome === 'paid')).toHaveLength(20);
      expect(await own.balanceFen()).toBe(0);
      expect(await verifyLedger(own.db)).toEqual([]);
    } finally {
      await own.drop();
    }
  });

  it('stays above zero even when the code forgets: by constraint', async () => {
    const overdraw = run(base.db, 'update ledger_balances set posted = -1 where account_id = :id', {
      id: account('balance'),
    });
    expect(await failureOf(overdraw)).toEqual({ code: '23514', constraint: 'ledger_balances_not_overdrawn' });
    const negativeHold = run(base.db, 'update ledger_balances set held = -1 where account_id = :id', {
      id: account('funding'),
    });
    expect(await failureOf(negativeHold)).toMatchObject({ constraint: 'ledger_balances_hold_not_negative' });
  });

  it('equals the sum of whatever was posted, and money in is spent plus left', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -50, max: 200 }).filter((n) => n !== 0)), async (steps) => {
        const enterpriseId = await base.inTrx((trx) => addEnterprise(trx, { name: 'property' }));
        const step = (from: LedgerPurpose, to: LedgerPurpose, amountFen: number): Posting => ({
          source: newId('topUp'),
          kind: from === 'funding' ? 'top_up' : 'purchase_payment',
          lines: [
            { accountId: account(from, enterpriseId), amount: -amountFen },
            { accountId: account(to, enterpriseId), amount: amountFen },
          ],
        });
        let left = 0;
        for (const n of steps) {
          const posting = n > 0 ? step('funding', 'balance', n) : step('balance', 'spent', -n);
          const booked = base.inTrx((trx) => post(trx, posting));
          if (left + n < 0) await expect(booked).rejects.toMatchObject({ code: 'BALANCE_SHORT' });
          else {
            await booked;
            left += n;
          }
        }
        const found = await rows<{ purpose: LedgerPurpose; fen: number }>(
          base.db,
          `select purpose, posted as fen from ledger_accounts a join ledger_balances b on b.account_id = a.id
            where enterprise_id = :enterpriseId`,
          { enterpriseId },
        );
        expect(found.find(({ purpose }) => purpose === 'balance')?.fen).toBe(left);
        expect(found.reduce((sum, { fen }) => sum + fen, 0)).toBe(0);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a new enterprise', () => {
  it('has its accounts once; what mirrors the outside may be negative', async () => {
    const found = await rows<{ id: string; negative: boolean }>(
      base.db,
      `select account_id as id, may_be_negative as negative from ledger_balances
        where account_id like '%' || :id order by 1`,
      { id: base.enterpriseId },
    );
    expect(found).toEqual(
      [...ledgerPurposes]
        .map((purpose) => ({ id: account(purpose), negative: purpose === 'funding' || purpose === 'wechat_pay' }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    );
    expect(await failureOf(base.inTrx((trx) => openLedger(trx, base.enterpriseId)))).toMatchObject({ code: '23505' });
  });
});
