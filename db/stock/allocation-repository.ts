import {
  allocationMachine,
  allocationStanding,
  type AllocationAct,
  type AllocationState,
} from '../../domain/stock/allocation-states';
import { awardMismatch } from '../../domain/stock/allocation-refusals';
import { awardFits } from '../../domain/stock/allocation-schemas';
import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import type { CommodityCategory } from '../../domain/stock/states';
import { transition } from '../../domain/shared/state-machine';
import { recordOpening, recordTransition, type By } from '../case/record-transition';
import { refusedOrDone, type Snapshot } from '../case/refused-or-done';
import { recordCreation, recordEffect } from '../command/repository';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { newId } from '../new-id';
import { referencesNotFound } from './allocation-queries';
import { recordMovement } from './movements';
import { allocateHeld, holdForAllocation, releaseHold, type Pieces } from './repository';

/** What a run must know of an allocation. */
export type AllocationSnapshot = Snapshot<AllocationState>;

export interface Proposal {
  readonly allocationId: string;
  readonly workflowId: string;
  readonly enterpriseId: string;
  readonly terms: AllocationTerms;
  readonly confirmWithinMs: number;
  /** The claim that creates it; null when the run was started again from facts. */
  readonly commandId: string | null;
  readonly by: By;
}

export async function allocationSnapshot(db: Queryable, allocationId: string): Promise<AllocationSnapshot | undefined> {
  return firstRow<AllocationSnapshot>(
    db,
    'select state, due_at as "dueAt" from stock_allocations where id = :allocationId',
    { allocationId },
  );
}

/**
 * 分配库存 → 下一步: holds the stock for the mall, or returns the allocation that is there ("open or load").
 *
 * @throws DomainError REFERENCE_NOT_FOUND at /commodityId or /mallId, AWARD_MISMATCH, COMMODITY_OFFLINE, STOCK_SHORT
 */
export async function proposeAllocation(trx: Trx, proposal: Proposal): Promise<AllocationSnapshot> {
  const { allocationId, terms, by } = proposal;
  const opened = await insertProposal(trx, proposal);
  if (opened === undefined) return existingAllocation(trx, proposal);
  // rule: proposed-award-of-its-category
  if (!awardFits(opened.category, terms.award)) throw awardMismatch(opened.category);
  await recordOpening(trx, {
    kind: 'stock_allocation',
    subjectId: allocationId,
    workflowId: proposal.workflowId,
    enterpriseId: proposal.enterpriseId,
    title: opened.title,
    stage: opened.state,
    standing: allocationStanding[opened.state],
    dueAt: opened.dueAt,
    by,
  });
  // rule: proposal-records-its-effect
  if (proposal.commandId !== null) await recordCreation(trx, proposal.commandId, allocationId);
  await holdForAllocation(trx, { allocationId, commodityId: terms.commodityId, quantity: terms.quantity });
  return { state: opened.state, dueAt: opened.dueAt };
}

type Opened = AllocationSnapshot & { readonly title: string; readonly category: CommodityCategory };

/** The preview is written with the hold, at the end; until then it is one that adds up. */
function insertProposal(trx: Trx, proposal: Proposal): Promise<Opened | undefined> {
  const { terms } = proposal;
  // rule: allocation-opened-once, own-stock-and-mall
  return firstRow<Opened>(
    trx,
    `with goods as (
       select c.id, c.enterprise_id, c.category, c.name || ' × ' || :quantity::integer || ' → ' || m.name as title
         from commodities c join malls m on m.enterprise_id = c.enterprise_id
        where c.id = :commodityId and m.id = :mallId and c.enterprise_id = :enterpriseId
     ), opened as (
       insert into stock_allocations
         (id, enterprise_id, commodity_id, mall_id, proposed_by, state, quantity, left_before, left_after, daily_limit,
          member_limits, valid_from, valid_until, auto_award, remark, award, expires_at, due_at)
       select :allocationId, enterprise_id, id, :mallId, :actor, 'awaiting_confirmation', :quantity::integer,
              :quantity::integer, 0, :dailyLimit, :memberLimits::jsonb, :validFrom, :validUntil, :autoAward, :remark,
              :award::jsonb, now() + make_interval(secs => :confirmWithinS),
              now() + make_interval(secs => :confirmWithinS)
         from goods
       on conflict (id) do nothing
       returning state, due_at
     )
     select opened.state, opened.due_at as "dueAt", goods.title, goods.category from opened, goods`,
    {
      ...terms,
      allocationId: proposal.allocationId,
      enterpriseId: proposal.enterpriseId,
      actor: proposal.by.actor,
      memberLimits: JSON.stringify(terms.memberLimits),
      award: terms.award === null ? null : JSON.stringify(terms.award),
      confirmWithinS: proposal.confirmWithinMs / 1_000,
    },
  );
}

async function existingAllocation(trx: Trx, proposal: Proposal): Promise<AllocationSnapshot> {
  const existing = await allocationSnapshot(trx, proposal.allocationId);
  if (existing !== undefined) return existing;
  const { commodityId, mallId } = proposal.terms;
  throw await referencesNotFound(trx, proposal.enterpriseId, { commodityId, mallId });
}

/** An act upon one allocation; `commandId` is the claim of the person's command, absent when a clock acts. */
export interface AllocationDeed {
  readonly allocationId: string;
  readonly commandId: string | null;
  readonly by: By;
}

/**
 * 确认分配: the hold becomes the mall's sub-stock, online (默认上线状态). That the commodity went offline meanwhile does
 * not matter; an expired one is allocated no more.
 *
 * @throws DomainError WRONG_STATE `{state, dueAt}`, COMMODITY_OFFLINE `{commodityState: 'expired'}`
 */
export async function confirmAllocation(trx: Trx, deed: AllocationDeed): Promise<AllocationSnapshot> {
  const subStockId = newId('subStock');
  // rule: confirmed-only-while-awaiting
  const held = await firstRow<Pieces>(
    trx,
    `update stock_allocations set state = 'confirmed', sub_stock_id = :subStockId, due_at = null, updated_at = now()
      where id = :allocationId and state = 'awaiting_confirmation'
     returning commodity_id as "commodityId", quantity`,
    { allocationId: deed.allocationId, subStockId },
  );
  if (held === undefined) return doneOrRefused(trx, deed);
  await run(
    trx,
    `insert into sub_stocks (id, enterprise_id, commodity_id, mall_id, allocation_id, state, allocated, daily_limit,
                             member_limits, valid_from, valid_until, auto_award, remark, award)
     select :subStockId, enterprise_id, commodity_id, mall_id, id, 'online', quantity, daily_limit,
            member_limits, valid_from, valid_until, auto_award, remark, award
       from stock_allocations where id = :allocationId`,
    { allocationId: deed.allocationId, subStockId },
  );
  await recordMovement(trx, { ...held, subStockId, kind: 'allocated', by: deed.by });
  await moveCase(trx, deed, 'confirm');
  // rule: confirmation-records-its-effect
  if (deed.commandId !== null) await recordEffect(trx, deed.commandId);
  await allocateHeld(trx, held);
  return { state: 'confirmed', dueAt: null };
}

/**
 * Cancelled or expired: the hold is given back, once.
 *
 * @throws DomainError WRONG_STATE `{state, dueAt}`
 */
export async function giveUpAllocation(
  trx: Trx,
  deed: AllocationDeed & { readonly act: 'cancel' | 'expire' },
): Promise<AllocationSnapshot> {
  const to = transition(allocationMachine, 'awaiting_confirmation', deed.act);
  // rule: given-up-only-while-awaiting
  const held = await firstRow<Pieces>(
    trx,
    `update stock_allocations set state = :to, due_at = null, updated_at = now()
      where id = :allocationId and state = 'awaiting_confirmation'
     returning commodity_id as "commodityId", quantity`,
    { allocationId: deed.allocationId, to },
  );
  if (held === undefined) return doneOrRefused(trx, deed);
  await moveCase(trx, deed, deed.act);
  // rule: giving-up-records-its-effect
  if (deed.commandId !== null) await recordEffect(trx, deed.commandId);
  await releaseHold(trx, held);
  return { state: to, dueAt: null };
}

/** The row did not stand where the act starts. */
async function doneOrRefused(trx: Trx, deed: AllocationDeed): Promise<AllocationSnapshot> {
  const snapshot = await allocationSnapshot(trx, deed.allocationId);
  if (snapshot === undefined) throw new Error(`no allocation ${deed.allocationId}`);
  return refusedOrDone(trx, allocationMachine, snapshot, deed.commandId);
}

function moveCase(trx: Trx, deed: AllocationDeed, act: AllocationAct): Promise<void> {
  const to = transition(allocationMachine, 'awaiting_confirmation', act);
  return recordTransition(trx, {
    kind: 'stock_allocation',
    subjectId: deed.allocationId,
    act,
    from: 'awaiting_confirmation',
    to,
    standing: allocationStanding[to],
    dueAt: null,
    by: deed.by,
  });
}
