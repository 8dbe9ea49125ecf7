import type { Role } from '../../domain/shared/roles';
import { firstRow, rows, type Queryable } from '../connection';

export interface AccountRow {
  readonly id: string;
  readonly login: string;
  readonly displayName: string;
  readonly roles: readonly Role[];
  readonly enterpriseId: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export async function accountById(db: Queryable, id: string): Promise<AccountRow | undefined> {
  return firstRow<AccountRow>(
    db,
    `select id, login, display_name as "displayName", roles, enterprise_id as "enterpriseId",
            created_at as "createdAt", updated_at as "updatedAt"
       from accounts where id = :id`,
    { id },
  );
}

/** The ids of everybody who has the role. */
export async function accountsInRole(db: Queryable, role: Role): Promise<string[]> {
  const found = await rows<{ id: string }>(db, 'select id from accounts where roles @> array[:role] order by id', {
    role,
  });
  return found.map(({ id }) => id);
}
