import { merchantTurn, type MerchantChannel, type MerchantState } from '../../domain/merchant/states';
import type { FieldReason } from '../../domain/seller/field-reason';
import type { MerchantFacts } from '../../domain/seller/merchant-facts';
import { firstRow, rows, type Queryable } from '../connection';

interface FactsRow {
  readonly channel: MerchantChannel;
  readonly state: MerchantState;
  readonly since: Date;
  readonly nextAt: Date;
  readonly deadline: Date | null;
  readonly errors: readonly FieldReason[];
}

/** How a seller's merchant IDs stand, for the one answer that says what is missing; WeChat Pay's first. */
export async function merchantFactsOf(db: Queryable, sellerId: string): Promise<readonly MerchantFacts[]> {
  const found = await rows<FactsRow>(
    db,
    `select channel, state, state_since as since, next_at as "nextAt", verification_deadline as deadline, errors
       from merchant_applications where seller_id = :sellerId order by channel desc`,
    { sellerId },
  );
  return found.map(({ channel, state, since, nextAt, deadline, errors }) => ({
    channel,
    state,
    since,
    whoseTurn: merchantTurn(state),
    ...(merchantTurn(state) === 'provider' ? { expectedAt: nextAt } : {}),
    ...(state === 'verify_account' && deadline !== null ? { dueAt: deadline } : {}),
    errors,
  }));
}

export interface MerchantOrigin {
  readonly sellerId: string;
  readonly channel: MerchantChannel;
  readonly submissionId: string;
  readonly accountId: string;
}

/** Enough to start the run of a merchant ID again from facts. */
export async function merchantOrigin(db: Queryable, applicationId: string): Promise<MerchantOrigin | undefined> {
  return firstRow<MerchantOrigin>(
    db,
    `select a.seller_id as "sellerId", a.channel, a.submission_id as "submissionId", s.account_id as "accountId"
       from merchant_applications a join sellers s on s.id = a.seller_id where a.id = :applicationId`,
    { applicationId },
  );
}
