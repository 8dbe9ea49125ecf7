import type { NoticeKind } from '../../domain/notice/texts';
import { rows, type Db } from '../connection';
import { addNotice } from '../notice/repository';

/** How long before the date a second word is said. */
const soonDays = 7;

const batch = 200;

interface Asked {
  readonly sellerId: string;
  readonly accountId: string;
  /** What is to be signed now. */
  readonly version: string;
  /** The last day, in Asia/Shanghai. */
  readonly signBy: string;
  readonly kind: NoticeKind;
  readonly once: string;
}

/**
 * Sellers who must sign a newer agreement and were not told so yet: when it is out, a week before the date, and when the
 * date has passed. What they are asked is {@link agreementFactsOf}, by the same clock.
 */
function untold(db: Db): Promise<Asked[]> {
  return rows<Asked>(
    db,
    `with current as (select version from agreement_versions order by sequence desc limit 1),
     signed as (
       select s.seller_id, max(v.sequence) as sequence
         from agreement_signatures s join agreement_versions v using (version) group by s.seller_id
     ),
     asked as (
       select signed.seller_id, min(v.sign_by) as sign_by
         from signed join agreement_versions v on v.sequence > signed.sequence
        where v.sign_by is not null group by signed.seller_id
     ),
     staged as (
       select seller.id as "sellerId", seller.account_id as "accountId", current.version,
              to_char(asked.sign_by at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as "signBy",
              case when asked.sign_by <= now() then 'agreement_overdue'
                   when asked.sign_by <= now() + make_interval(days => ${soonDays}) then 'agreement_due_soon'
                   else 'agreement_newer' end as kind
         from asked join sellers seller on seller.id = asked.seller_id, current
     ),
     named as (select *, kind || ':' || version || ':' || "sellerId" as once from staged)
     select * from named where not exists (select 1 from notices where notices.once = named.once)
      limit ${batch}`,
  );
}

/** Tells them, each once a stage; again and again is the same. */
export async function remindOfAgreements(db: Db): Promise<void> {
  for (;;) {
    const found = await untold(db);
    if (found.length === 0) return;
    await db.transaction(async (trx) => {
      for (const { accountId, version, signBy, kind, once } of found)
        await addNotice(trx, { accountId, kind, subjectId: version, params: { version, signBy }, once });
    });
  }
}
