import { noticeKinds, noticeText } from '../../domain/notice/texts';
import { decideReviewSchema, missingReasons } from '../../domain/review/schemas';
import { reviewMachine, reviewStates } from '../../domain/review/states';
import { allowedCommands, isFinal } from '../../domain/shared/state-machine';

describe('a review', () => {
  it.each([
    ['waiting', ['claim', 'reassign', 'decide']],
    ['claimed', ['release', 'reassign', 'decide']],
    ['decided', []],
    ['withdrawn', []],
  ] as const)('that is %s can be given %j', (state, commands) => {
    expect(allowedCommands(reviewMachine, state)).toEqual(commands);
  });

  it('ends decided or withdrawn', () => {
    expect(reviewStates.filter((state) => isFinal(reviewMachine, state))).toEqual(['decided', 'withdrawn']);
  });

  const change = { item: '/a', outcome: 'change' } as const;
  it.each([
    [{ outcome: 'approve' }, []],
    [{ outcome: 'approve', verdicts: [{ item: '/a', outcome: 'ok' }] }, []],
    [{ outcome: 'request_changes', verdicts: [{ ...change, reasonCode: 'MISSING' }] }, []],
    [{ outcome: 'request_changes', verdicts: [{ item: '/a', outcome: 'ok' }] }, ['/verdicts']],
    [{ outcome: 'request_changes', verdicts: [change, { ...change, item: '/b' }] }, [0, 1]],
    [{ outcome: 'reject', note: 'no such company' }, []],
    [{ outcome: 'reject', verdicts: [{ ...change, reasonCode: 'PROHIBITED' }] }, []],
    [{ outcome: 'reject', verdicts: [{ ...change, reasonCode: 'OTHER', note: 'because' }] }, []],
    [{ outcome: 'reject', verdicts: [{ ...change, reasonCode: 'OTHER' }] }, ['/verdicts/0/note']],
    [{ outcome: 'reject' }, ['/note']],
  ])('decided as %j lacks reasons at %j', (decision, paths) => {
    const expected = paths.map((path) => (typeof path === 'number' ? `/verdicts/${path}/reasonCode` : path));
    expect(missingReasons(decideReviewSchema.parse(decision)).map(({ path }) => path)).toEqual(expected);
  });
});

describe('a notice', () => {
  it.each(noticeKinds)('%s is told in both languages, and short enough for anybody', (kind) => {
    const params = { kind: 'company_information', dueBy: '2026-11-27 15:00' };
    const [zh, en] = [noticeText({ kind, params }, 'zh-CN'), noticeText({ kind, params }, 'en')];
    expect(zh.text).toMatch(/[\u4e00-\u9fff]/);
    expect(en.text).not.toMatch(/[\u4e00-\u9fff]/);
    expect(zh.subject.length).toBeLessThanOrEqual(120);
    expect(`${zh.text}\n${en.text}`.length).toBeLessThanOrEqual(500);
  });

  it('names what it is about in the reader’s language', () => {
    const notice = { kind: 'review_approved', params: { kind: 'company_information' } };
    expect(noticeText(notice, 'zh-CN').text).toBe('您提交的企业信息已通过审核。');
    expect(noticeText(notice, 'en').text).toBe('What you submitted (company information) was approved.');
    expect(noticeText({ kind: 'of_tomorrow', params: {} }, 'en')).toEqual({
      subject: 'of_tomorrow',
      text: 'of_tomorrow',
    });
  });
});
