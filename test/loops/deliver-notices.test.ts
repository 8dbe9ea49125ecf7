import { randomUUID } from 'node:crypto';
import type { Messages, OutgoingMessage } from '../../domain/ports/messages';
import { emailAbout, setContact } from '../../db/account/contact';
import { addAccount, mobileAbout } from '../../db/account/repository';
import { firstRow, run } from '../../db/connection';
import { KeyedVault } from '../../db/secrets/keyed-vault';
import { newId } from '../../db/new-id';
import { deliverNotices, type DeliveryPolicy } from '../../worker/loops/deliver-notices';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { noticeOf } from '../support/reviews';
import { partiesOf } from '../providers/outside/parties';

const mobile = '13812345678';
const vault = new KeyedVault([{ id: 'test', key: Buffer.alloc(32, 1) }]);
const policy: DeliveryPolicy = { leaseMs: 10_000, againMs: 10, longestAgainMs: 40, giveUpAfterMs: 86_400_000 };

describe('what accounts are told', () => {
  let database: TestDatabase;
  let emulator: Emulator;
  let messages: Messages;
  let accountId: string;

  beforeAll(async () => {
    [database, emulator] = await Promise.all([cloneDatabase(), startEmulator()]);
    messages = partiesOf(emulator.environment).messages;
    accountId = await reachable(mobile);
  });
  afterEach(() => emulator.control.clearFaults());
  afterAll(async () => {
    await emulator.stop();
    await database.drop();
  });

  async function reachable(number: string | null): Promise<string> {
    const id = newId('account');
    const sealed = number === null ? {} : { mobile: vault.seal(mobileAbout(id), number) };
    const account = { id, login: randomUUID(), passwordHash: '-', displayName: 'x', roles: [], ...sealed };
    await database.db.transaction((trx) => addAccount(trx, { ...account, enterpriseId: null, mallId: null }));
    return id;
  }

  const round = (parts: { messages?: Messages | undefined; policy?: Partial<DeliveryPolicy> } = {}) =>
    deliverNotices({
      ...{ db: database.db, vault, policy: { ...policy, ...parts.policy } },
      messages: 'messages' in parts ? parts.messages : messages,
    })();

  interface Delivery {
    readonly state: string;
    readonly outcome: string | null;
    readonly attempts: number;
  }
  const delivery = async (noticeId: string, channel = 'sms') =>
    (await firstRow<Delivery>(
      database.db,
      'select state, outcome, attempts from notice_deliveries where notice_id = :noticeId and channel = :channel',
      { noticeId, channel },
    ))!;
  const sentUnder = async (noticeId: string) =>
    (await emulator.control.messages()).filter(({ id }) => id === `${noticeId}-sms`);

  it('goes out by SMS in both languages, and by mail where an address is known', async () => {
    const noticeId = await noticeOf(database, accountId);
    await round();
    expect(await delivery(noticeId)).toEqual({ state: 'sent', outcome: null, attempts: 1 });
    expect(await delivery(noticeId, 'mail')).toMatchObject({ state: 'not_sent', outcome: 'no_address' });
    const [sms, ...more] = await sentUnder(noticeId);
    expect(more).toEqual([]);
    expect(sms).toMatchObject({ to: mobile, channel: 'sms', subject: '审核通过' });
    expect(sms?.text).toContain('店铺信息');
    expect(sms?.text).toContain('approved');
    await round();
    expect(await sentUnder(noticeId)).toHaveLength(1);
  });

  it('goes out by mail too once its account has told an address', async () => {
    const id = await reachable(null);
    const email = vault.seal(emailAbout(id), 'seller@example.com');
    await database.db.transaction((trx) => setContact(trx, id, { email }));
    const noticeId = await noticeOf(database, id);
    await round();
    expect([await delivery(noticeId, 'mail'), (await delivery(noticeId)).outcome]).toEqual([
      ...[{ state: 'sent', outcome: null, attempts: 1 }, 'no_address'],
    ]);
    const sent = (await emulator.control.messages()).filter(({ id: of }) => of === `${noticeId}-mail`);
    expect(sent).toMatchObject([{ to: 'seller@example.com', channel: 'mail', subject: '审核通过' }]);
  });

  it.each(['drop_answer', '429', '500', '500_after', 'wrong_signature'])(
    'is handed over again after %s, and arrives once',
    async (kind) => {
      await emulator.control.fault(kind, { target: 'messages', times: 2 });
      const noticeId = await noticeOf(database, accountId);
      await round();
      expect((await delivery(noticeId)).state).toBe('waiting');
      await eventually(
        async () => {
          await round();
          return delivery(noticeId);
        },
        ({ state }) => state === 'sent',
      );
      expect((await delivery(noticeId)).attempts).toBeGreaterThanOrEqual(2);
      expect(await sentUnder(noticeId)).toHaveLength(1);
    },
  );

  it('waits longer with every try, and is old news in the end (fault 40)', async () => {
    await emulator.kill9();
    const noticeId = await noticeOf(database, accountId);
    const waits: number[] = [];
    const slow = { againMs: 1_000, longestAgainMs: 3_000 };
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await round({ policy: slow });
      const due = await firstRow<{ waitMs: number }>(
        database.db,
        `update notice_deliveries set next_at = now() where notice_id = :noticeId and channel = 'sms'
         returning (select extract(epoch from before.next_at - now()) * 1000 from notice_deliveries before
                     where before.notice_id = :noticeId and before.channel = 'sms')::integer as "waitMs"`,
        { noticeId },
      );
      waits.push(Math.ceil((due?.waitMs ?? 0) / 1_000));
    }
    expect(waits).toEqual([1, 2, 3, 3]);
    expect(await delivery(noticeId)).toEqual({ state: 'waiting', outcome: 'away', attempts: 4 });
    await round({ policy: { ...slow, giveUpAfterMs: 0 } });
    expect(await delivery(noticeId)).toMatchObject({ state: 'not_sent', outcome: 'too_late' });
    await emulator.start();
  });

  it('stays in the product where nobody delivers, no address is known, or the number is refused', async () => {
    const nobody = await noticeOf(database, accountId);
    await round({ messages: undefined });
    expect(await delivery(nobody)).toMatchObject({ state: 'not_sent', outcome: 'no_provider' });
    const unknown = await noticeOf(database, await reachable(null));
    const refused = await noticeOf(database, await reachable('not a number'));
    await round();
    expect(await delivery(unknown)).toMatchObject({ state: 'not_sent', outcome: 'no_address' });
    expect(await delivery(refused)).toMatchObject({ state: 'not_sent', outcome: 'refused' });
  });

  it('is taken by one of two workers, and left to the other by one that dies', async () => {
    const handed: OutgoingMessage[] = [];
    const counting: Messages = {
      send: (message) => {
        handed.push(message);
        return Promise.resolve();
      },
    };
    const ids = await Promise.all(Array.from({ length: 60 }, () => noticeOf(database, accountId)));
    await Promise.all([round({ messages: counting }), round({ messages: counting })]);
    expect(handed.map(({ id }) => id).sort()).toEqual(ids.map((id) => `${id}-sms`).sort());

    const noticeId = await noticeOf(database, accountId);
    const dying: Messages = { send: () => Promise.reject(new Error('killed')) };
    await expect(round({ messages: dying })).rejects.toThrow('killed');
    await round();
    expect(await delivery(noticeId)).toMatchObject({ state: 'waiting', attempts: 1 });
    await run(
      database.db,
      `update notice_deliveries set next_at = now() where notice_id = :noticeId and channel = 'sms'`,
      {
        noticeId,
      },
    );
    await round();
    expect(await delivery(noticeId)).toMatchObject({ state: 'sent', attempts: 2 });
  });
});
