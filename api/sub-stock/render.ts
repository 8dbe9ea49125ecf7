import { z } from 'zod';
import { processIdOf } from '../../domain/shared/ids';
import { subStockActions, visibleSubStockStates } from '../../domain/stock/sub-stock-states';
import type { Queryable } from '../../db/connection';
import { subStockById, type MovementRow, type SubStockRow } from '../../db/stock/sub-stock-queries';
import { resourceShape } from '../http/answers';
import { iso, isoTime } from '../http/times';
import { renderTerms, termsShape } from '../stock-allocation/terms';

export const subStockSchema = z.strictObject({
  ...resourceShape,
  state: z.enum(visibleSubStockStates),
  /** Of the allocation it came from. */
  processId: z.string(),
  allocationId: z.string(),
  ...termsShape,
  stock: z.strictObject({ allocated: z.int(), held: z.int(), consumed: z.int(), left: z.int() }),
});

export const movementSchema = z.strictObject({
  id: z.string(),
  at: isoTime,
  kind: z.enum(['allocated', 'restocked', 'returned', 'deleted']),
  /** Signed: negative for what went back to the enterprise. */
  quantity: z.int(),
  actor: z.string(),
  actorName: z.string().nullable(),
});

export function renderSubStock(row: SubStockRow) {
  const { allocated, held, consumed } = row;
  return {
    id: row.id,
    state: row.state,
    processId: processIdOf(row.allocationId),
    allocationId: row.allocationId,
    ...renderTerms(row),
    stock: { allocated, held, consumed, left: allocated - held - consumed },
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: subStockActions(row),
  };
}

export async function renderSubStockById(db: Queryable, enterpriseId: string, id: string) {
  const row = await subStockById(db, enterpriseId, id);
  if (row === undefined) throw new Error(`sub-stock ${id} vanished`);
  return renderSubStock(row);
}

export function renderMovement({ id, at, kind, quantity, actor, actorName }: MovementRow) {
  return { id: String(id), at: iso(at), kind, quantity, actor, actorName };
}
