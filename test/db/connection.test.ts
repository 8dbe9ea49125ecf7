import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { connect, firstRow, rows, run, type Queryable } from '../../db/connection';
import { isPassingDatabaseFailure, isUniqueViolation, pgCode, violatedConstraint } from '../../db/errors';
import { furnish, type Furnished } from './furnished';

let base: Furnished;
beforeAll(async () => {
  base = await furnish();
});
afterAll(() => base.drop());

describe('a statement', () => {
  it('takes its values by name, casts and repeats included', async () => {
    const found = await firstRow(base.db, 'select :a::text as a, :b::integer + :b::integer as b, :none::text as none', {
      a: "x' or 1=1 --",
      b: 2,
      none: null,
    });
    expect(found).toEqual({ a: "x' or 1=1 --", b: 4, none: null });
  });

  it('refuses to run without one of its values', async () => {
    await expect(rows(base.db, 'select :missing::text', {})).rejects.toThrow(':missing');
  });

  it('runs in the product’s role, and the owner in its own', async () => {
    expect(await firstRow(base.db, 'select current_user as name')).toEqual({ name: 'mallflow_app' });
    expect(await firstRow(base.owner, 'select current_user as name')).not.toEqual({ name: 'mallflow_app' });
  });

  it('gives bigint as a number, and never a rounded one', async () => {
    expect(await firstRow(base.db, 'select 9007199254740991::bigint as n')).toEqual({ n: Number.MAX_SAFE_INTEGER });
    await expect(rows(base.db, 'select 9007199254740993::bigint as n')).rejects.toThrow(RangeError);
  });

  it('keeps its values out of the message of a failure', async () => {
    const failing = run(base.db, 'insert into enterprises (id, name) values (:id, :name)', {
      id: base.enterpriseId,
      name: 'secret name',
    });
    await expect(failing).rejects.not.toThrow('secret name');
  });
});

describe('a failure', () => {
  const failure = (code: string, constraint?: string) => Object.assign(new Error('x'), { code, constraint });

  it.each(['40001', '40P01', '53300', '55P03', '57014', '57P01', '08006', 'ECONNREFUSED', 'ECONNRESET'])(
    '%s passes',
    (code) => expect(isPassingDatabaseFailure(failure(code))).toBe(true),
  );

  it.each(['23505', '23514', '42501', '42P01', '22001'])('%s does not', (code) =>
    expect(isPassingDatabaseFailure(failure(code))).toBe(false),
  );

  it('of a server that takes the call and says nothing passes', async () => {
    // So does a busy one that has just been started again.
    const sockets: Socket[] = [];
    const silent = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const db = connect({
      ...{ url: `postgres://a@127.0.0.1:${(silent.address() as AddressInfo).port}/a`, role: null, poolMax: 2 },
      ...{ applicationName: 'silence', statementTimeoutMs: 1_000, lockTimeoutMs: 1_000, acquireTimeoutMs: 200 },
      answerTimeoutMs: 60_000,
    });
    const asked = await Promise.allSettled([1, 2, 3].map(() => rows(db, 'select 1')));
    expect(asked.map((one) => one.status === 'rejected' && isPassingDatabaseFailure(one.reason))).toEqual([
      ...[true, true, true],
    ]);
    const begun = await db.transaction(() => Promise.resolve()).catch((error: unknown) => error);
    expect(isPassingDatabaseFailure(begun)).toBe(true);
    await db.destroy();
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it('of a server that falls silent passes, in the middle of whatever it does, and no such connection is used again', async () => {
    const { hostname, port, pathname, username, password } = new URL(base.url);
    let isSilent = false;
    // Between us and the server: what is said on the way back is dropped while it is silent.
    const between = createServer((near) => {
      const far = createConnection(Number(port), hostname);
      near.pipe(far);
      far.on('data', (piece) => {
        if (!isSilent) near.write(piece);
      });
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const)
        one.on('error', () => undefined).on('close', () => other.destroy());
    }).listen(0, '127.0.0.1');
    await once(between, 'listening');
    const open = () =>
      connect({
        url: `postgres://${username}:${password}@127.0.0.1:${(between.address() as AddressInfo).port}${pathname}`,
        ...{ role: null, poolMax: 1, applicationName: 'between', statementTimeoutMs: 60_000, lockTimeoutMs: 60_000 },
        ...{ acquireTimeoutMs: 60_000, answerTimeoutMs: 4_000 },
      });
    const process = 'select pg_backend_pid() as pid';
    const pid = async (db: Queryable) => (await firstRow<{ pid: number }>(db, process))?.pid;
    const [asking, beginning, ending] = [open(), open(), open()];
    const before = [await pid(asking), await pid(beginning)];
    let goOn = (): void => undefined;
    const waits = new Promise<void>((resolve) => (goOn = resolve));
    let ended: Promise<unknown> = Promise.resolve();
    const begun = new Promise<number | undefined>((resolve, reject) => {
      ended = ending.transaction(async (trx) => {
        await pid(trx).then(resolve, reject);
        await waits;
      });
    });
    before.push(await begun);
    isSilent = true;
    goOn();
    const begins = beginning.transaction((trx) => rows(trx, 'select 1'));
    const failures = await Promise.allSettled([rows(asking, 'select 1'), begins, ended]);
    for (const failure of failures)
      expect([failure.status === 'rejected' && isPassingDatabaseFailure(failure.reason), failure]).toMatchObject([
        true,
        { reason: { message: expect.stringContaining('Query read timeout') } },
      ]);
    isSilent = false;
    const after = await Promise.all([asking, beginning, ending].map(pid));
    expect(after.filter((one) => before.includes(one))).toEqual([]);
    await Promise.all([asking, beginning, ending].map((db) => db.destroy()));
    between.close();
  });

  it('of a lost connection passes, of anything else does not', () => {
    expect(isPassingDatabaseFailure(new Error('Connection terminated unexpectedly'))).toBe(true);
    expect(isPassingDatabaseFailure(new Error('Knex: Timeout acquiring a connection.'))).toBe(true);
    expect(isPassingDatabaseFailure(new Error('a bug'))).toBe(false);
    expect([null, undefined, 'text', 7].map(isPassingDatabaseFailure)).toEqual(Array(4).fill(false));
  });

  it('is told by code and constraint', () => {
    const unique = failure('23505', 'accounts_login');
    expect(isUniqueViolation(unique, 'accounts_login')).toBe(true);
    expect(isUniqueViolation(unique, 'other')).toBe(false);
    expect(isUniqueViolation(failure('23514', 'accounts_login'), 'accounts_login')).toBe(false);
    expect([pgCode(unique), violatedConstraint(unique), pgCode(null), violatedConstraint({})]).toEqual([
      '23505',
      'accounts_login',
      undefined,
      undefined,
    ]);
  });
});
