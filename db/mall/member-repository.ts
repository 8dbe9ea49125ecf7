import { ledgerAccountId } from '../../domain/ledger/accounts';
import { DomainError } from '../../domain/shared/errors';
import { run, type Trx } from '../connection';
import { isUniqueViolation } from '../errors';
import { openPoints, post } from '../ledger/repository';

export interface NewMember {
  readonly id: string;
  readonly enterpriseId: string;
  readonly mallId: string;
  readonly externalId: string;
  readonly displayName: string;
  /** The account the member signs in with; null when it has none. */
  readonly accountId: string | null;
}

/**
 * A member comes with its points accounts, at zero.
 *
 * @throws DomainError NAME_TAKEN at /externalId
 */
export async function addMember(trx: Trx, member: NewMember): Promise<void> {
  try {
    await run(
      trx,
      `insert into members (id, mall_id, external_id, display_name, account_id)
       values (:id, :mallId, :externalId, :displayName, :accountId)`,
      { ...member },
    );
  } catch (error) {
    if (!isUniqueViolation(error, 'members_once_per_mall')) throw error;
    throw new DomainError('NAME_TAKEN', {
      errors: [{ path: '/externalId', code: 'NAME_TAKEN', message: 'the mall has this member' }],
    });
  }
  await openPoints(trx, { memberId: member.id, enterpriseId: member.enterpriseId });
}

export interface PointsAdjustment {
  /** The adjustment; booked once. */
  readonly id: string;
  readonly memberId: string;
  /** Points given, or taken when negative. */
  readonly delta: number;
  readonly reason: string;
}

/**
 * Points added or taken by hand. Call it last in a transaction, as {@link post}.
 *
 * @throws DomainError POINTS_SHORT `{missingPoints}` at /delta when more would be taken than there is
 */
export async function adjustPoints(trx: Trx, { id, memberId, delta, reason }: PointsAdjustment): Promise<void> {
  try {
    await post(trx, {
      source: id,
      kind: 'points_adjustment',
      lines: [
        { accountId: ledgerAccountId('points_granted', memberId), amount: -delta },
        { accountId: ledgerAccountId('points', memberId), amount: delta },
      ],
      reason,
    });
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'POINTS_SHORT') throw error;
    const fault = { path: '/delta', code: error.code, message: 'more than the member has' };
    throw new DomainError(error.code, { ...error.facts, errors: [fault] });
  }
}
