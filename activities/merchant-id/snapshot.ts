import { nextMerchantDuty } from '../../domain/merchant/duties';
import type { MerchantChannel } from '../../domain/merchant/states';
import type { Db } from '../../db/connection';
import { merchantRecord, type MerchantPlace } from '../../db/merchant/record';
import type { MerchantSnapshot } from '../../workflows/merchant-id/contract';

/** Tenpay's form has no pictures; WeChat Pay's has the licence. */
export function wantsPictures(channel: MerchantChannel): boolean {
  return channel === 'wechat_pay';
}

/** What the row says is owed next. */
export async function merchantSnapshot(db: Db, place: MerchantPlace): Promise<MerchantSnapshot> {
  const record = await merchantRecord(db, place);
  const duty = nextMerchantDuty({
    now: record.now,
    state: record.state,
    wantsPictures: wantsPictures(record.channel),
    hasPicture: record.mediaId !== null,
    nextAt: record.nextAt,
    verificationDeadline: record.verificationDeadline,
  });
  return {
    state: record.state,
    since: record.since.toISOString(),
    next: { act: duty.act, inMs: Math.max(0, duty.at.getTime() - record.now.getTime()) },
  };
}
