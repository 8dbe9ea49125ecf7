import { z } from 'zod';
import { timelineText } from '../../domain/case/wording';
import type { Language } from '../../domain/shared/errors';
import { processIdOf } from '../../domain/shared/ids';
import { allowedCommands } from '../../domain/shared/state-machine';
import { allocationMachine, allocationStates, type AllocationCommand } from '../../domain/stock/allocation-states';
import { caseEvents } from '../../db/case/queries';
import type { Db } from '../../db/connection';
import { allocationById, type AllocationRow } from '../../db/stock/allocation-queries';
import { historySchema, resourceShape } from '../http/answers';
import { iso, isoTime } from '../http/times';
import { renderTerms, termsShape } from './terms';

const summaryShape = {
  ...resourceShape,
  state: z.enum(allocationStates),
  processId: z.string(),
  ...termsShape,
  quantity: z.int(),
  /** What was left of the commodity before and after the hold. */
  preview: z.strictObject({ leftBefore: z.int(), leftAfter: z.int() }),
  expiresAt: isoTime,
  subStockId: z.string().optional(),
};

export const allocationSummarySchema = z.strictObject(summaryShape);
export const allocationSchema = z.strictObject({ ...summaryShape, history: historySchema });

/** Once the commodity's time is over, nothing is left but to cancel. */
export function allocationActions(row: Pick<AllocationRow, 'state' | 'commodityExpired'>): AllocationCommand[] {
  const allowed = allowedCommands(allocationMachine, row.state);
  return row.commodityExpired ? allowed.filter((command) => command !== 'confirm') : allowed;
}

export function renderAllocationSummary(row: AllocationRow) {
  return {
    id: row.id,
    processId: processIdOf(row.id),
    state: row.state,
    ...renderTerms(row),
    quantity: row.quantity,
    preview: { leftBefore: row.leftBefore, leftAfter: row.leftAfter },
    expiresAt: iso(row.expiresAt),
    ...(row.subStockId === null ? {} : { subStockId: row.subStockId }),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: allocationActions(row),
  };
}

/** What the confirmation page shows (确认分配), and what happened so far. */
export async function renderAllocation(db: Db, row: AllocationRow, language: Language) {
  const events = await caseEvents(db, processIdOf(row.id));
  return {
    ...renderAllocationSummary(row),
    history: events.map((event) => ({
      at: iso(event.at),
      actor: event.actor,
      text: timelineText({ kind: 'stock_allocation', act: event.act, actorName: event.actorName }, language),
      from: event.from,
      to: event.to,
    })),
  };
}

export async function renderAllocationById(db: Db, enterpriseId: string, id: string, language: Language) {
  const row = await allocationById(db, enterpriseId, id);
  if (row === undefined) throw new Error(`allocation ${id} has an effect but no row`);
  return renderAllocation(db, row, language);
}
