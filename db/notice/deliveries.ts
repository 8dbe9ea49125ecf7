import type { NoticeParams } from '../../domain/notice/texts';
import type { MessageChannel } from '../../domain/ports/messages';
import type { Sealed } from '../../domain/ports/vault';
import { rows, run, type Db } from '../connection';

export interface DueDelivery {
  readonly noticeId: string;
  readonly channel: MessageChannel;
  readonly kind: string;
  readonly params: NoticeParams;
  readonly accountId: string;
  /** Where to: the account's sealed mobile number or mail address; null where none is known. */
  readonly address: Sealed | null;
  /** This one included. */
  readonly attempts: number;
  readonly ageMs: number;
}

/**
 * Takes deliveries that are due; nobody else does for so long. Whoever takes them and dies leaves them to the next: then
 * the same message is handed over again, under the same id.
 */
export async function takeDueDeliveries(
  db: Db,
  take: { readonly limit: number; readonly leaseMs: number },
): Promise<DueDelivery[]> {
  const found = await rows<DueDelivery & { readonly keyId: string | null; readonly ciphertext: Uint8Array | null }>(
    db,
    // rule: deliveries-are-leased
    `with due as (
       select notice_id, channel from notice_deliveries
        where state = 'waiting' and next_at <= now()
        order by next_at limit :limit for update skip locked
     ), taken as (
       update notice_deliveries d
          set attempts = d.attempts + 1, next_at = now() + make_interval(secs => :leaseS)
         from due where d.notice_id = due.notice_id and d.channel = due.channel
       returning d.notice_id, d.channel, d.attempts
     )
     select t.notice_id as "noticeId", t.channel, t.attempts, n.kind, n.params, n.account_id as "accountId",
            case t.channel when 'sms' then a.mobile_key_id else a.email_key_id end as "keyId",
            case t.channel when 'sms' then a.mobile_ciphertext else a.email_ciphertext end as ciphertext,
            (extract(epoch from now() - n.created_at) * 1000)::bigint as "ageMs"
       from taken t join notices n on n.id = t.notice_id join accounts a on a.id = n.account_id`,
    { limit: take.limit, leaseS: take.leaseMs / 1_000 },
  );
  return found.map(({ keyId, ciphertext, ...due }) => ({
    ...due,
    address: keyId === null || ciphertext === null ? null : { keyId, ciphertext },
  }));
}

type Which = Pick<DueDelivery, 'noticeId' | 'channel'>;

export async function markSent(db: Db, { noticeId, channel }: Which): Promise<void> {
  await run(
    db,
    `update notice_deliveries set state = 'sent', sent_at = now(), next_at = null, outcome = null
      where notice_id = :noticeId and channel = :channel and state = 'waiting'`,
    { noticeId, channel },
  );
}

/** It stays where the account reads it; `why` in a word. */
export async function markNotSent(db: Db, { noticeId, channel }: Which, why: string): Promise<void> {
  await run(
    db,
    `update notice_deliveries set state = 'not_sent', next_at = null, outcome = :why
      where notice_id = :noticeId and channel = :channel and state = 'waiting'`,
    { noticeId, channel, why },
  );
}

export async function sendAgain(db: Db, { noticeId, channel }: Which, why: string, inMs: number): Promise<void> {
  await run(
    db,
    `update notice_deliveries set next_at = now() + make_interval(secs => :inS), outcome = :why
      where notice_id = :noticeId and channel = :channel and state = 'waiting'`,
    { noticeId, channel, why, inS: inMs / 1_000 },
  );
}
