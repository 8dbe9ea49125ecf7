import { run, type Trx } from '../connection';

/** Something somebody looking on may want to know. Ids only: whoever is told asks for the thing itself. */
export interface NewChange {
  /** What happened to what: `product.list`, `shop.take_down`. Changes of a case are named by its kind and act. */
  readonly type: string;
  readonly subjectId: string;
  readonly processId?: string;
  /** Whose it is, and who beside operators is told: an enterprise or a seller. */
  readonly enterpriseId?: string;
  readonly sellerId?: string;
}

/**
 * Tells of a change that belongs to no case, in its own transaction. Cases tell of theirs by themselves
 * (db/case/record-transition.ts).
 */
export async function recordChange(trx: Trx, change: NewChange): Promise<void> {
  await run(
    trx,
    `insert into change_outbox (type, subject_id, process_id, enterprise_id, seller_id)
     values (:type, :subjectId, :processId, :enterpriseId, :sellerId)`,
    {
      type: change.type,
      subjectId: change.subjectId,
      processId: change.processId ?? null,
      enterpriseId: change.enterpriseId ?? null,
      sellerId: change.sellerId ?? null,
    },
  );
}
