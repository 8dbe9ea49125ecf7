import { mayRewriteLedger, run, type Trx } from '../../db/connection';
import { verifyLedger } from '../../db/ledger/queries';
import { addEnterprise } from '../../db/mall/repository';
import { ledgerAccountId } from '../../domain/ledger/accounts';
import { failureOf, furnish, type Furnished } from './furnished';

let base: Furnished;
beforeAll(async () => {
  base = await furnish();
  await base.topUp(1_000);
});
afterAll(() => base.drop());

describe('what is written once', () => {
  it.each([
    ['ledger_journals', "set source = 'x'"],
    ['ledger_lines', 'set amount = 1'],
    ['ledger_accounts', "set purpose = 'spent'"],
    ['case_events', "set act = 'x'"],
    ['audit_log', "set actor = 'x'"],
    ['shop_revisions', "set body = '{}'"],
    ['product_revisions', "set body = '{}'"],
    ['review_criteria', "set zh = 'x'"],
    ['seller_marks', "set seller_id = 'x'"],
  ])('%s may be neither changed nor deleted by the product’s role', async (table, set) => {
    expect(await failureOf(run(base.db, `update ${table} ${set}`))).toMatchObject({ code: '42501' });
    expect(await failureOf(run(base.db, `delete from ${table}`))).toMatchObject({ code: '42501' });
    expect(await failureOf(run(base.db, `truncate ${table}`))).toMatchObject({ code: '42501' });
  });

  it.each([
    'approvals',
    'trusted_sellers',
    'ledger_balances',
    'ledger_holds',
    'purchases',
    'commodities',
    'process_cases',
    'accounts',
    'enterprises',
  ])('%s loses no row', async (table) => {
    expect(await failureOf(run(base.db, `delete from ${table}`))).toMatchObject({ code: '42501' });
  });

  it.each([
    ['ledger_balances', 'may_be_negative = true'],
    ['ledger_balances', "account_id = 'x'"],
    ['ledger_holds', 'amount = 1'],
    ['ledger_holds', "account_id = 'x'"],
    ['approvals', "asked_by = 'x'"],
    ['approvals', "command = '{}'"],
    ['shop_submissions', "body = '{}'"],
    ['product_submissions', "body = '{}'"],
    ['trusted_sellers', "granted_by = 'x'"],
  ])('the terms of %s stay: %s', async (table, set) => {
    expect(await failureOf(run(base.db, `update ${table} set ${set}`))).toMatchObject({ code: '42501' });
  });

  it('a journal takes no line later, even one that changes nothing of its sum', async () => {
    const adding = base.inTrx(async (trx) => {
      const other = await addEnterprise(trx, { name: 'other' });
      for (const [enterpriseId, amountFen] of [[base.enterpriseId, 1] as const, [other, -1] as const])
        await run(
          trx,
          `insert into ledger_lines (journal_id, account_id, amount)
           select id, :account, :amountFen::bigint from ledger_journals order by id limit 1`,
          { account: ledgerAccountId('spent', enterpriseId), amountFen },
        );
    });
    expect(await failureOf(adding)).toEqual({ code: '23514', constraint: 'ledger_journal_is_closed' });
  });

  it('is told apart: the product’s role may not rewrite the ledger, the owner may', async () => {
    expect(await mayRewriteLedger(base.db)).toBe(false);
    expect(await mayRewriteLedger(base.owner)).toBe(true);
  });
});

describe('verifying the ledger', () => {
  const balance = () => ledgerAccountId('balance', base.enterpriseId);

  /** What verifying finds after the owner did something no product code may; taken back afterwards. */
  async function foundAfter(alter: (trx: Trx) => Promise<void>) {
    const trx = await base.owner.transaction();
    try {
      await alter(trx);
      return await verifyLedger(trx);
    } finally {
      await trx.rollback();
    }
  }

  it('finds a sound one sound', async () => {
    expect(await verifyLedger(base.db)).toEqual([]);
  });

  it('finds a balance somebody altered', async () => {
    const found = await foundAfter((trx) =>
      run(trx, 'update ledger_balances set posted = posted + 1 where account_id = :id', { id: balance() }),
    );
    expect(found).toEqual([{ subject: balance(), problem: 'balance says 1001, lines say 1000' }]);
  });

  it('finds held money no hold explains', async () => {
    const found = await foundAfter((trx) =>
      run(trx, 'update ledger_balances set held = 5 where account_id = :id', { id: balance() }),
    );
    expect(found).toEqual([{ subject: balance(), problem: 'held says 5, pending holds say 0' }]);
  });

  it('finds a line somebody altered, in its journal and in its balance', async () => {
    const found = await foundAfter((trx) =>
      run(trx, 'update ledger_lines set amount = 999 where account_id = :id', { id: balance() }),
    );
    expect(found.map(({ problem }) => problem).sort()).toEqual([
      'balance says 1000, lines say 999',
      'journal sums to -1 over 2 lines',
    ]);
  });

  it('finds a journal whose lines were taken away', async () => {
    const found = await foundAfter((trx) => run(trx, 'delete from ledger_lines'));
    expect(found.map(({ problem }) => problem)).toContain('journal sums to 0 over 0 lines');
  });
});
