import type { ReasonCode } from '../../domain/review/reasons';
import type { DecideReview } from '../../domain/review/schemas';
import type { ReviewOutcome } from '../../domain/review/states';
import { firstRow, run, type Db, type Queryable } from '../connection';

export interface NewDecision {
  /** Of the attempt to deliver it: a retry of the same attempt finds it. */
  readonly decisionId: string;
  readonly reviewId: string;
  /** Null where a policy decides. */
  readonly accountId: string | null;
  /** The second operator of a decision in a reviewer's place. */
  readonly confirmedBy?: string;
  readonly decision: DecideReview;
}

/** Writes down what a reviewer decided, before the run of the review is told: it is inert until the review names it. */
export async function writeDecision(db: Queryable, { decision, ...ids }: NewDecision): Promise<void> {
  const verdicts = decision.verdicts.map(({ item, outcome, reasonCode = null, note = null }) => ({
    ...{ item, outcome, note },
    reason_code: reasonCode,
  }));
  await run(
    db,
    `with written as (
       insert into review_decisions (id, review_id, account_id, confirmed_by, outcome, note)
       values (:decisionId, :reviewId, :accountId, :confirmedBy, :outcome, :note)
       on conflict (id) do nothing returning id
     )
     insert into review_verdicts (decision_id, item, outcome, reason_code, note)
     select written.id, v.item, v.outcome, v.reason_code, v.note
       from written, jsonb_to_recordset(:verdicts::jsonb) as v (item text, outcome text, reason_code text, note text)`,
    {
      ...{ ...ids, confirmedBy: ids.confirmedBy ?? null, outcome: decision.outcome, note: decision.note ?? null },
      verdicts: JSON.stringify(verdicts),
    },
  );
}

export interface VerdictRow {
  readonly item: string;
  readonly outcome: 'ok' | 'change';
  readonly reasonCode: ReasonCode | null;
  readonly note: string | null;
}

export interface DecisionRow {
  readonly outcome: ReviewOutcome;
  readonly note: string | null;
  readonly verdicts: readonly VerdictRow[];
}

/** What was decided about the review under this id; by this account, unless that is all the same. */
export async function decisionOf(
  db: Queryable,
  by: { readonly decisionId: string; readonly reviewId: string; readonly accountId: string | null },
): Promise<DecisionRow | undefined> {
  return firstRow<DecisionRow>(
    db,
    `select d.outcome, d.note,
            coalesce((select jsonb_agg(jsonb_build_object('item', v.item, 'outcome', v.outcome,
                                                          'reasonCode', v.reason_code, 'note', v.note) order by v.item)
                        from review_verdicts v where v.decision_id = d.id), '[]') as verdicts
       from review_decisions d
      where d.id = :decisionId and d.review_id = :reviewId
        and (:accountId::text is null or d.account_id = :accountId)`,
    by,
  );
}

/** What was written down and never came about; a day later nobody can still be on the way with it. */
export async function deleteInertDecisions(db: Db): Promise<void> {
  // rule: named-decisions-are-kept
  await run(
    db,
    `delete from review_decisions d
      where d.created_at < now() - interval '24 hours'
        and not exists (select from reviews r where r.decision_id = d.id)`,
  );
}
