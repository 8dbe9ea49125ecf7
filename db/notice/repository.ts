import type { NoticeKind, NoticeParams } from '../../domain/notice/texts';
import { run, type Trx } from '../connection';
import { newId } from '../new-id';

export interface NewNotice {
  readonly accountId: string;
  readonly kind: NoticeKind;
  /** What it is about: the id of a review, a fee, an agreement's version. */
  readonly subjectId: string;
  /** Nothing personal: they are sent by mail and SMS. */
  readonly params: NoticeParams;
  /** The same is told once: e.g. `review_overdue:rev_…:acc_…`. */
  readonly once: string;
}

/**
 * Tells an account something, in the transaction of what it is about; nothing happens when it was told before. It is in
 * the account's notices at once. Messages to the outside are sent later by the worker, and never keep a case.
 */
export async function addNotice(trx: Trx, notice: NewNotice): Promise<void> {
  // rule: told-once
  await run(
    trx,
    `with told as (
       insert into notices (id, account_id, kind, subject_id, params, once)
       values (:id, :accountId, :kind, :subjectId, :params::jsonb, :once)
       on conflict (once) do nothing
       returning id
     )
     insert into notice_deliveries (notice_id, channel)
     select told.id, channel from told, unnest(array['mail', 'sms']) as channel`,
    { ...notice, id: newId('notice'), params: JSON.stringify(notice.params) },
  );
}

/** The first reading counts. */
export async function markRead(trx: Trx, noticeId: string): Promise<void> {
  await run(trx, 'update notices set read_at = now() where id = :noticeId and read_at is null', { noticeId });
}
