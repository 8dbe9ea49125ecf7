import { eventually } from '../support/eventually';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { addAccount } from '../../db/account/repository';
import { addBenefit } from '../../db/catalogue/repository';
import { firstRow, rows, type Trx } from '../../db/connection';
import { claimCommand, type Command } from '../../db/command/repository';
import { post } from '../../db/ledger/repository';
import { addEnterprise } from '../../db/mall/repository';
import { newId } from '../../db/new-id';
import { placePurchase, type PurchaseSnapshot } from '../../db/purchase/repository';
import { ledgerAccountId } from '../../domain/ledger/accounts';
import { purchaseWorkflowId } from '../../workflows/purchase/contract';

/** A database with one enterprise, its manager and one benefit of each kind; the balance is zero. */
export interface Furnished extends TestDatabase {
  readonly enterpriseId: string;
  readonly managerId: string;
  /** 500 fen, never expires. */
  readonly couponId: string;
  /** 2,000 fen, 30 days. */
  readonly rightsPackId: string;
  inTrx<R>(work: (trx: Trx) => Promise<R>): Promise<R>;
  topUp(amountFen: number, source?: string): Promise<string>;
  place(order?: Partial<PlaceOptions>): Promise<string>;
  claim(options?: Partial<ClaimOptions>): Promise<Command>;
  balanceFen(): Promise<number>;
  count(table: string): Promise<number>;
}

interface PlaceOptions {
  readonly purchaseId: string;
  readonly benefitId: string;
  readonly quantity: number;
  readonly payWithinMs: number;
}

interface ClaimOptions {
  readonly key: string | null;
  readonly route: string;
  readonly resourceId: string;
  readonly leaseMs: number;
}

export async function furnish(): Promise<Furnished> {
  const database = await cloneDatabase();
  const inTrx: Furnished['inTrx'] = (work) => database.db.transaction(work);
  const furnishings = await inTrx(furnishRows);
  return { ...database, ...furnishings, inTrx, ...deeds(database, furnishings) };
}

async function furnishRows(trx: Trx) {
  const enterpriseId = await addEnterprise(trx, { name: '星河零售' });
  const managerId = await addAccount(trx, {
    login: 'manager',
    passwordHash: '-',
    displayName: '王店长',
    roles: ['mall_manager'],
    enterpriseId,
    mallId: null,
  });
  const notes = { exchangeNotes: '购买的权益不能退回。' };
  const couponId = await addBenefit(trx, { name: '优惠券', kind: 'coupon', priceFen: 500, validity: null, ...notes });
  const pack = { name: '权益包', kind: 'rights_pack', priceFen: 2_000, validity: { days: 30 } } as const;
  const rightsPackId = await addBenefit(trx, { ...pack, ...notes });
  return { enterpriseId, managerId, couponId, rightsPackId };
}

function deeds(database: TestDatabase, of: Awaited<ReturnType<typeof furnishRows>>) {
  const { db, owner } = database;
  return {
    topUp: (amountFen: number, source = newId('topUp')) =>
      db.transaction((trx) =>
        post(trx, {
          source,
          kind: 'top_up',
          lines: [
            { accountId: ledgerAccountId('funding', of.enterpriseId), amount: -amountFen },
            { accountId: ledgerAccountId('balance', of.enterpriseId), amount: amountFen },
          ],
        }),
      ),
    place: async (options: Partial<PlaceOptions> = {}) => {
      const order = {
        purchaseId: newId('purchase'),
        benefitId: of.couponId,
        quantity: 1,
        payWithinMs: 600_000,
        ...options,
      };
      await db.transaction((trx): Promise<PurchaseSnapshot> => {
        const workflowId = purchaseWorkflowId(order.purchaseId);
        const by = { actor: of.managerId, requestId: 'request-of-place' };
        return placePurchase(trx, { ...order, workflowId, enterpriseId: of.enterpriseId, by });
      });
      return order.purchaseId;
    },
    claim: async (options: Partial<ClaimOptions> = {}) => {
      const claim = await claimCommand(db, {
        id: newId('command'),
        accountId: of.managerId,
        route: 'POST /v1/purchases',
        key: newId('command'),
        bodySha256: Buffer.alloc(32, 1),
        workflowId: null,
        resourceId: newId('purchase'),
        updateId: newId('command'),
        leaseMs: 60_000,
        ...options,
      });
      if (claim === undefined) throw new Error('the key is claimed already');
      return claim;
    },
    balanceFen: async () => {
      const row = await firstRow<{ fen: number }>(
        owner,
        'select posted as fen from ledger_balances where account_id = :id',
        { id: ledgerAccountId('balance', of.enterpriseId) },
      );
      return row?.fen ?? NaN;
    },
    count: async (table: string) => {
      const [row] = await rows<{ n: number }>(owner, `select count(*) as n from ${table}`);
      return row?.n ?? NaN;
    },
  };
}

/**
 * Starts everything while `row` (a `select … for update`) is locked, and lets go when `waiting` of them wait for a lock:
 * then they act at the same time, however slow the machine is.
 */
export async function allAtOnce<R>(
  database: TestDatabase,
  row: { readonly sql: string; readonly bindings: Record<string, unknown>; readonly waiting: number },
  works: readonly (() => Promise<R>)[],
): Promise<PromiseSettledResult<R>[]> {
  const gate = await database.owner.transaction();
  await rows(gate, row.sql, row.bindings);
  const settled = Promise.allSettled(works.map((work) => work()));
  const blocked = async (): Promise<number> => {
    const [found] = await rows<{ n: number }>(
      database.owner,
      `select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return found?.n ?? 0;
  };
  try {
    await eventually(blocked, (n) => n >= row.waiting);
  } finally {
    await gate.rollback();
  }
  return settled;
}

/** PostgreSQL's code and constraint of what `work` fails with. */
export async function failureOf(work: Promise<unknown>): Promise<{ code: unknown; constraint: unknown }> {
  try {
    await work;
  } catch (error) {
    const { code, constraint } = error as { code?: unknown; constraint?: unknown };
    return { code, constraint };
  }
  throw new Error('it did not fail');
}
