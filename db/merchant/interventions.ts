import { merchantMachine, type MerchantState } from '../../domain/merchant/states';
import { requireLater } from '../../domain/operations/commands';
import { wrongState } from '../../domain/shared/state-machine';
import { recordIntervention, type By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';

/** The channel is asked, or given the form, at once. */
export async function retryMerchantId(trx: Trx, applicationId: string): Promise<void> {
  await run(trx, 'update merchant_applications set next_at = now() where id = :applicationId and next_at > now()', {
    applicationId,
  });
}

/**
 * The seller has longer to verify its account. The channel's word stays the truth: what it sends back is sent back.
 *
 * @throws DomainError WRONG_STATE, TIME_PAST, DEADLINE_TOO_FAR
 */
export async function extendAccountVerification(
  trx: Trx,
  order: { readonly applicationId: string; readonly until: Date; readonly by: By },
): Promise<void> {
  const { applicationId, until, by } = order;
  const at = await firstRow<{ state: MerchantState; dueAt: Date | null; now: Date }>(
    trx,
    `select state, verification_deadline as "dueAt", now() as now from merchant_applications
      where id = :applicationId for no key update`,
    { applicationId },
  );
  if (at === undefined) throw new Error(`no merchant application ${applicationId}`);
  // rule: only-asked-accounts-are-extended
  if (at.state !== 'verify_account') throw wrongState(merchantMachine, at.state);
  requireLater(until, at);
  await run(
    trx,
    'update merchant_applications set verification_deadline = :until, updated_at = now() where id = :applicationId',
    { applicationId, until },
  );
  await recordIntervention(trx, {
    ...{ kind: 'merchant_id', subjectId: applicationId, act: 'extend_deadline', dueAt: until, by },
  });
}
