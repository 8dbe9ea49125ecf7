import { approvalsOf } from '../approval/queries';
import { firstRow, rows, type Trx } from '../connection';
import type { EventRow } from './queries';

/**
 * Everything that is stored about one case, for one file: ids and words, never what is sealed. Call it in a transaction
 * that sees one moment.
 */
export async function exportCase(trx: Trx, caseId: string) {
  const standing = await firstRow<{ subjectId: string; enterpriseId: string | null; sellerId: string | null }>(
    trx,
    `select id, kind, subject_id as "subjectId", workflow_id as "workflowId", enterprise_id as "enterpriseId",
            seller_id as "sellerId", title, state, stage, whose_turn as "whoseTurn", due_at as "dueAt",
            stuck_code as "stuckCode", stuck_since as "stuckSince", opened_at as "openedAt", closed_at as "closedAt",
            updated_at as "updatedAt"
       from process_cases where id = :caseId`,
    { caseId },
  );
  if (standing === undefined) throw new Error(`no case ${caseId}`);
  const of = { caseId, subjectId: standing.subjectId, sellerId: standing.sellerId };
  return {
    case: standing,
    timeline: await timelineOf(trx, caseId),
    audit: await auditOf(trx, of),
    commands: await commandsOf(trx, of),
    approvals: await approvalsOf(trx, caseId),
    decisions: await decisionsOf(trx, of.subjectId),
    notices: await noticesOf(trx, of),
    related: await relatedTo(trx, of),
  };
}

interface Of {
  readonly caseId: string;
  readonly subjectId: string;
  readonly sellerId: string | null;
}

/** What its pages show, and why and by which request. */
function timelineOf(trx: Trx, caseId: string) {
  return rows<EventRow & { readonly reason: string | null; readonly requestId: string | null }>(
    trx,
    `select e.at, e.actor, a.display_name as "actorName", e.act, e.from_state as "from", e.to_state as "to",
            e.reason, e.detail, g.display_name as "toName", e.request_id as "requestId"
       from case_events e left join accounts a on a.id = e.actor left join accounts g on g.id = e.detail->>'to'
      where e.case_id = :caseId order by e.id`,
    { caseId },
  );
}

function auditOf(trx: Trx, { caseId, subjectId }: Of) {
  return rows(
    trx,
    `select at, actor, action, subject_id as "subjectId", reason, detail, request_id as "requestId" from audit_log
      where subject_id in (:caseId, :subjectId) order by id`,
    { caseId, subjectId },
  );
}

/** Claims of whoever acted upon it or its approvals, without what they sent: of that only a fingerprint is kept. */
function commandsOf(trx: Trx, { caseId, subjectId }: Of) {
  return rows(
    trx,
    `select id, account_id as "accountId", route, state, resource_id as "resourceId", created_at as "createdAt",
            effect_at as "effectAt", settled_at as "settledAt", outcome_status as "outcomeStatus", refusal
       from commands
      where resource_id = any(array(select id from approvals where process_id = :caseId) || :subjectId::text)
        and (resource_id <> :subjectId or account_id in (select actor from case_events where case_id = :caseId))
      order by id`,
    { caseId, subjectId },
  );
}

function decisionsOf(trx: Trx, reviewId: string) {
  return rows(
    trx,
    `select d.id, d.account_id as "accountId", d.outcome, d.note, d.created_at as "createdAt",
            d.id = r.decision_id as counts,
            coalesce((select jsonb_agg(jsonb_build_object('item', v.item, 'outcome', v.outcome,
                                       'reasonCode', v.reason_code, 'note', v.note) order by v.item)
                        from review_verdicts v where v.decision_id = d.id), '[]') as verdicts
       from review_decisions d join reviews r on r.id = d.review_id
      where d.review_id = :reviewId order by d.created_at`,
    { reviewId },
  );
}

/** What people were told about it, and whether it reached them; no addresses. */
function noticesOf(trx: Trx, { caseId, subjectId }: Of) {
  return rows(
    trx,
    `select n.id, n.account_id as "accountId", n.kind, n.params, n.created_at as "createdAt", n.read_at as "readAt",
            (select jsonb_agg(jsonb_build_object('channel', d.channel, 'state', d.state, 'outcome', d.outcome)
                              order by d.channel)
               from notice_deliveries d where d.notice_id = n.id) as deliveries
       from notices n
      where n.subject_id = any(array(select :subjectId::text union all
                                     select id from approvals where process_id = :caseId))
            -- A seller is told of a review under what was judged.
            -- rule: sellers-are-told-under-what-was-judged
            or n.once = any(array['review_decided:' || :subjectId, 'review_given_back:' || :subjectId])
      order by n.id`,
    { caseId, subjectId },
  );
}

/** Payments of it or what it pays, and whatever else its seller is in. */
function relatedTo(trx: Trx, { caseId, subjectId, sellerId }: Of) {
  return rows(
    trx,
    `select id, kind, subject_id as "subjectId", state, stage from process_cases
      where id <> :caseId
        and id = any(array(
              select id from process_cases where seller_id = :sellerId::text
              union select c.id from process_cases c join payments p on p.id = c.subject_id
                     where p.subject_id = :subjectId
              union select c.id from process_cases c join payments p on p.subject_id = c.subject_id
                     where p.id = :subjectId))
      order by id limit 500`,
    { caseId, subjectId, sellerId },
  );
}
