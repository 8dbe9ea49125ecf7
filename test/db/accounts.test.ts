import { accountById } from '../../db/account/queries';
import {
  addAccount,
  addSession,
  changePassword,
  credentialsByLogin,
  deleteExpiredSessions,
  endSession,
  passwordHashOf,
  principalByToken,
  type NewAccount,
} from '../../db/account/repository';
import { addEnterprise, addMall, requireEnterprise } from '../../db/mall/repository';
import { listMalls, mallIdsOf } from '../../db/mall/queries';
import { allAtOnce, failureOf, furnish, type Furnished } from './furnished';

let base: Furnished;
beforeAll(async () => {
  base = await furnish();
});
afterAll(() => base.drop());

const operator: NewAccount = {
  login: 'anna',
  passwordHash: 'hash of anna',
  displayName: 'Anna',
  roles: ['operator'],
  enterpriseId: null,
  mallId: null,
};
const add = (more: Partial<NewAccount>) => base.inTrx((trx) => addAccount(trx, { ...operator, ...more }));

describe('a login', () => {
  it('is taken whatever its case', async () => {
    await add({ login: 'Otto' });
    await expect(add({ login: 'oTTO' })).rejects.toMatchObject({
      code: 'LOGIN_TAKEN',
      facts: { errors: [expect.objectContaining({ path: '/login' })] },
    });
    expect(await credentialsByLogin(base.db, 'OTTO')).toMatchObject({ login: 'Otto', passwordHash: 'hash of anna' });
    expect(await credentialsByLogin(base.db, 'nobody')).toBeUndefined();
  });

  it('is given once when ten ask for it at the same time', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => add({ login: 'race' })));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('an account', () => {
  it('of a manager belongs to an enterprise and no other does, by constraint', async () => {
    const constraint = 'accounts_manager_has_enterprise';
    expect(await failureOf(add({ login: 'a1', roles: ['mall_manager'] }))).toMatchObject({ constraint });
    expect(await failureOf(add({ login: 'a2', enterpriseId: base.enterpriseId }))).toMatchObject({ constraint });
    expect(await failureOf(add({ login: 'a3', roles: ['member'] }))).toMatchObject({
      constraint: 'accounts_member_has_mall',
    });
  });

  it('is read without its password', async () => {
    const account = await accountById(base.db, base.managerId);
    expect(account).toMatchObject({ login: 'manager', roles: ['mall_manager'], enterpriseId: base.enterpriseId });
    expect(Object.keys(account!)).not.toContain('passwordHash');
  });
});

describe('a session', () => {
  let hash: string;
  beforeEach(async () => {
    hash = (await passwordHashOf(base.db, base.managerId))!;
  });
  const change = (passwordHash: string, keepSessionId: string, verifiedHash = hash) =>
    base.inTrx((trx) => changePassword(trx, { accountId: base.managerId, passwordHash, verifiedHash, keepSessionId }));
  const token = (n: number) => Buffer.alloc(32, n);
  const open = (n: number, lifetimeMs = 60_000) =>
    addSession(base.db, { accountId: base.managerId, tokenSha256: token(n), lifetimeMs, verifiedHash: hash });

  it('signs its account in until it ends', async () => {
    await open(1);
    const signedIn = await principalByToken(base.db, token(1));
    expect(signedIn?.principal).toEqual({
      accountId: base.managerId,
      login: 'manager',
      displayName: '王店长',
      roles: ['mall_manager'],
      enterpriseId: base.enterpriseId,
      mallId: null,
      memberId: null,
      sellerId: null,
    });
    await endSession(base.db, signedIn!.sessionId);
    expect(await principalByToken(base.db, token(1))).toBeUndefined();
  });

  it('that is over signs nobody in, and is swept', async () => {
    await open(2, 0);
    await open(3);
    expect(await principalByToken(base.db, token(2))).toBeUndefined();
    await deleteExpiredSessions(base.db);
    expect(await base.count('sessions')).toBe(1);
    expect(await principalByToken(base.db, token(3))).toBeDefined();
  });

  it('ends with a change of the password, except the one that changed it', async () => {
    await open(4);
    await open(5);
    const { sessionId } = (await principalByToken(base.db, token(4)))!;
    expect(await change('new', sessionId)).toBe(true);
    expect(await principalByToken(base.db, token(4))).toBeDefined();
    expect(await principalByToken(base.db, token(5))).toBeUndefined();
    expect(await passwordHashOf(base.db, base.managerId)).toBe('new');
  });

  it('is not opened, and no password changed, by one that was changed meanwhile', async () => {
    const stale = hash;
    expect(await change('newer', 'none')).toBe(true);
    expect(await open(7)).toBe(false);
    expect(await principalByToken(base.db, token(7))).toBeUndefined();
    expect(await change('newest', 'none', stale)).toBe(false);
    expect(await passwordHashOf(base.db, base.managerId)).toBe('newer');
  });

  it('is one per token, by constraint', async () => {
    await open(6);
    expect(await failureOf(open(6))).toMatchObject({ code: '23505' });
  });
});

describe('malls', () => {
  it('are at most so many per enterprise, also when ten are added at the same time', async () => {
    const enterpriseId = await base.inTrx((trx) => addEnterprise(trx, { name: 'three malls' }));
    const addOne = () => base.inTrx((trx) => addMall(trx, { enterpriseId, name: '商城', limit: 3 }));
    const sql = 'select id from enterprises where id = :enterpriseId for update';
    const adding = Array.from({ length: 10 }, () => addOne);
    const outcomes = await allAtOnce(base, { sql, bindings: { enterpriseId }, waiting: 6 }, adding);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const [refused] = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'MALL_LIMIT_REACHED', facts: { limit: 3 } });
    expect(await mallIdsOf(base.db, { enterpriseId, mallId: null })).toHaveLength(3);
  });

  it('need their enterprise', async () => {
    const missing = {
      code: 'REFERENCE_NOT_FOUND',
      facts: { errors: [expect.objectContaining({ path: '/enterpriseId' })] },
    };
    const adding = base.inTrx((trx) => addMall(trx, { enterpriseId: 'ent_none', name: 'x', limit: 3 }));
    await expect(adding).rejects.toMatchObject(missing);
    await expect(requireEnterprise(base.db, 'ent_none')).rejects.toMatchObject(missing);
    await requireEnterprise(base.db, base.enterpriseId);
  });

  it('are seen by their manager whole and by a member alone', async () => {
    const [one, two] = await base.inTrx(async (trx) => [
      await addMall(trx, { enterpriseId: base.enterpriseId, name: 'one', limit: 3 }),
      await addMall(trx, { enterpriseId: base.enterpriseId, name: 'two', limit: 3 }),
    ]);
    const ids = async (scope: { enterpriseId: string | null; mallId: string | null }) =>
      (await listMalls(base.db, scope, { limit: 10, after: null })).items.map(({ id }) => id);
    expect((await ids({ enterpriseId: base.enterpriseId, mallId: null })).sort()).toEqual([one, two].sort());
    expect(await ids({ enterpriseId: null, mallId: one })).toEqual([one]);
    expect(await ids({ enterpriseId: null, mallId: null })).toEqual([]);
  });
});
