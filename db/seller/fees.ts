import type { FeeFacts, FeeState } from '../../domain/seller/fee-states';
import { firstRow, type Queryable } from '../connection';

/**
 * A seller's fee as it stands now, all periods together; null before the first is opened. Paid is what the clock of the
 * database says is: a period whose run has not ended it yet is over all the same.
 */
export async function feeFactsOf(db: Queryable, sellerId: string): Promise<FeeFacts | null> {
  // rule: fee-is-over-by-the-clock
  const facts = await firstRow<FeeFacts>(
    db,
    `with period as (select * from certification_fees where seller_id = :sellerId),
          newest as (select * from period order by year desc limit 1),
          -- The period we are in, and where none is, the end of the last one.
          running as (select * from period where state = 'paid' and valid_from <= now() and valid_until > now()),
          ended as (select max(valid_until) as at from period)
     select case when running.id is not null then 'paid'
                 when newest.state = 'paying' then 'paying'
                 when ended.at is not null then 'expired'
                 else 'unpaid' end as state,
            case when ended.at is null then newest.deferred_at end as "deferredAt",
            case when running.id is not null then running.valid_from
                 when newest.state = 'paying' or ended.at is null then newest.state_since
                 else ended.at end as since,
            ended.at as "validUntil", newest.amount_fen as "amountFen",
            newest.year > 1 and newest.state in ('unpaid', 'paying') as renewable
       from newest cross join ended left join running on true`,
    { sellerId },
  );
  return facts ?? null;
}

/** The period that is to be paid next, or was paid last. */
export interface NewestFee {
  readonly id: string;
  readonly state: FeeState;
  /** The payment that may still pay it is being closed: until that is certain there can be no other. */
  readonly closing: boolean;
}

export async function newestFeeOf(db: Queryable, sellerId: string): Promise<NewestFee | undefined> {
  return firstRow<NewestFee>(
    db,
    `select f.id, f.state,
            coalesce(p.close_asked_at is not null or p.expires_at <= clock_timestamp(), false) as closing
       from certification_fees f left join payments p on p.id = f.open_payment_id
      where f.seller_id = :sellerId order by f.year desc limit 1`,
    { sellerId },
  );
}

export async function sellerExists(db: Queryable, sellerId: string): Promise<boolean> {
  return (await firstRow(db, 'select id from sellers where id = :sellerId', { sellerId })) !== undefined;
}

/** Enough to start the run of a period again from facts. */
export async function feeOrigin(
  db: Queryable,
  feeId: string,
): Promise<{ readonly feeId: string; readonly sellerId: string } | undefined> {
  return firstRow(db, 'select id as "feeId", seller_id as "sellerId" from certification_fees where id = :feeId', {
    feeId,
  });
}
