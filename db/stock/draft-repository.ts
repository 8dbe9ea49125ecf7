import { DomainError } from '../../domain/shared/errors';
import { transition } from '../../domain/shared/state-machine';
import { refusedBy } from '../../domain/stock/actions';
import { requireFitting } from '../../domain/stock/first-step';
import { commodityMachine, commodityStanding, type CommodityAct, type CommodityState } from '../../domain/stock/states';
import type { FirstStep, SecondStep } from '../../domain/stock/steps';
import { recordOpening, recordTransition, type By } from '../case/record-transition';
import { refusedOrDone, type Snapshot } from '../case/refused-or-done';
import { recordEffect } from '../command/repository';
import { firstRow, run, type Queryable, type Trx } from '../connection';
import { commodityStandingOf, countCodes, requireFacts, requireImages } from './facts';
import { recordMovement } from './movements';

/** An own commodity on its way from 下一步 to 完成: the rows of `commodities` while they are drafts. */
export type CommoditySnapshot = Snapshot<CommodityState>;

export interface DraftOpening {
  readonly commodityId: string;
  readonly workflowId: string;
  readonly enterpriseId: string;
  readonly firstStep: FirstStep;
  readonly draftKeptMs: number;
  /** 0 or more than the draft is kept: no reminder. */
  readonly remindBeforeMs: number;
  readonly by: By;
}

/** What a run must know of a commodity. When its draft's clock goes next is kept with its case. */
export async function commoditySnapshot(db: Queryable, commodityId: string): Promise<CommoditySnapshot | undefined> {
  return firstRow<CommoditySnapshot>(
    db,
    `select c.state, p.due_at as "dueAt"
       from commodities c join process_cases p on p.subject_id = c.id and p.kind = 'commodity_add'
      where c.id = :commodityId`,
    { commodityId },
  );
}

/**
 * 下一步: keeps the draft, or returns the commodity that is there ("open or load"). No stock yet.
 *
 * @throws DomainError REFERENCE_NOT_FOUND at an image or the template, TEMPLATE_MISMATCH at /awardTemplateId
 */
export async function openDraft(trx: Trx, opening: DraftOpening): Promise<CommoditySnapshot> {
  const { commodityId, firstStep, draftKeptMs, remindBeforeMs } = opening;
  const existing = await commoditySnapshot(trx, commodityId);
  if (existing !== undefined) return existing;
  requireFitting(firstStep);
  await requireImages(trx, opening.enterpriseId, firstStep);
  const dueInMs = draftKeptMs - (remindBeforeMs < draftKeptMs ? remindBeforeMs : 0);
  // rule: draft-opened-once
  const opened = await firstRow<{ dueAt: Date }>(
    trx,
    `insert into commodities (id, enterprise_id, source, state, purpose, category, name, award_template_id, price_fen,
                              redemption_note, cover_image_id, detail_image_id, total, added_by, draft_expires_at)
     values (:commodityId, :enterpriseId, 'own', 'draft', :purpose, :category, :name, :awardTemplateId, :priceFen,
             :redemptionNote, :coverImageId, :detailImageId, 0, :actor, now() + make_interval(secs => :keptS))
     on conflict (id) do nothing
     returning now() + make_interval(secs => :dueInS) as "dueAt"`,
    {
      ...firstStep,
      commodityId,
      enterpriseId: opening.enterpriseId,
      actor: opening.by.actor,
      keptS: draftKeptMs / 1_000,
      dueInS: dueInMs / 1_000,
    },
  );
  if (opened === undefined) return thereOf(await commoditySnapshot(trx, commodityId), commodityId);
  await recordOpening(trx, {
    kind: 'commodity_add',
    subjectId: commodityId,
    workflowId: opening.workflowId,
    enterpriseId: opening.enterpriseId,
    title: firstStep.name,
    stage: 'draft',
    standing: commodityStanding.draft,
    dueAt: opened.dueAt,
    by: opening.by,
  });
  return { state: 'draft', dueAt: opened.dueAt };
}

/** An act upon one draft; `commandId` is the claim of the person's command, absent when a clock acts. */
export interface DraftOrder {
  readonly commodityId: string;
  readonly commandId: string | null;
  readonly by: By;
}

type LockedDraft = FirstStep & { readonly enterpriseId: string; readonly dueAt: Date | null };

// rule: only-drafts-are-locked, drafts-are-locked
const lockedDraft = `
  select c.enterprise_id as "enterpriseId", c.purpose, c.name, c.category, c.award_template_id as "awardTemplateId",
         c.price_fen as "priceFen", c.redemption_note as "redemptionNote", c.cover_image_id as "coverImageId",
         c.detail_image_id as "detailImageId", p.due_at as "dueAt"
    from commodities c join process_cases p on p.subject_id = c.id and p.kind = 'commodity_add'
   where c.id = :commodityId and c.state = 'draft' for no key update of c`;

/** Changes of a draft's first step. */
export type Revision = { readonly [F in keyof FirstStep]?: FirstStep[F] | undefined };

/**
 * Changes the first step while it is a draft; when it expires does not change. A CDK draft that has codes stays CDK:
 * codes are never removed, and no other category has any.
 *
 * @throws DomainError WRONG_STATE, NOT_CDK at /category, REFERENCE_NOT_FOUND, TEMPLATE_MISMATCH, VALIDATION_FAILED
 */
export async function reviseDraft(
  trx: Trx,
  order: { readonly commodityId: string; readonly changes: Revision; readonly by: By },
): Promise<void> {
  const { commodityId, changes, by } = order;
  const draft = await firstRow<LockedDraft>(trx, lockedDraft, { commodityId });
  if (draft === undefined) throw refusedBy(await commodityStandingOf(trx, commodityId));
  const { enterpriseId, dueAt, ...before } = draft;
  const step = { ...before, ...changes } as FirstStep;
  // rule: codes-keep-their-category
  if (before.category === 'cdk' && step.category !== 'cdk' && (await countCodes(trx, commodityId)) > 0)
    throw new DomainError('NOT_CDK', {
      errors: [{ path: '/category', code: 'NOT_CDK', message: 'the draft has codes' }],
    });
  requireFitting(step);
  await requireImages(trx, enterpriseId, step);
  await run(
    trx,
    `update commodities
        set purpose = :purpose, name = :name, category = :category, award_template_id = :awardTemplateId,
            price_fen = :priceFen, redemption_note = :redemptionNote, cover_image_id = :coverImageId,
            detail_image_id = :detailImageId, updated_at = now()
      where id = :commodityId and state = 'draft'`,
    { ...step, commodityId },
  );
  await moveCase(trx, { commodityId, by }, { act: 'edit', dueAt, title: step.name });
}

/**
 * 完成: into the enterprise stock, online (guide A: 默认上线状态). Stock comes into being here and nowhere else.
 *
 * @throws DomainError WRONG_STATE `{state, dueAt}`, TIME_PAST at /expiresAt, CODES_SHORT `{codes, needed}`
 */
export async function completeDraft(
  trx: Trx,
  order: DraftOrder & { readonly secondStep: SecondStep },
): Promise<CommoditySnapshot> {
  const { commodityId, secondStep } = order;
  const draft = await firstRow<LockedDraft>(trx, lockedDraft, { commodityId });
  if (draft === undefined) return doneOrRefused(trx, order);
  await requireFacts(trx, { commodityId, category: draft.category, secondStep });
  await run(
    trx,
    `update commodities
        set state = 'online', total = :totalStock, expires_at = :expiresAt, platforms = :platforms::text[],
            tags = :tags::text[], remark = :remark, updated_at = now()
      where id = :commodityId and state = 'draft'`,
    { ...secondStep, commodityId },
  );
  const added = { commodityId, subStockId: null, kind: 'added', quantity: secondStep.totalStock } as const;
  await recordMovement(trx, { ...added, by: order.by });
  await moveCase(trx, order, { act: 'complete', dueAt: null });
  // rule: completing-records-its-effect
  if (order.commandId !== null) await recordEffect(trx, order.commandId);
  return { state: 'online', dueAt: null };
}

/** @throws DomainError WRONG_STATE `{state, dueAt}` */
export async function discardDraft(trx: Trx, order: DraftOrder): Promise<CommoditySnapshot> {
  return endDraft(trx, order, 'discard');
}

/**
 * The draft's clock. It reminds once, and once its time is over the draft expires. The engine's clock and ours need not
 * agree to the second: what is called a little early, after the reminder, is called for the end.
 *
 * @throws DomainError WRONG_STATE `{state, dueAt}`
 */
export async function remindOrExpireDraft(trx: Trx, order: DraftOrder): Promise<CommoditySnapshot> {
  const { commodityId } = order;
  // rule: clock-acts-on-drafts-alone
  const draft = await firstRow<{ isOver: boolean; isReminded: boolean; expiresAt: Date }>(
    trx,
    `select now() >= draft_expires_at - least(interval '5 seconds', (draft_expires_at - coalesce(reminded_at, now())) / 2)
              as "isOver",
            reminded_at is not null as "isReminded", draft_expires_at as "expiresAt"
       from commodities where id = :commodityId and state = 'draft' for no key update`,
    { commodityId },
  );
  if (draft === undefined) return doneOrRefused(trx, order);
  if (draft.isOver) return endDraft(trx, order, 'expire_draft');
  // rule: reminded-once
  if (!draft.isReminded) {
    await run(trx, `update commodities set reminded_at = now() where id = :commodityId and state = 'draft'`, {
      commodityId,
    });
    await moveCase(trx, order, { act: 'remind', dueAt: draft.expiresAt });
  }
  return { state: 'draft', dueAt: draft.expiresAt };
}

async function endDraft(trx: Trx, order: DraftOrder, act: 'discard' | 'expire_draft'): Promise<CommoditySnapshot> {
  const { commodityId } = order;
  const to = transition(commodityMachine, 'draft', act);
  // rule: ended-only-as-draft
  const ended = await firstRow(
    trx,
    `update commodities set state = :to, updated_at = now() where id = :commodityId and state = 'draft' returning id`,
    { commodityId, to },
  );
  if (ended === undefined) return doneOrRefused(trx, order);
  await moveCase(trx, order, { act, dueAt: null });
  // rule: discarding-records-its-effect
  if (order.commandId !== null) await recordEffect(trx, order.commandId);
  return { state: to, dueAt: null };
}

async function doneOrRefused(trx: Trx, order: DraftOrder): Promise<CommoditySnapshot> {
  const snapshot = thereOf(await commoditySnapshot(trx, order.commodityId), order.commodityId);
  return refusedOrDone(trx, commodityMachine, snapshot, order.commandId);
}

function thereOf(snapshot: CommoditySnapshot | undefined, commodityId: string): CommoditySnapshot {
  if (snapshot === undefined) throw new Error(`no own commodity ${commodityId}`);
  return snapshot;
}

function moveCase(
  trx: Trx,
  order: Pick<DraftOrder, 'commodityId' | 'by'>,
  move: { readonly act: CommodityAct; readonly dueAt: Date | null; readonly title?: string },
): Promise<void> {
  const { act, ...rest } = move;
  const to = transition(commodityMachine, 'draft', act);
  return recordTransition(trx, {
    kind: 'commodity_add',
    subjectId: order.commodityId,
    act,
    from: 'draft',
    to,
    standing: commodityStanding[to],
    ...rest,
    by: order.by,
  });
}
