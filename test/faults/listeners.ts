import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { seedDemo } from '../../admin/demo-data';
import { recordChange, type NewChange } from '../../db/change/outbox';
import { rows } from '../../db/connection';
import { newAccount } from '../support/accounts';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { HttpClient } from '../support/http-client';
import { Listener } from '../support/listener';
import { sellerRows } from '../support/sellers';
import { demoTenants } from '../support/sub-stock-rows';
import { Child, freePort } from './child';
import { Guard } from './engines';
import { randomOf, type Random } from './random';
import { until } from './until';

/** An API as a process of its own, clients of every kind that listen to it, and a hand that changes things. */
export interface Hall {
  readonly api: Child;
  readonly database: TestDatabase;
  readonly audiences: readonly Audience[];
  readonly url: string;
  stop(): Promise<void>;
}

interface Told {
  readonly seq: number;
  readonly type: string;
  readonly subjectId: string;
  readonly enterpriseId: string | null;
  readonly sellerId: string | null;
}

/** Who listens, and what is theirs to hear: said here once more, not taken from the product. */
interface Audience {
  readonly name: string;
  readonly token: string | null;
  readonly hears: (change: Told) => boolean;
}

export async function openHall(): Promise<Hall> {
  const database = await cloneDatabase();
  const folder = mkdtempSync(join(tmpdir(), 'mallflow-listeners-'));
  const guard = new Guard();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await seedDemo(database.db);
  const api = new Child({
    script: 'dist/api/main.js',
    env: {
      ...process.env,
      NODE_ENV: 'test',
      DATABASE_URL: database.url,
      PORT: String(port),
      MALLFLOW_LOG_LEVEL: 'warn',
      MALLFLOW_EVENTS_MS: '50',
      MALLFLOW_IMAGE_DIR: join(folder, 'images'),
      MALLFLOW_DOCUMENT_DIR: join(folder, 'documents'),
    },
    logFile: join(folder, 'api.log'),
    readyUrl: `${url}/healthz`,
    onStart: (pid) => guard.watch(pid),
  });
  await api.start();
  return {
    api,
    database,
    url,
    audiences: await audiencesOf(url, database),
    stop: async () => {
      await api.kill9();
      guard.dismiss();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function audiencesOf(url: string, database: TestDatabase): Promise<Audience[]> {
  const seller = await newAccount({ url, database }, { login: 'seller@test', roles: ['seller'] });
  const sellerId = await sellerRows({ database }, seller);
  const [own, other] = demoTenants;
  const review = (change: Told) => change.type.startsWith('review.');
  const demo: readonly [string, Audience['hears']][] = [
    ['operator@demo', () => true],
    ['manager@demo', ({ enterpriseId }) => enterpriseId === own.enterpriseId],
    ['manager2@demo', ({ enterpriseId }) => enterpriseId === other.enterpriseId],
    ['reviewer@demo', review],
    ['member@demo', () => false],
  ];
  const signedIn = demo.map(async ([name, hears]) => {
    const { token } = await HttpClient.signIn(url, name);
    return { name, token, hears };
  });
  const hears = (change: Told) => change.sellerId === sellerId && !review(change);
  return [...(await Promise.all(signedIn)), { name: 'seller', token: seller.token, hears }];
}

/** Changes of everybody's, in transactions of which some are taken back; how many were told. */
async function change(database: TestDatabase, random: Random, count: number): Promise<number> {
  const [own, other] = demoTenants;
  const [seller] = await rows<{ id: string }>(database.owner, 'select id from sellers limit 1');
  const kinds: readonly Omit<NewChange, 'subjectId'>[] = [
    { type: 'purchase.pay', enterpriseId: own.enterpriseId },
    { type: 'purchase.pay', enterpriseId: other.enterpriseId },
    { type: 'product.list', ...(seller && { sellerId: seller.id }) },
    { type: 'review.claim', ...(seller && { sellerId: seller.id }) },
    { type: 'benefit.take_down' },
  ];
  let told = 0;
  while (told < count) {
    const size = random.between(1, 4);
    const done = await database.db
      .transaction(async (trx) => {
        for (let n = 0; n < size; n += 1) {
          await recordChange(trx, { subjectId: `sub_${told + n}`, ...random.pick(kinds) });
        }
        await pause(random.between(0, 4));
        if (random.between(0, 8) === 0) throw new Error('taken back');
        return true;
      })
      .catch(() => false);
    if (done) told += size;
    await pause(random.between(0, 6));
  }
  return told;
}

/**
 * So many clients listen while the API is killed and comes back; each must have heard what is its own, each change once
 * and in order, whenever its connection broke.
 */
export async function listenThroughKills(hall: Hall, wish: { clients: number; changes: number; kills: number }) {
  const random = randomOf('listeners');
  const listeners = Array.from({ length: wish.clients }, (_, n) => {
    const audience = hall.audiences[n % hall.audiences.length] as Audience;
    return { audience, listener: new Listener(hall.url, audience.token).listen() };
  });
  try {
    await until('everybody is listened to', () => listeners.every(({ listener }) => listener.from !== null));
    const writers = [1, 2, 3, 4].map(() => change(hall.database, random, wish.changes / 4));
    for (let kill = 0; kill < wish.kills; kill += 1) {
      await pause(random.between(200, 500));
      await hall.api.kill9();
      await hall.api.start();
    }
    const told = (await Promise.all(writers)).reduce((sum, count) => sum + count, 0);
    const expected = await until('everything has its number', () => numbered(hall.database));
    const heard = () =>
      listeners.every(({ listener, audience }) => listener.ids.length >= own(audience, listener).length);
    const own = ({ hears }: Audience, { from }: Listener) =>
      expected.filter((one) => one.seq > (from ?? 0) && hears(one)).map(({ seq }) => seq);
    await until('everybody has heard enough', heard);
    return {
      told,
      numbered: expected.filter(({ subjectId }) => subjectId.startsWith('sub_')).length,
      outcomes: listeners.map(({ listener, audience }) => ({
        name: audience.name,
        expected: own(audience, listener),
        heard: listener.ids,
        resets: listener.heard.filter(({ event }) => event === 'reset').length,
        connections: listener.connections,
      })),
    };
  } finally {
    for (const { listener } of listeners) listener.close();
  }
}

/** The whole feed, once nothing waits for a number; changes of before the clients came are among it. */
async function numbered(database: TestDatabase): Promise<Told[] | false> {
  const waiting = await rows(database.owner, 'select 1 from change_outbox limit 1');
  if (waiting.length > 0) return false;
  return rows<Told>(
    database.owner,
    `select seq, type, subject_id as "subjectId", enterprise_id as "enterpriseId", seller_id as "sellerId" from changes order by seq`,
  );
}
