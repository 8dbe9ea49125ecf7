"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.takeDueDeliveries = takeDueDeliveries;
exports.markSent = markSent;
exports.markNotSent = markNotSent;
exports.sendAgain = sendAgain;
const connection_1 = require("../connection");
/**
 * Takes deliveries that are due; nobody else does for so long. Whoever takes them and dies leaves them to the next: then
 * the same message is handed over again, under the same id.
 */
async function takeDueDeliveries(db, take) {
    const found = await (0, connection_1.rows)(db, 
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
       from taken t join notices n on n.id = t.notice_id join accounts a on a.id = n.account_id`, { limit: take.limit, leaseS: take.leaseMs / 1_000 });
    return found.map(({ keyId, ciphertext, ...due }) => ({
        ...due,
        address: keyId === null || ciphertext === null ? null : { keyId, ciphertext },
    }));
}
async function markSent(db, { noticeId, channel }) {
    await (0, connection_1.run)(db, `update notice_deliveries set state = 'sent', sent_at = now(), next_at = null, outcome = null
      where notice_id = :noticeId and channel = :channel and state = 'waiting'`, { noticeId, channel });
}
/** It stays where the account reads it; `why` in a word. */
async function markNotSent(db, { noticeId, channel }, why) {
    await (0, connection_1.run)(db, `update notice_deliveries set state = 'not_sent', next_at = null, outcome = :why
      where notice_id = :noticeId and channel = :channel and state = 'waiting'`, { noticeId, channel, why });
}
async function sendAgain(db, { noticeId, channel }, why, inMs) {
    await (0, connection_1.run)(db, `update notice_deliveries set next_at = now() + make_interval(secs => :inS), outcome = :why
      where notice_id = :noticeId and channel = :channel and state = 'waiting'`, { noticeId, channel, why, inS: inMs / 1_000 });
}
//# sourceMappingURL=deliveries.js.map