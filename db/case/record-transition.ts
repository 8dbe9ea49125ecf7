import type { CaseStanding, ProcessKind } from '../../domain/case/states';
import type { EventDetail } from '../../domain/case/event-detail';
import { DomainError } from '../../domain/shared/errors';
import { processIdOf } from '../../domain/shared/ids';
import { firstRow, run, type Trx } from '../connection';

/** Who caused a change, for events and audit: an account id or `system`, with the HTTP request where there was one. */
export interface By {
  readonly actor: string;
  readonly requestId: string | null;
  readonly reason?: string;
}

export interface Opening {
  readonly kind: ProcessKind;
  readonly subjectId: string;
  readonly workflowId: string;
  /** Whose it is: an enterprise's of the points mall, or a seller's of the cloud market. */
  readonly enterpriseId: string | null;
  readonly sellerId?: string;
  /** What lists call the case; no personal data. */
  readonly title: string;
  readonly stage: string;
  readonly standing: CaseStanding;
  readonly dueAt: Date | null;
  readonly by: By;
}

/**
 * Inserts the case of a new subject with its first event, audit row and change to tell. The subject's own insert keeps it
 * single.
 */
export async function recordOpening(trx: Trx, opening: Opening): Promise<void> {
  await run(
    trx,
    `with opened as (
       insert into process_cases
         (id, kind, subject_id, workflow_id, enterprise_id, seller_id, title, state, stage, whose_turn, due_at)
       values (:id, :kind, :subjectId, :workflowId, :enterpriseId, :sellerId, :title, :state, :stage, :turn, :dueAt)
       returning id
     ), event as (
       insert into case_events (case_id, actor, act, from_state, to_state, request_id)
       select id, :actor, 'open', null, :stage, :requestId from opened
     ), told as (
       insert into change_outbox (type, subject_id, process_id, enterprise_id, seller_id)
       select :action, :subjectId, id, :enterpriseId, :sellerId from opened
     )
     insert into audit_log (actor, action, subject_id, enterprise_id, seller_id, request_id)
     select :actor, :action, :subjectId, :enterpriseId, :sellerId, :requestId from opened`,
    {
      id: processIdOf(opening.subjectId),
      kind: opening.kind,
      subjectId: opening.subjectId,
      workflowId: opening.workflowId,
      enterpriseId: opening.enterpriseId,
      sellerId: opening.sellerId ?? null,
      title: opening.title,
      state: opening.standing.state,
      stage: opening.stage,
      turn: opening.standing.whoseTurn,
      dueAt: opening.dueAt,
      actor: opening.by.actor,
      action: `${opening.kind}.open`,
      requestId: opening.by.requestId,
    },
  );
}

export interface Transition {
  readonly kind: ProcessKind;
  readonly subjectId: string;
  readonly act: string;
  readonly from: string;
  readonly to: string;
  readonly standing: CaseStanding;
  readonly dueAt: Date | null;
  /** Where the change gave the case another name; no personal data. */
  readonly title?: string;
  readonly detail?: EventDetail;
  readonly by: By;
}

/**
 * The one way a case changes: its row, an event, an audit row and a change to tell, in the transaction of the change
 * itself. The row must stand where the change started, else the case and its subject have fallen apart and the
 * transaction must not commit.
 */
export async function recordTransition(trx: Trx, change: Transition): Promise<void> {
  // rule: case-moves-from-where-it-stands
  const moved = await firstRow(
    trx,
    `with moved as (
       update process_cases
          set stage = :to, state = :state, whose_turn = :turn, due_at = :dueAt,
              title = coalesce(:title, title),
              closed_at = case when :state = 'open' then null else now() end,
              stuck_code = null, stuck_since = null, updated_at = now()
        where id = :id and stage = :from
       returning id, subject_id, enterprise_id, seller_id
     ), event as (
       insert into case_events (case_id, actor, act, from_state, to_state, reason, detail, request_id)
       select id, :actor, :act, :from, :to, :reason, :detail::jsonb, :requestId from moved
     ), told as (
       insert into change_outbox (type, subject_id, process_id, enterprise_id, seller_id)
       select :action, subject_id, id, enterprise_id, seller_id from moved
     )
     insert into audit_log (actor, action, subject_id, enterprise_id, seller_id, reason, detail, request_id)
     select :actor, :action, subject_id, enterprise_id, seller_id, :reason, :detail::jsonb, :requestId from moved
     returning id`,
    {
      id: processIdOf(change.subjectId),
      from: change.from,
      to: change.to,
      state: change.standing.state,
      turn: change.standing.whoseTurn,
      dueAt: change.dueAt,
      title: change.title ?? null,
      actor: change.by.actor,
      act: change.act,
      action: `${change.kind}.${change.act}`,
      reason: change.by.reason ?? null,
      detail: jsonOrNull(change.detail),
      requestId: change.by.requestId,
    },
  );
  // rule: case-elsewhere-does-not-commit
  if (moved === undefined) throw new Error(`case of ${change.subjectId} does not stand at ${change.from}`);
}

/** A hand upon a case that leaves it at its stage: a deadline moved, a reminder sent again, a step tried at once. */
export interface Intervention {
  readonly kind: ProcessKind;
  readonly subjectId: string;
  readonly act: string;
  /** When the case is due from now on; absent where that stays. */
  readonly dueAt?: Date | null;
  readonly detail?: EventDetail;
  readonly by: By;
}

/**
 * Writes down an operator's hand (or the watchdog's) upon a case that is not over: an event that leads from the stage to
 * the stage, an audit row with the reason, and a change to tell.
 */
export async function recordIntervention(trx: Trx, hand: Intervention): Promise<void> {
  // rule: no-hand-upon-what-is-over
  const touched = await firstRow(
    trx,
    `with touched as (
       update process_cases
          set due_at = case when :moves then :dueAt::timestamptz else due_at end, updated_at = now()
        where id = :id and closed_at is null
       returning id, stage, subject_id, enterprise_id, seller_id
     ), event as (
       insert into case_events (case_id, actor, act, from_state, to_state, reason, detail, request_id)
       select id, :actor, :act, stage, stage, :reason, :detail::jsonb, :requestId from touched
     ), told as (
       insert into change_outbox (type, subject_id, process_id, enterprise_id, seller_id)
       select :action, subject_id, id, enterprise_id, seller_id from touched
     )
     insert into audit_log (actor, action, subject_id, enterprise_id, seller_id, reason, detail, request_id)
     select :actor, :action, subject_id, enterprise_id, seller_id, :reason, :detail::jsonb, :requestId from touched
     returning id`,
    {
      id: processIdOf(hand.subjectId),
      moves: hand.dueAt !== undefined,
      dueAt: hand.dueAt ?? null,
      actor: hand.by.actor,
      act: hand.act,
      action: `${hand.kind}.${hand.act}`,
      reason: hand.by.reason ?? null,
      detail: jsonOrNull(hand.detail ?? (hand.dueAt == null ? undefined : { until: hand.dueAt.toISOString() })),
      requestId: hand.by.requestId,
    },
  );
  if (touched !== undefined) return;
  // It ended since its row was read.
  const ended = await firstRow<{ state: string }>(trx, 'select state from process_cases where id = :id', {
    id: processIdOf(hand.subjectId),
  });
  throw new DomainError('WRONG_STATE', { state: ended?.state ?? 'missing', allowed: [] });
}

function jsonOrNull(detail: EventDetail | undefined): string | null {
  return detail === undefined ? null : JSON.stringify(detail);
}
