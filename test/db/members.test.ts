import fc from 'fast-check';
import { ledgerAccountId, memberPurposes } from '../../domain/ledger/accounts';
import type { DomainError } from '../../domain/shared/errors';
import { principalByToken, addSession } from '../../db/account/repository';
import { firstRow, rows, run } from '../../db/connection';
import { pointsEntries, pointsOf } from '../../db/mall/member-queries';
import { addMember, adjustPoints } from '../../db/mall/member-repository';
import { verifyLedger } from '../../db/ledger/queries';
import { post } from '../../db/ledger/repository';
import { addMall } from '../../db/mall/repository';
import { newId } from '../../db/new-id';
import { allAtOnce, failureOf, furnish, type Furnished } from './furnished';

let base: Furnished;
let mallId: string;
beforeAll(async () => {
  base = await furnish();
  mallId = await base.inTrx((trx) => addMall(trx, { enterpriseId: base.enterpriseId, name: '商城', limit: 3 }));
});
afterAll(() => base.drop());

async function newMember(options: { externalId?: string; accountId?: string } = {}): Promise<string> {
  const id = newId('member');
  const { externalId = id, accountId = null } = options;
  await base.inTrx((trx) =>
    addMember(trx, { id, enterpriseId: base.enterpriseId, mallId, externalId, displayName: '小李', accountId }),
  );
  return id;
}

const adjust = (memberId: string, delta: number, id = newId('pointsAdjustment')) =>
  base.inTrx((trx) => adjustPoints(trx, { id, memberId, delta, reason: '活动' }));

describe('a member', () => {
  it('has two accounts in points, at zero', async () => {
    const id = await newMember();
    expect(await pointsOf(base.db, id)).toEqual({ points: 0, heldPoints: 0 });
    const found = await rows<{ purpose: string; negative: boolean }>(
      base.db,
      `select a.purpose, b.may_be_negative as negative
         from ledger_accounts a join ledger_balances b on b.account_id = a.id
        where a.member_id = :id and a.unit = 'points' order by a.purpose desc`,
      { id },
    );
    expect(found).toEqual(memberPurposes.map((purpose) => ({ purpose, negative: purpose === 'points_granted' })));
    await expect(pointsOf(base.db, 'mem_none')).rejects.toThrow('no points account');
  });

  it('is who signs in with its account', async () => {
    const memberId = await newMember({ accountId: base.managerId });
    const tokenSha256 = Buffer.alloc(32, 7);
    await addSession(base.db, { accountId: base.managerId, tokenSha256, lifetimeMs: 60_000, verifiedHash: '-' });
    expect((await principalByToken(base.db, tokenSha256))?.principal).toMatchObject({ memberId });
  });

  it('is there once under the name the enterprise knows', async () => {
    await newMember({ externalId: 'u-1' });
    await expect(newMember({ externalId: 'u-1' })).rejects.toMatchObject({
      code: 'NAME_TAKEN',
      facts: { errors: [{ path: '/externalId' }] },
    });
  });

  it('alone has accounts in points, and no others', async () => {
    for (const [memberId, unit] of [
      [null, 'points'],
      [await newMember(), 'fen'],
    ]) {
      const account = { enterpriseId: base.enterpriseId, memberId, unit };
      const insert = run(
        base.db,
        `insert into ledger_accounts (id, enterprise_id, member_id, purpose, unit)
         values ('x', :enterpriseId, :memberId, 'spent', :unit)`,
        account,
      );
      expect(await failureOf(insert)).toMatchObject({ constraint: 'ledger_accounts_points_are_a_members' });
    }
  });
});

describe('points', () => {
  it('never go below zero, however many take them at once', async () => {
    const memberId = await newMember();
    await adjust(memberId, 350);
    const taken = await allAtOnce(
      base,
      {
        sql: 'select 1 from ledger_balances where account_id = :id for update',
        bindings: { id: ledgerAccountId('points', memberId) },
        waiting: 6,
      },
      Array.from({ length: 6 }, () => () => adjust(memberId, -100)),
    );
    const refused = taken.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    expect(taken.length - refused.length).toBe(3);
    for (const error of refused) expect(error).toMatchObject({ code: 'POINTS_SHORT', facts: { missingPoints: 50 } });
    expect(await pointsOf(base.db, memberId)).toEqual({ points: 50, heldPoints: 0 });
    expect(await verifyLedger(base.db)).toEqual([]);
  });

  it('are booked once for each adjustment', async () => {
    const memberId = await newMember();
    const id = newId('pointsAdjustment');
    await adjust(memberId, 5, id);
    expect(await failureOf(adjust(memberId, 5, id))).toMatchObject({ constraint: 'ledger_journals_once' });
    expect(await pointsOf(base.db, memberId)).toMatchObject({ points: 5 });
  });

  it('are the sum of what was given and taken, which can be read newest first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -300, max: 200 }).filter((n) => n !== 0)), async (deltas) => {
        const memberId = await newMember();
        const booked: number[] = [];
        let left = 0;
        for (const delta of deltas) {
          const work = adjust(memberId, delta).then(
            () => null,
            (error: unknown) => error as DomainError,
          );
          const refusal = await work;
          expect(refusal?.code ?? null).toBe(left + delta < 0 ? 'POINTS_SHORT' : null);
          if (refusal !== null)
            expect(refusal.facts).toEqual({
              missingPoints: -(left + delta),
              errors: [{ path: '/delta', code: 'POINTS_SHORT', message: 'more than the member has' }],
            });
          else {
            left += delta;
            booked.unshift(delta);
          }
        }
        expect(await pointsOf(base.db, memberId)).toEqual({ points: left, heldPoints: 0 });
        const page = await pointsEntries(base.db, memberId, { limit: 200, after: null });
        expect(page.items.map(({ delta }) => delta)).toEqual(booked);
        for (const { kind, reason } of page.items) expect([kind, reason]).toEqual(['points_adjustment', '活动']);
      }),
      { numRuns: 12 },
    );
    expect(await verifyLedger(base.db)).toEqual([]);
  });

  it('are not money: a journal that mixes them is found, though it sums to zero', async () => {
    const memberId = await newMember();
    await adjust(memberId, 10);
    const mixed = base.inTrx(async (trx) => {
      await post(trx, {
        source: newId('topUp'),
        kind: 'top_up',
        lines: [
          { accountId: ledgerAccountId('points', memberId), amount: -10 },
          { accountId: ledgerAccountId('balance', base.enterpriseId), amount: 10 },
        ],
      });
      const found = await verifyLedger(trx);
      expect(found.map(({ problem }) => problem).sort()).toEqual([
        'journal sums to -10 over 1 lines',
        'journal sums to 10 over 1 lines',
      ]);
      throw new Error('not to be kept');
    });
    await expect(mixed).rejects.toThrow('not to be kept');
    expect(await firstRow(base.db, `select id from ledger_journals where kind = 'top_up'`)).toBeUndefined();
  });
});
