import { Gathered } from '../../api/webhooks/gathered';

/** The database, as far as it is known here: each call ends when it is let go. */
function database() {
  const calls: { readonly items: readonly number[]; readonly end: (error?: Error) => void }[] = [];
  const work = (items: readonly number[]): Promise<void> =>
    new Promise((resolve, reject) => {
      calls.push({ items, end: (error) => (error === undefined ? resolve() : reject(error)) });
    });
  return { calls, work };
}

/** Everything that only waits for promises has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const badValue = Object.assign(new Error('bad value'), { code: '22P05' });

it('who comes alone waits for nobody; what comes meanwhile goes together, in its order', async () => {
  const { calls, work } = database();
  const gathered = new Gathered(work, 3);
  const first = gathered.add(1);
  const rest = [2, 3, 4, 5].map((item) => gathered.add(item));
  expect(calls.map(({ items }) => items)).toEqual([[1]]);
  calls[0]?.end();
  await first;
  await settled();
  expect(calls.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
  calls[1]?.end();
  await settled();
  calls[2]?.end();
  await Promise.all(rest);
  expect(calls.map(({ items }) => items)).toEqual([[1], [2, 3, 4], [5]]);
});

it('one bad item fails alone', async () => {
  const { calls, work } = database();
  const gathered = new Gathered(work, 10);
  const first = gathered.add(1);
  const good = gathered.add(2);
  const bad = gathered.add(3);
  calls[0]?.end();
  await first;
  await settled();
  calls[1]?.end(badValue);
  await settled();
  expect(calls.map(({ items }) => items)).toEqual([[1], [2, 3], [2], [3]]);
  calls[2]?.end();
  calls[3]?.end(badValue);
  await expect(good).resolves.toBeUndefined();
  await expect(bad).rejects.toBe(badValue);
});

it('a database that is away is told to all, and what comes later is tried anew', async () => {
  const { calls, work } = database();
  const gathered = new Gathered(work, 10);
  const first = gathered.add(1);
  const both = Promise.allSettled([gathered.add(2), gathered.add(3)]);
  calls[0]?.end();
  await first;
  await settled();
  const away = Object.assign(new Error('away'), { code: '57P01' });
  calls[1]?.end(away);
  expect(await both).toMatchObject([{ reason: away }, { reason: away }]);
  expect(calls).toHaveLength(2);
  const later = gathered.add(4);
  calls[2]?.end();
  await expect(later).resolves.toBeUndefined();
});
