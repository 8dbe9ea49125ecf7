import type { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { accountIdOf, noticeOf } from '../support/reviews';

describe('notices', () => {
  let mallflow: Installation;
  let reviewer: HttpClient;
  let other: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    [reviewer, other] = await Promise.all([mallflow.as('reviewer@demo'), mallflow.as('reviewer2@demo')]);
  });
  afterAll(() => mallflow.stop());

  it('are an account’s own, in the reader’s language, newest first', async () => {
    const accountId = await accountIdOf(reviewer);
    const ids = [await noticeOf(mallflow.database, accountId), await noticeOf(mallflow.database, accountId)];
    const listed = await reviewer.get('/v1/notices');
    expect(listed.body.items.map(({ id }: { id: string }) => id)).toEqual([...ids].reverse());
    const zh = await reviewer.get('/v1/notices?limit=1', { headers: { 'accept-language': 'zh-CN' } });
    const en = await reviewer.get('/v1/notices?limit=1', { headers: { 'accept-language': 'en' } });
    expect(zh.body.items[0]).toMatchObject({ subject: '审核通过', text: '您提交的店铺信息已通过审核。' });
    expect(en.body.items[0]).toMatchObject({ subject: 'Approved', state: 'unread', actions: ['read'] });
    expect(en.body.items[0].deliveries).toEqual([
      { channel: 'mail', state: 'waiting' },
      { channel: 'sms', state: 'waiting' },
    ]);
    expect((await other.get('/v1/notices')).body.items).toEqual([]);
  });

  it('are read once; the first reading counts', async () => {
    const id = await noticeOf(mallflow.database, await accountIdOf(other));
    const read = await other.post(`/v1/notices/${id}/read`);
    expect([read.status, read.body]).toMatchObject([200, { id, state: 'read', actions: [] }]);
    expect((await other.post(`/v1/notices/${id}/read`)).body.readAt).toBe(read.body.readAt);
    expect((await other.get('/v1/notices?unread=true')).body.items).toEqual([]);
    expect((await other.get('/v1/notices?unread=false')).body.items).toMatchObject([{ id }]);
    expect((await reviewer.post(`/v1/notices/${id}/read`)).status).toBe(404);
  });
});
