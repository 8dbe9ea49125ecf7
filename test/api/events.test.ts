import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { createApi } from '../../api/app';
import { ChangeFeed, feedTimes } from '../../api/events/feed';
import { sequenceChanges, feedBounds } from '../../db/change/feed';
import { recordChange, type NewChange } from '../../db/change/outbox';
import { rows, run } from '../../db/connection';
import { newAccount } from '../support/accounts';
import { eventually } from '../support/eventually';
import { HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { Listener } from '../support/listener';
import { purchaseRows } from '../support/purchases';
import { sellerRows } from '../support/sellers';
import { demoTenants } from '../support/sub-stock-rows';

let mallflow: Installation;
let clients: Record<'operator' | 'manager' | 'stranger' | 'seller' | 'reviewer' | 'member', HttpClient>;
let sellerId: string;
const open: Listener[] = [];
const servers: Server[] = [];

beforeAll(async () => {
  mallflow = await startInstallation({ worker: false, environment: { MALLFLOW_EVENTS_MS: '20' } });
  const demo = ['operator@demo', 'manager@demo', 'manager2@demo', 'reviewer@demo', 'member@demo'];
  const [operator, manager, stranger, reviewer, member] = await Promise.all(demo.map((login) => mallflow.as(login)));
  const seller = await newAccount(mallflow, { login: 'seller@test', roles: ['seller'] });
  sellerId = await sellerRows(mallflow, seller);
  clients = { operator, manager, stranger, seller, reviewer, member } as typeof clients;
});
afterEach(() => {
  for (const listener of open.splice(0)) listener.close();
});
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  await mallflow.stop();
});

type Name = keyof typeof clients;

const listen = (who: Name, options: ConstructorParameters<typeof Listener>[2] = {}, url = mallflow.url) => {
  const listener = new Listener(url, clients[who].token, options).listen();
  open.push(listener);
  return listener;
};

const isThere = (listener: Listener) => eventually(() => Promise.resolve(listener.from !== null), Boolean);
const heard = (listener: Listener, count: number) =>
  eventually(
    () => Promise.resolve(listener.heard),
    (list) => list.length >= count,
  );

const change = (more: Partial<NewChange> = {}) =>
  mallflow.database.db.transaction((trx) => recordChange(trx, { type: 'product.list', subjectId: 'prd_1', ...more }));

/** So many changes at once, as they would be told. */
const many = (count: number, subject = 'prd_') =>
  run(
    mallflow.database.db,
    `insert into change_outbox (type, subject_id) select 'product.list', :subject || n from generate_series(1, :count) n`,
    { count, subject },
  );

/** The newest number there is, once nothing waits for one. */
async function newest(): Promise<number> {
  const waits = () => rows(mallflow.database.db, 'select 1 from change_outbox limit 1');
  while ((await waits()).length > 0) await sequenceChanges(mallflow.database.db, 5_000);
  return (await feedBounds(mallflow.database.db)).last;
}

/** The same product with a feed of its own; nothing of it outlives the test. */
async function withFeed(more: Partial<ConstructorParameters<typeof ChangeFeed>[0]>, times = {}) {
  const { services } = mallflow;
  const changes = new ChangeFeed({
    ...{ db: services.db, log: services.log, maxStreams: 100 },
    ...more,
    times: { ...feedTimes, lookMs: 20, ...times },
  });
  const server = createServer(createApi({ ...services, changes }).listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { changes, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describe('GET /v1/events', () => {
  it('tells a change soon after it is committed, with the members of the contract', async () => {
    const listener = listen('manager');
    await isThere(listener);
    const { id } = await purchaseRows(mallflow);
    const [first] = await heard(listener, 1);
    expect(first).toMatchObject({
      event: 'change',
      data: { type: 'purchase.open', subjectId: id, processId: id.replace('pur_', 'prc_') },
    });
    expect(Object.keys(first?.data ?? {}).sort()).toEqual(['at', 'processId', 'subjectId', 'type']);
    expect(first?.data['at']).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(listener.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
  });

  it('tells nobody what is not theirs, neither as it happens nor to who comes back', async () => {
    const names: Name[] = ['operator', 'manager', 'stranger', 'seller', 'reviewer', 'member'];
    const before = String(await newest());
    const live = names.map((name) => listen(name));
    await Promise.all(live.map(isThere));
    const [{ enterpriseId }, { enterpriseId: other }] = demoTenants;
    await change({ type: 'purchase.pay', subjectId: 'pur_own', enterpriseId });
    await change({ type: 'purchase.pay', subjectId: 'pur_other', enterpriseId: other });
    await change({ type: 'shop.publish', subjectId: 'sel_own', sellerId });
    await change({ type: 'review.claim', subjectId: 'rev_own', sellerId });
    await change({ type: 'benefit.take_down', subjectId: 'ben_1' });
    const expected = [
      ['pur_own', 'pur_other', 'sel_own', 'rev_own', 'ben_1'],
      ...[['pur_own'], ['pur_other'], ['sel_own'], ['rev_own'], []],
    ];
    const told = async (list: readonly Listener[]) => {
      await Promise.all(list.map((listener, n) => heard(listener, expected[n]?.length ?? 0)));
      return list.map(({ heard: all }) => all.slice(0, 5).map(({ data }) => data['subjectId']));
    };
    expect(await told(live)).toEqual(expected);
    const back = names.map((name) => listen(name, { lastEventId: before }));
    await Promise.all(back.map(isThere));
    expect(await told(back)).toEqual(expected);
    // And to one who was away for longer than anything is kept at hand.
    await many(10_500);
    await newest();
    const { url } = await withFeed({});
    const late = names.map((name) => listen(name, { lastEventId: before }, url));
    await heard(late[0] as Listener, 10_505);
    await Promise.all(late.map(isThere));
    expect(await told(late)).toEqual(expected);
  });

  it('goes on where the client stood, told by header or query, without gap or repetition', async () => {
    const before = await newest();
    await many(2_500, 'prd_missed_');
    const byHeader = listen('operator', { lastEventId: String(before) });
    const byQuery = listen('operator', { query: `?lastEventId=${before}` });
    const both = listen('operator', { lastEventId: String(before), query: '?lastEventId=1' });
    const empty = listen('operator', { lastEventId: '', query: `?lastEventId=${before}` });
    await change({ subjectId: 'prd_last' });
    const last = await newest();
    const expected = Array.from({ length: last - before }, (_, n) => before + 1 + n);
    for (const listener of [byHeader, byQuery, both, empty]) {
      await heard(listener, expected.length);
      expect(listener.ids).toEqual(expected);
    }
  });

  it.each([
    ['is ahead of all numbers', () => Promise.resolve('999999999')],
    ['is none', () => Promise.resolve('yesterday')],
    [
      'is of what is no longer kept',
      async () => {
        const old = await newest();
        await change();
        await newest();
        await run(mallflow.database.owner, 'delete from changes where seq <= :old + 1', { old });
        await run(mallflow.database.owner, 'update change_cursor set swept_to = :old + 1', { old });
        await many(10_001);
        await newest();
        return String(old);
      },
    ],
  ])('a number that %s is answered by a reset, and by what comes after it', async (_, number) => {
    const lastEventId = await number();
    const { url } = await withFeed({});
    const last = await newest();
    const listener = listen('operator', { lastEventId }, url);
    await heard(listener, 1);
    await change({ subjectId: 'prd_after' });
    const [reset, next] = await heard(listener, 2);
    expect([reset?.event, reset?.id, reset?.data]).toEqual(['reset', last, {}]);
    expect([next?.event, next?.data['subjectId']]).toEqual(['change', 'prd_after']);
  });

  it('tells whoever listens to begin anew when the database was restored, and goes on from there', async () => {
    const listener = listen('operator', {}, (await withFeed({})).url);
    await isThere(listener);
    await many(3);
    const [{ id } = { id: 0 }] = await heard(listener, 3);
    const restore = `with gone as (delete from changes where seq >= :id)
                     select setval(pg_get_serial_sequence('changes', 'seq'), :id, false)`;
    await run(mallflow.database.owner, restore, { id });
    await heard(listener, 4);
    await change({ subjectId: 'prd_anew' });
    const told = (await heard(listener, 5)).map((one) => [one.event, one.id, one.data['subjectId']]);
    expect(told.slice(3)).toEqual([
      ['reset', id - 1, undefined],
      ['change', id, 'prd_anew'],
    ]);
  });

  it('moves the number of those who see nothing, so that they do not come back to what is long gone', async () => {
    const { url } = await withFeed({}, { heartbeatMs: 20 });
    const member = listen('member', {}, url);
    await isThere(member);
    await change();
    const last = String(await newest());
    await eventually(
      () => Promise.resolve(member.lastEventId),
      (id) => id === last,
    );
    expect(member.heard).toEqual([]);
  });

  it('lets so many listen, and keeps no place of a request for them', async () => {
    const { url, changes } = await withFeed({ maxStreams: 2 });
    const [first, second] = [listen('manager', {}, url), listen('manager', {}, url)];
    await Promise.all([first, second].map(isThere));
    const third = listen('manager', { again: false }, url);
    await eventually(
      () => Promise.resolve(third.status),
      (status) => status !== null,
    );
    expect(third.status).toBe(429);
    const { body: metrics } = await new HttpClient(url).get('/metrics');
    expect(metrics).toMatch(/mallflow_http_in_flight\{kind="all"\} 1\n/);
    expect(metrics).toMatch(/mallflow_event_streams 2\n/);
    first.close();
    await eventually(
      () => Promise.resolve(changes.size),
      (size) => size === 1,
    );
    await isThere(listen('manager', {}, url));
  });

  it('ends when the account signs out, or comes to see something else', async () => {
    const { url } = await withFeed({}, { checkMs: 20 });
    const leaving = await newAccount(mallflow, { login: 'leaving@test', roles: ['operator'] });
    const growing = await newAccount(mallflow, { login: 'growing@test', roles: [] });
    const [out, grown] = [leaving, growing].map(({ token }) => new Listener(url, token).listen());
    open.push(out as Listener, grown as Listener);
    await Promise.all([isThere(out as Listener), isThere(grown as Listener)]);
    const own = await sellerRows(mallflow, growing);
    await change({ subjectId: 'prd_grown', sellerId: own });
    const since = await heard(grown as Listener, 2);
    expect(since.map(({ data }) => data['type'])).toEqual(['seller_onboarding.open', 'product.list']);
    await leaving.delete('/v1/sessions/current');
    await eventually(
      () => Promise.resolve(out?.status),
      (status) => status === 401,
    );
  });

  it('cuts off who does not take what is told, and goes on telling the others', async () => {
    const { url, changes } = await withFeed({}, { drainMs: 10_000 });
    const quick = listen('operator', {}, url);
    await isThere(quick);
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined).pause();
    socket.write(`GET /v1/events HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${clients.operator.token ?? ''}\r\n\r\n`);
    await eventually(
      () => Promise.resolve(changes.size),
      (size) => size === 2,
    );
    await change();
    await heard(quick, 1);
    // 20 MB: more than the wire between holds.
    await many(5_000, 'x'.repeat(4_000));
    await heard(quick, 5_001);
    await eventually(
      () => Promise.resolve(changes.size),
      (size) => size === 1,
    );
    expect(changes.cutOff).toBe(1);
    expect(quick.connections).toBe(1);
    socket.destroy();
  });

  it('ends when the process does, and takes nobody in from then on', async () => {
    const { url, changes } = await withFeed({});
    const listener = listen('operator', { again: false }, url);
    await isThere(listener);
    await changes.stop();
    await eventually(
      () => Promise.resolve(changes.size),
      (size) => size === 0,
    );
    const late = listen('operator', { again: false }, url);
    await eventually(
      () => Promise.resolve(late.status),
      (status) => status !== null,
    );
    expect(late.status).toBe(503);
  });

  it('has a head without a stream', async () => {
    const { status, headers } = await clients.operator.call('HEAD', '/v1/events', undefined);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });
});
