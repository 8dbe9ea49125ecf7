import fc from 'fast-check';
import { newId } from '../../db/new-id';
import { idPrefixes, isId, processIdOf, type IdKind } from '../../domain/shared/ids';
import { timelineText } from '../../domain/case/wording';
import { addStaffSchema, loginSchema, passwordSchema } from '../../domain/account/schemas';

const kinds = Object.keys(idPrefixes) as IdKind[];

describe('ids', () => {
  it('have one prefix a kind', () => {
    expect(new Set(Object.values(idPrefixes)).size).toBe(kinds.length);
  });

  it.each(kinds)('of a fresh %s are ids of that kind and of no other', (kind) => {
    const id = newId(kind);
    expect(kinds.filter((other) => isId(other, id))).toEqual([kind]);
    expect(isId(kind, id.toUpperCase())).toBe(false);
    expect(isId(kind, `${id}0`)).toBe(false);
    expect(isId(kind, `x${id}`)).toBe(false);
  });

  it('are no id when they are anything else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(kinds.some((kind) => isId(kind, text))).toBe(false);
      }),
    );
  });

  it('sort by the time they were allocated', () => {
    const seen = Array.from({ length: 50 }, () => newId('purchase'));
    expect(new Set(seen).size).toBe(50);
    expect(seen.map((id) => id.slice(0, 10)).sort()).toEqual(seen.map((id) => id.slice(0, 10)));
  });

  it('of a process follow from its subject', () => {
    const id = newId('purchase');
    expect(processIdOf(id)).toBe(id.replace('pur_', 'prc_'));
    expect(isId('process', processIdOf(id))).toBe(true);
  });
});

describe('a timeline', () => {
  it('speaks both languages and names who acted', () => {
    const event = { kind: 'purchase', act: 'pay', actorName: '王店长' } as const;
    expect(timelineText(event, 'en')).toBe('王店长 paid from the enterprise balance');
    expect(timelineText(event, 'zh-CN')).toBe('王店长 使用企业余额完成支付');
  });

  it('names the product where nobody acted, and keeps an act it does not know', () => {
    expect(timelineText({ kind: 'purchase', act: 'cancel', actorName: null }, 'zh-CN')).toContain('系统');
    expect(timelineText({ kind: 'purchase', act: 'newer_act', actorName: null }, 'en')).toBe('newer_act');
    const hand = { kind: 'purchase', act: 'extend_deadline', actorName: '$&', reason: '来电' } as const;
    expect(timelineText(hand, 'en')).toBe('$& moved the deadline: 来电');
    expect(timelineText(hand, 'zh-CN')).toBe('$& 延长了期限：来电');
  });

  it('tells what a hand decided or set, as far as that is known', () => {
    const told = (act: string, detail: object, toName: string | null = null) =>
      (['en', 'zh-CN'] as const).map((language) =>
        timelineText({ kind: 'review', act, actorName: '甲', detail, toName }, language),
      );
    expect(told('decide', { outcome: 'request_changes' })).toEqual([
      '甲 decided: sent back for changes',
      '甲 作出了审核决定：退回修改',
    ]);
    expect(told('reassign', { to: 'acc_2' }, '$1 乙')[0]).toBe('甲 gave it to another reviewer, $1 乙');
    expect(told('reassign', { to: 'acc_2' })[0]).toBe('甲 gave it to another reviewer, acc_2');
    expect(told('extend_deadline', { until: '2027-01-01T16:30:00Z' })[1]).toBe('甲 延长了期限至 2027-01-02 00:30');
    expect(told('ask_approval', { step: 'waive_fee' })[1]).toMatch(/：免除一家服务商的平台认证费$/);
    expect(told('decide', {})[0]).toBe('甲 decided');
  });
});

describe('staff', () => {
  const staff = { login: 'anna', password: 'long enough', displayName: 'Anna', roles: ['operator'] };
  const accepts = (more: object): boolean => addStaffSchema.safeParse({ ...staff, ...more }).success;

  it.each([
    [{}, true],
    [{ roles: ['mall_manager'], enterpriseId: 'ent_1' }, true],
    [{ roles: ['mall_manager'] }, false],
    [{ enterpriseId: 'ent_1' }, false],
    [{ roles: [] }, false],
    [{ roles: ['operator', 'operator'] }, false],
    [{ roles: ['member'] }, false],
    [{ roles: ['seller'] }, false],
    [{ extra: 1 }, false],
  ])('%j: %s', (more, expected) => {
    expect(accepts(more)).toBe(expected);
  });

  it('have visible logins and passwords of ten or more', () => {
    expect(
      ['abc', 'manager@demo', 'a b c', 'ab', '店长店长'].map((text) => loginSchema.safeParse(text).success),
    ).toEqual([true, true, false, false, false]);
    expect(['123456789', '1234567890', 'x'.repeat(129)].map((text) => passwordSchema.safeParse(text).success)).toEqual([
      false,
      true,
      false,
    ]);
  });
});
