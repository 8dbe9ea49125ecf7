import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export interface NamedRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = 'id, name, created_at as "createdAt", updated_at as "updatedAt"';

export async function listEnterprises(db: Queryable, request: PageRequest): Promise<Page<NamedRow>> {
  const found = await rows<NamedRow>(
    db,
    `select ${columns} from enterprises where (:after::text is null or id < :after) order by id desc limit :limit + 1`,
    { ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

export async function enterpriseById(db: Queryable, id: string): Promise<NamedRow | undefined> {
  return firstRow<NamedRow>(db, `select ${columns} from enterprises where id = :id`, { id });
}

export type MallRow = NamedRow & { readonly enterpriseId: string };

/** The malls of a manager's enterprise, or the one mall of a member. */
export async function listMalls(
  db: Queryable,
  scope: { readonly enterpriseId: string | null; readonly mallId: string | null },
  request: PageRequest,
): Promise<Page<MallRow>> {
  const found = await rows<MallRow>(
    db,
    `select ${columns}, enterprise_id as "enterpriseId" from malls
      where (enterprise_id = :enterpriseId or id = :mallId) and (:after::text is null or id < :after)
      order by id desc limit :limit + 1`,
    { ...scope, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

export async function mallById(db: Queryable, id: string): Promise<MallRow | undefined> {
  return firstRow<MallRow>(db, `select ${columns}, enterprise_id as "enterpriseId" from malls where id = :id`, { id });
}

/** Ids of the malls an account sees, oldest first: part of the signed-in account. */
export async function mallIdsOf(
  db: Queryable,
  scope: { readonly enterpriseId: string | null; readonly mallId: string | null },
): Promise<string[]> {
  const found = await rows<{ id: string }>(
    db,
    'select id from malls where enterprise_id = :enterpriseId or id = :mallId order by id',
    { ...scope },
  );
  return found.map((row) => row.id);
}
