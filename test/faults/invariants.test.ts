import { randomUUID } from 'node:crypto';
import { seedDemo } from '../../admin/demo-data';
import { claimCommand, recordCreation } from '../../db/command/repository';
import { firstRow, run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { payFromBalance, placePurchase } from '../../db/purchase/repository';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { faultsOfRows } from './invariants';

/** The checks after every fault are only worth something if they see what they are there for. */
let database: TestDatabase;

beforeAll(async () => {
  database = await cloneDatabase();
  await seedDemo(database.db);
  await placePaidOrder();
});
afterAll(() => database.drop());

async function placePaidOrder(): Promise<void> {
  const manager = await firstRow<{ id: string; enterpriseId: string; benefitId: string }>(
    database.db,
    `select a.id, enterprise_id as "enterpriseId", (select min(id) from benefits) as "benefitId"
       from accounts a where login = 'manager@demo'`,
  );
  if (manager === undefined) throw new Error('no demo data');
  const purchaseId = newId('purchase');
  const by = { actor: manager.id, requestId: null };
  const claim = { id: newId('command'), resourceId: purchaseId, updateId: randomUUID(), key: 'key', leaseMs: 0 };
  await database.db.transaction(async (trx) => {
    await claimCommand(trx, {
      ...claim,
      accountId: manager.id,
      route: 'POST /v1/purchases',
      bodySha256: Buffer.alloc(32),
      workflowId: `purchase:${purchaseId}`,
    });
    const { enterpriseId, benefitId } = manager;
    const workflowId = `purchase:${purchaseId}`;
    await placePurchase(trx, { purchaseId, workflowId, enterpriseId, benefitId, quantity: 2, payWithinMs: 60_000, by });
    await recordCreation(trx, claim.id, purchaseId);
    await payFromBalance(trx, { purchaseId, commandId: null, by, detailOpenForMs: 60_000 });
  });
}

it('finds nothing wrong with what the product wrote', async () => {
  expect(await faultsOfRows(database.owner)).toEqual([]);
});

it.each([
  [
    'money is missing',
    `update ledger_balances set posted = posted - 1 where account_id in
     (select id from ledger_accounts where purpose = 'balance')`,
    /came in/,
  ],
  ['a balance is not the sum of its lines', `update ledger_balances set posted = posted + 1`, /lines say/],
  [
    'a paid order is not stocked',
    `delete from stock_movements; delete from commodities`,
    /stocked 0 times and paid 1 times/,
  ],
  [
    'an order is stocked unpaid',
    `update purchases set state = 'cancelled', commodity_id = null`,
    /is cancelled but stocked 1/,
  ],
  ['the wrong amount was paid', `update ledger_lines set amount = amount * 2`, /was paid \d+ instead of/],
  ['a journal does not sum to zero', `update ledger_lines set amount = amount + 1 where amount > 0`, /journal sums to/],
  ['a case stands elsewhere', `update process_cases set stage = 'paid'`, /is stocked, its case paid/],
  ['an event is missing at the end', `delete from case_events where act = 'stock'`, /its events end at paid/],
  ['an event is missing within', `delete from case_events where act = 'pay'`, /do not join/],
  [
    'something happened twice',
    `insert into case_events (case_id, actor, act, from_state, to_state)
     select case_id, actor, act, 'paid', 'stocked' from case_events where act = 'stock'`,
    /came to stocked 2 times/,
  ],
  ['a total no movement explains', `delete from stock_movements`, /total 2, movements say 0/],
  ['stock held for nobody', `update commodities set held = 1`, /held 1, proposals hold 0/],
  [
    'stock allocated to nobody',
    `update commodities set allocated = 1`,
    /allocated 1, movements say 0, sub-stocks have 0/,
  ],
  ['an order nobody asked for', `delete from commands`, /has 0 claims/],
])('sees that %s', async (_, corruption, fault) => {
  const trx = await database.owner.transaction();
  try {
    await run(trx, corruption);
    expect((await faultsOfRows(trx)).join('\n')).toMatch(fault);
  } finally {
    await trx.rollback();
  }
});
