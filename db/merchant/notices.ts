import type { MerchantState } from '../../domain/merchant/states';
import type { NoticeKind } from '../../domain/notice/texts';
import { firstRow, type Trx } from '../connection';
import { addNotice } from '../notice/repository';
import type { MerchantRecord } from './record';

const kinds: Readonly<Partial<Record<MerchantState, NoticeKind>>> = {
  rejected: 'merchant_id_rejected',
  verify_account: 'merchant_id_verify_account',
  to_sign: 'merchant_id_to_sign',
  opened: 'merchant_id_opened',
  frozen: 'merchant_id_frozen',
};

/** What the seller should know of at once, in the transaction of what it is about. */
export async function tellSeller(trx: Trx, at: MerchantRecord, to: MerchantState): Promise<void> {
  const kind = kinds[to];
  if (kind === undefined) return;
  const deadline = at.verificationDeadline;
  const params: Record<string, string> = { channel: at.channel };
  if (deadline !== null) params['dueBy'] = new Date(deadline.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
  // Once per turn of the case: its newest event is that turn.
  const event = await firstRow<{ id: string }>(
    trx,
    `select max(e.id)::text as id from case_events e join process_cases c on c.id = e.case_id
      where c.subject_id = :id`,
    { id: at.id },
  );
  await addNotice(trx, {
    accountId: at.accountId,
    kind,
    subjectId: at.id,
    params,
    once: `${kind}:${at.id}:${event?.id ?? ''}`,
  });
}
