import { firstRow, rows, type Db } from '../connection';
import type { Command } from './repository';

/** Claims past their lease without effect: commands of which nobody knows yet whether they happened. */
export async function countUnconfirmed(db: Db): Promise<number> {
  const row = await firstRow<{ count: number }>(
    db,
    `select count(*) as count from commands
      where state in ('claimed', 'accepted') and effect_at is null and lease_until < now()`,
  );
  return row?.count ?? 0;
}

export type UnconfirmedClaim = Pick<Command, 'id' | 'updateId' | 'state'> & { readonly workflowId: string };

/** The oldest unconfirmed claims that were sent to a run, for the loop that settles them. */
export async function unconfirmedClaims(
  db: Db,
  options: { readonly overForMs: number; readonly limit: number },
): Promise<UnconfirmedClaim[]> {
  return rows<UnconfirmedClaim>(
    db,
    `select id, update_id as "updateId", state, workflow_id as "workflowId" from commands
      where state in ('claimed', 'accepted') and effect_at is null and workflow_id is not null
        and lease_until < now() - make_interval(secs => :overForS)
      order by lease_until limit :limit`,
    { overForS: options.overForMs / 1_000, limit: options.limit },
  );
}
