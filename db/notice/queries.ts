import type { NoticeParams } from '../../domain/notice/texts';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export interface NoticeRow {
  readonly id: string;
  readonly kind: string;
  readonly subjectId: string;
  readonly params: NoticeParams;
  readonly createdAt: Date;
  readonly readAt: Date | null;
  readonly deliveries: readonly {
    readonly channel: 'mail' | 'sms';
    readonly state: 'waiting' | 'sent' | 'not_sent';
    readonly outcome: string | null;
  }[];
}

const select = `
  select n.id, n.kind, n.subject_id as "subjectId", n.params, n.created_at as "createdAt", n.read_at as "readAt",
         (select jsonb_agg(jsonb_build_object('channel', d.channel, 'state', d.state, 'outcome', d.outcome)
             order by d.channel)
           from notice_deliveries d where d.notice_id = n.id) as deliveries
    from notices n`;

/** A notice of the account's own; another's is not there. */
export async function noticeById(db: Queryable, accountId: string, id: string): Promise<NoticeRow | undefined> {
  // rule: own-notices-alone
  return firstRow<NoticeRow>(db, `${select} where n.id = :id and n.account_id = :accountId`, { id, accountId });
}

export async function listNotices(
  db: Queryable,
  accountId: string,
  filter: { readonly unread: boolean | null },
  request: PageRequest,
): Promise<Page<NoticeRow>> {
  const found = await rows<NoticeRow>(
    db,
    // rule: own-notices-in-lists
    `${select}
      where n.account_id = :accountId and (:unread::boolean is null or (n.read_at is null) = :unread)
        and (:after::text is null or n.id < :after)
      order by n.id desc limit :limit + 1`,
    { accountId, ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}
