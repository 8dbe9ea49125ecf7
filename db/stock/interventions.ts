import { requireLater } from '../../domain/operations/commands';
import { allocationMachine, type AllocationState } from '../../domain/stock/allocation-states';
import { commodityMachine, type CommodityState } from '../../domain/stock/states';
import { wrongState } from '../../domain/shared/state-machine';
import { recordIntervention, type By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';

interface Extension {
  readonly subjectId: string;
  readonly until: Date;
  readonly by: By;
}

/**
 * A draft is kept longer. Its reminder moves with its end, unless it was sent: it is sent once.
 *
 * @throws DomainError WRONG_STATE, TIME_PAST, DEADLINE_TOO_FAR
 */
export async function extendDraft(trx: Trx, { subjectId, until, by }: Extension): Promise<void> {
  const draft = await firstRow<{ state: CommodityState; expiresAt: Date; clockAt: Date | null; now: Date }>(
    trx,
    `select c.state, c.draft_expires_at as "expiresAt", p.due_at as "clockAt", now() as now
       from commodities c join process_cases p on p.subject_id = c.id and p.kind = 'commodity_add'
      where c.id = :subjectId for no key update of c`,
    { subjectId },
  );
  if (draft === undefined) throw new Error(`no own commodity ${subjectId}`);
  // rule: only-drafts-are-extended
  if (draft.state !== 'draft') throw wrongState(commodityMachine, draft.state);
  const { expiresAt, clockAt, now } = draft;
  requireLater(until, { dueAt: expiresAt, now });
  await run(trx, 'update commodities set draft_expires_at = :until, updated_at = now() where id = :subjectId', {
    subjectId,
    until,
  });
  const ahead = expiresAt.getTime() - (clockAt ?? expiresAt).getTime();
  const dueAt = new Date(until.getTime() - ahead);
  await recordIntervention(trx, { kind: 'commodity_add', subjectId, act: 'extend_deadline', dueAt, by });
}

/**
 * A proposed allocation keeps its hold longer.
 *
 * @throws DomainError WRONG_STATE, TIME_PAST, DEADLINE_TOO_FAR
 */
export async function extendAllocation(trx: Trx, { subjectId, until, by }: Extension): Promise<void> {
  const proposal = await firstRow<{ state: AllocationState; dueAt: Date | null; now: Date }>(
    trx,
    `select state, due_at as "dueAt", now() as now from stock_allocations where id = :subjectId for no key update`,
    { subjectId },
  );
  if (proposal === undefined) throw new Error(`no allocation ${subjectId}`);
  // rule: only-proposals-are-extended
  if (proposal.state !== 'awaiting_confirmation') throw wrongState(allocationMachine, proposal.state);
  requireLater(until, proposal);
  await run(
    trx,
    'update stock_allocations set due_at = :until, expires_at = :until, updated_at = now() where id = :subjectId',
    { subjectId, until },
  );
  await recordIntervention(trx, { kind: 'stock_allocation', subjectId, act: 'extend_deadline', dueAt: until, by });
}
