import { ledgerAccountId } from '../../domain/ledger/accounts';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';
import { eachMall } from './each-mall';

export interface Points {
  readonly points: number;
  readonly heldPoints: number;
}

export interface MemberRow extends Points {
  readonly id: string;
  readonly mallId: string;
  readonly externalId: string;
  readonly displayName: string;
  /** Null for a member who does not sign in. */
  readonly login: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `
  m.id, m.mall_id as "mallId", m.external_id as "externalId", m.display_name as "displayName", a.login,
  b.posted as points, b.held as "heldPoints", m.created_at as "createdAt", m.updated_at as "updatedAt"`;

const tables = `
  members m left join accounts a on a.id = m.account_id
  join ledger_balances b on b.account_id = 'points:' || m.id`;

/** A member of one of the caller's own malls; another's is not there. */
export async function memberById(db: Queryable, enterpriseId: string, id: string): Promise<MemberRow | undefined> {
  // rule: own-members-alone
  return firstRow<MemberRow>(
    db,
    `select ${columns} from ${tables} join malls on malls.id = m.mall_id
      where m.id = :id and malls.enterprise_id = :enterpriseId`,
    { id, enterpriseId },
  );
}

/** Of these malls, newest first; see {@link eachMall}. */
export async function listMembers(
  db: Queryable,
  mallIds: readonly string[],
  request: PageRequest,
): Promise<Page<MemberRow>> {
  const found = await rows<MemberRow>(
    db,
    `select m.* from ${eachMall} (
        select ${columns} from ${tables}
         where m.mall_id = any (array[mall.id]) and (:after::text is null or m.id < :after)
         order by m.mall_id desc, m.id desc limit :limit + 1
      ) m order by m.id desc limit :limit + 1`,
    { mallIds: [...mallIds], ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

export async function pointsOf(db: Queryable, memberId: string): Promise<Points> {
  const row = await firstRow<Points>(
    db,
    'select posted as points, held as "heldPoints" from ledger_balances where account_id = :id',
    { id: ledgerAccountId('points', memberId) },
  );
  if (row === undefined) throw new Error(`${memberId} has no points account`);
  return row;
}

export interface PointsEntry {
  readonly id: number;
  readonly at: Date;
  readonly kind: string;
  readonly source: string;
  readonly delta: number;
  readonly reason: string | null;
}

/** What moved a member's points, newest first. */
export async function pointsEntries(db: Queryable, memberId: string, request: PageRequest): Promise<Page<PointsEntry>> {
  const found = await rows<PointsEntry>(
    db,
    `select l.id, j.posted_at as at, j.kind, j.source, l.amount as delta, j.reason
       from ledger_lines l join ledger_journals j on j.id = l.journal_id
      where l.account_id = :id and (:after::bigint is null or l.id < :after::bigint)
      order by l.id desc limit :limit + 1`,
    { id: ledgerAccountId('points', memberId), after: request.after, limit: request.limit },
  );
  return pageOf(found, request, (entry) => String(entry.id));
}
