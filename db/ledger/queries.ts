import { ledgerAccountId } from '../../domain/ledger/accounts';
import { firstRow, rows, type Db, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export interface Balance {
  readonly balanceFen: number;
  readonly heldFen: number;
}

/** The enterprise balance (虚拟金); zero for an enterprise without a ledger. */
export async function enterpriseBalance(db: Queryable, enterpriseId: string): Promise<Balance> {
  const row = await firstRow<Balance>(
    db,
    'select posted as "balanceFen", held as "heldFen" from ledger_balances where account_id = :id',
    { id: ledgerAccountId('balance', enterpriseId) },
  );
  return row ?? { balanceFen: 0, heldFen: 0 };
}

export interface Entry {
  readonly id: number;
  readonly at: Date;
  readonly kind: string;
  readonly source: string;
  readonly amountFen: number;
}

export async function balanceEntries(db: Db, enterpriseId: string, request: PageRequest): Promise<Page<Entry>> {
  const found = await rows<Entry>(
    db,
    `select l.id, j.posted_at as at, j.kind, j.source, l.amount as "amountFen"
       from ledger_lines l join ledger_journals j on j.id = l.journal_id
      where l.account_id = :id and (:after::bigint is null or l.id < :after::bigint)
      order by l.id desc limit :limit + 1`,
    { id: ledgerAccountId('balance', enterpriseId), after: request.after, limit: request.limit },
  );
  return pageOf(found, request, (entry) => String(entry.id));
}

export interface Discrepancy {
  readonly subject: string;
  readonly problem: string;
}

/**
 * Recomputes every balance from its lines and holds, and what every journal sums to in each unit: fen never pay for
 * points. An empty answer is a sound ledger.
 */
export async function verifyLedger(db: Db): Promise<Discrepancy[]> {
  return rows<Discrepancy>(
    db,
    `select b.account_id as subject,
            format('balance says %s, lines say %s', b.posted, coalesce(l.sum, 0)) as problem
       from ledger_balances b
       left join (select account_id, sum(amount) as sum from ledger_lines group by 1) l using (account_id)
      where b.posted <> coalesce(l.sum, 0)
     union all
     select b.account_id, format('held says %s, pending holds say %s', b.held, coalesce(h.sum, 0))
       from ledger_balances b
       left join (select account_id, sum(amount) as sum from ledger_holds where state = 'pending' group by 1) h
            using (account_id)
      where b.held <> coalesce(h.sum, 0)
     union all
     select j.id, format('journal sums to %s over %s lines', coalesce(sum(l.amount), 0), count(l.id))
       from ledger_journals j
       left join (ledger_lines l join ledger_accounts a on a.id = l.account_id) on l.journal_id = j.id
      group by j.id, a.unit having coalesce(sum(l.amount), 0) <> 0 or count(l.id) < 2
     order by 1`,
  );
}
