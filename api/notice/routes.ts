import { z } from 'zod';
import { noticeText } from '../../domain/notice/texts';
import type { Language } from '../../domain/shared/errors';
import { listNotices, noticeById, type NoticeRow } from '../../db/notice/queries';
import { markRead } from '../../db/notice/repository';
import { resourceShape } from '../http/answers';
import { flagFilter, listAnswer, listQuery, listSchema, pageRequest } from '../http/lists';
import { commandRequest, route, type AnyRoute } from '../http/route';
import { iso, isoOrNull, isoTime } from '../http/times';

const deliverySchema = z.strictObject({
  channel: z.enum(['mail', 'sms']),
  state: z.enum(['waiting', 'sent', 'not_sent']),
  /** Why it was not sent; it stays here then. */
  reason: z.string().optional(),
});

const noticeSchema = z.strictObject({
  ...resourceShape,
  state: z.enum(['unread', 'read']),
  kind: z.string(),
  subjectId: z.string(),
  subject: z.string(),
  text: z.string(),
  readAt: isoTime.nullable(),
  deliveries: z.array(deliverySchema),
});

function renderNotice(row: NoticeRow, language: Language) {
  const { params, createdAt, readAt, deliveries, ...rest } = row;
  return {
    ...rest,
    ...noticeText({ kind: row.kind, params }, language),
    state: readAt === null ? 'unread' : 'read',
    readAt: isoOrNull(readAt),
    deliveries: deliveries.map(({ channel, state, outcome }) => ({
      ...{ channel, state },
      ...(outcome === null || state !== 'not_sent' ? {} : { reason: outcome }),
    })),
    createdAt: iso(createdAt),
    updatedAt: iso(readAt ?? createdAt),
    actions: readAt === null ? ['read'] : [],
  };
}

const list = route({
  method: 'get',
  path: '/v1/notices',
  summary: 'What the account was told, newest first',
  tag: 'notices',
  access: 'signed_in',
  idempotency: 'none',
  query: listQuery({ unread: flagFilter.optional() }),
  answers: { 200: listSchema(noticeSchema) },
  handle: async ({ services, principal, query, language }) => {
    const filter = { unread: query.unread ?? null };
    const page = await listNotices(services.db, principal.accountId, filter, pageRequest(query));
    return { status: 200, body: listAnswer(page, (row) => renderNotice(row, language)) };
  },
});

const read = route<undefined, undefined, NoticeRow>({
  method: 'post',
  path: '/v1/notices/:id/read',
  summary: 'The account has read it',
  tag: 'notices',
  access: 'signed_in',
  idempotency: 'honoured',
  find: ({ services, principal, params }) => noticeById(services.db, principal.accountId, params['id'] ?? ''),
  answers: { 200: noticeSchema },
  handle: (call) => {
    const { services, principal, target, language } = call;
    return services.commands.inTransaction({
      ...commandRequest(call),
      status: 200,
      resourceId: target.id,
      work: (trx) => markRead(trx, target.id),
      render: async (trx) => {
        const row = await noticeById(trx, principal.accountId, target.id);
        if (row === undefined) throw new Error(`no notice ${target.id}`);
        return renderNotice(row, language);
      },
    });
  },
});

export const noticeRoutes: readonly AnyRoute[] = [list, read];
