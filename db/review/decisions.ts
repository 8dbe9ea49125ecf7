import type { ReasonCode } from '../../domain/review/reasons';
import type { DecideReview } from '../../domain/review/schemas';
import type { ReviewOutcome } from '../../domain/review/states';
import { firstRow, rows, run, type Db, type Queryable, type Trx } from '../connection';

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
export async function writeDecision(trx: Trx, { decision, ...ids }: NewDecision): Promise<void> {
  const written = await firstRow(
    trx,
    `insert into review_decisions (id, review_id, account_id, confirmed_by, outcome, note)
     values (:decisionId, :reviewId, :accountId, :confirmedBy, :outcome, :note)
     on conflict (id) do nothing returning id`,
    { ...ids, confirmedBy: ids.confirmedBy ?? null, outcome: decision.outcome, note: decision.note ?? null },
  );
  if (written === undefined) return;
  const verdicts = decision.verdicts.map(({ item, outcome, reasonCode = null, note = null }) => ({
    ...{ item, outcome, note },
    reason_code: reasonCode,
  }));
  await run(
    trx,
    `insert into review_verdicts (decision_id, item, outcome, reason_code, note)
     select :decisionId, item, outcome, reason_code, note
       from jsonb_to_recordset(:verdicts::jsonb) as v (item text, outcome text, reason_code text, note text)`,
    { decisionId: ids.decisionId, verdicts: JSON.stringify(verdicts) },
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
  const decision = await firstRow<Omit<DecisionRow, 'verdicts'>>(
    db,
    `select outcome, note from review_decisions
      where id = :decisionId and review_id = :reviewId and (:accountId::text is null or account_id = :accountId)`,
    by,
  );
  if (decision === undefined) return undefined;
  const verdicts = await rows<VerdictRow>(
    db,
    `select item, outcome, reason_code as "reasonCode", note from review_verdicts
      where decision_id = :decisionId order by item`,
    { decisionId: by.decisionId },
  );
  return { ...decision, verdicts };
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
