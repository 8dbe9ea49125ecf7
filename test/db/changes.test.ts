import { setTimeout as pause } from 'node:timers/promises';
import { purchaseStanding } from '../../domain/purchase/states';
import { recordOpening } from '../../db/case/record-transition';
import { changesAfter, feedBounds, sequenceChanges, sweepChanges, type ChangeRow } from '../../db/change/feed';
import { recordChange } from '../../db/change/outbox';
import { rows, run, type Db, type Trx } from '../../db/connection';
import { cloneDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let db: Db;
beforeAll(async () => {
  database = await cloneDatabase();
  ({ db } = database);
});
afterAll(() => database.drop());

const tell = (subjectId: string, trx?: Trx) =>
  trx === undefined
    ? db.transaction((own) => recordChange(own, { type: 'product.list', subjectId }))
    : recordChange(trx, { type: 'product.list', subjectId });

const subjects = (changes: readonly ChangeRow[]) => changes.map(({ subjectId }) => subjectId);

/** Everything that is there is numbered, and where the feed ends is known. */
async function settled(): Promise<number> {
  while ((await sequenceChanges(db, 1_000)) > 0);
  return (await feedBounds(db)).last;
}

describe('the feed of changes', () => {
  it('tells what a case did, in the statement that did it', async () => {
    const after = await settled();
    const opening = {
      kind: 'purchase',
      subjectId: 'pur_told',
      workflowId: 'purchase:pur_told',
      enterpriseId: null,
      title: '优惠券 × 1',
      stage: 'awaiting_payment',
      standing: purchaseStanding.awaiting_payment,
      dueAt: null,
      by: { actor: 'acc_1', requestId: null },
    } as const;
    await db.transaction((trx) => recordOpening(trx, opening));
    await db
      .transaction(async (trx) => {
        await recordOpening(trx, { ...opening, subjectId: 'pur_not', workflowId: 'purchase:pur_not' });
        throw new Error('taken back');
      })
      .catch(() => undefined);
    await settled();
    expect(await changesAfter(db, after, 10)).toEqual([
      {
        seq: expect.any(Number) as number,
        at: expect.any(Date) as Date,
        type: 'purchase.open',
        subjectId: 'pur_told',
        processId: 'prc_told',
        enterpriseId: null,
        sellerId: null,
      },
    ]);
  });

  it('gives numbers to one transaction at a time, so that none below a number that is read is still to come', async () => {
    const after = await settled();
    await tell('first');
    await db.transaction(async (trx) => {
      expect(await sequenceChanges(trx, 1_000)).toBe(1);
      await tell('second');
      // The first has its number and cannot be read yet: nothing may get a higher one meanwhile.
      expect(await sequenceChanges(db, 1_000)).toBe(0);
      expect(await changesAfter(db, after, 10)).toEqual([]);
    });
    expect(await sequenceChanges(db, 1_000)).toBe(1);
    expect(subjects(await changesAfter(db, after, 10))).toEqual(['first', 'second']);
  });

  it('misses nothing and repeats nothing, whoever commits first and however many give numbers', async () => {
    const after = await settled();
    const committed: string[] = [];
    let writing = true;
    const write = async (writer: number): Promise<void> => {
      for (let n = 0; n < 40; n += 1) {
        const names = [`${writer}-${n}-a`, `${writer}-${n}-b`];
        await db
          .transaction(async (trx) => {
            for (const name of names) await tell(name, trx);
            // Others commit meanwhile, although they began later.
            await pause((writer * 7 + n) % 5);
            if ((writer + n) % 6 === 0) throw new Error('taken back');
          })
          .then(() => committed.push(...names))
          .catch(() => undefined);
      }
    };
    const sequence = async (): Promise<void> => {
      while (writing) await sequenceChanges(db, 7);
    };
    const read: string[] = [];
    const reading = (async () => {
      let last = after;
      for (let more = true; more;) {
        more = writing;
        const found = await changesAfter(db, last, 1_000);
        read.push(...subjects(found));
        last = found.at(-1)?.seq ?? last;
      }
    })();
    const sequencers = [sequence(), sequence(), sequence()];
    await Promise.all([0, 1, 2].map(write));
    while ((await rows(db, 'select 1 from change_outbox limit 1')).length > 0) await pause(5);
    writing = false;
    await Promise.all([...sequencers, reading]);
    expect(read).toHaveLength(committed.length);
    expect([...read].sort()).toEqual([...committed].sort());
  });

  it('forgets what is old, and knows up to where', async () => {
    await tell('old');
    const last = await settled();
    await run(database.owner, `update changes set at = now() - interval '25 hours'`);
    await tell('new');
    await settled();
    await sweepChanges(db, 24);
    const bounds = await feedBounds(db);
    expect(bounds.after).toBe(last);
    expect(subjects(await changesAfter(db, 0, 10))).toEqual(['new']);
    await run(database.owner, `update changes set at = now() - interval '25 hours'`);
    await sweepChanges(db, 24);
    // Numbers go on where they were, although none is kept.
    expect(await feedBounds(db)).toEqual({ after: bounds.last, last: bounds.last });
  });
});
