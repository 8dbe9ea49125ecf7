import type { OperatorCommandName } from '../../domain/operations/commands';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export const approvalStates = ['waiting', 'confirmed', 'refused', 'expired'] as const;
export type ApprovalState = (typeof approvalStates)[number];

export interface ApprovalRow {
  readonly id: string;
  readonly processId: string;
  /** As it was asked for: its name and what it needs. */
  readonly command: { readonly command: OperatorCommandName } & Readonly<Record<string, unknown>>;
  readonly reason: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly expiresAt: Date;
  /** A waiting one whose time or case is over is expired, whether anybody has written that down or not. */
  readonly state: ApprovalState;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
  readonly updatedAt: Date;
}

const isOver = '(select p.closed_at is not null from process_cases p where p.id = process_id)';
// rule: approvals-run-out, nothing-is-confirmed-of-what-is-over
const standing = `case when state = 'waiting' and (expires_at <= now() or ${isOver}) then 'expired' else state end`;

const columns = `
  id, process_id as "processId", command, reason, asked_by as "askedBy", asked_at as "askedAt",
  expires_at as "expiresAt", ${standing} as state, decided_by as "decidedBy", decided_at as "decidedAt",
  updated_at as "updatedAt"`;

export async function approvalById(db: Queryable, id: string): Promise<ApprovalRow | undefined> {
  return firstRow<ApprovalRow>(db, `select ${columns} from approvals where id = :id`, { id });
}

/** The same, locked until the transaction ends. */
export async function lockApproval(db: Queryable, id: string): Promise<ApprovalRow | undefined> {
  // rule: approval-decided-under-lock
  return firstRow<ApprovalRow>(db, `select ${columns} from approvals where id = :id for no key update`, { id });
}

/** The one that waits for its second operator, of a command upon a case. */
export async function waitingApproval(
  db: Queryable,
  wish: { readonly processId: string; readonly command: OperatorCommandName },
): Promise<string | null> {
  const found = await firstRow<{ id: string }>(
    db,
    `select id from approvals where process_id = :processId and command ->> 'command' = :command and state = 'waiting'`,
    wish,
  );
  return found?.id ?? null;
}

export async function approvalsOf(db: Queryable, processId: string): Promise<ApprovalRow[]> {
  return rows<ApprovalRow>(db, `select ${columns} from approvals where process_id = :processId order by id`, {
    processId,
  });
}

export async function listApprovals(
  db: Queryable,
  filter: { readonly state: ApprovalState | null },
  request: PageRequest,
): Promise<Page<ApprovalRow>> {
  const found = await rows<ApprovalRow>(
    db,
    `select ${columns} from approvals
      where (:state::text is null or ${standing} = :state) and (:after::text is null or id < :after)
      order by id desc limit :limit + 1`,
    { ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}
