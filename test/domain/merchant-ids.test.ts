import { nextMerchantDuty, type MerchantDutyFacts } from '../../domain/merchant/duties';
import { merchantMachine, merchantStanding, merchantStates } from '../../domain/merchant/states';
import { utf8Bytes } from '../../domain/shared/utf8';
import { allowedCommands } from '../../domain/shared/state-machine';
import { runsInOneClaim, runsOfClaim, together } from '../../temporal/runs-of-claim';

const now = new Date('2026-11-22T04:00:00Z');
const later = new Date('2026-11-22T05:00:00Z');
const soon = new Date('2026-11-22T04:30:00Z');

describe('what a merchant ID owes next', () => {
  const facts: MerchantDutyFacts = {
    ...{ now, state: 'submitted', wantsPictures: true, hasPicture: false, nextAt: later, verificationDeadline: null },
  };
  const cases: readonly [string, Partial<MerchantDutyFacts>, string, Date][] = [
    ['the picture first', {}, 'upload', later],
    ['then the form', { hasPicture: true }, 'submit', later],
    ['the form alone where no picture is wanted', { wantsPictures: false }, 'submit', later],
    ['to ask while it is reviewed', { state: 'in_review' }, 'query', later],
    ['to ask once it is open', { state: 'opened' }, 'query', later],
    ['the end of a verification', { state: 'verify_account', verificationDeadline: soon }, 'end_verification', soon],
    ['of one told of as well', { state: 'in_review', verificationDeadline: soon }, 'end_verification', soon],
    ['to ask before that', { state: 'verify_account', nextAt: soon, verificationDeadline: later }, 'query', soon],
    ['to ask when signing has begun', { state: 'to_sign', verificationDeadline: soon }, 'query', later],
  ];
  it.each(cases)('%s', (_what, change, act, at) => {
    expect(nextMerchantDuty({ ...facts, ...change })).toEqual({ act, at });
  });
});

it('a person can do one thing where it is the person’s turn, and nothing elsewhere', () => {
  expect(Object.fromEntries(merchantStates.map((state) => [state, allowedCommands(merchantMachine, state)]))).toEqual({
    ...{ submitted: [], in_review: [], verify_account: ['verify-account'], to_sign: [] },
    ...{ rejected: ['resubmit'], opened: [], frozen: [] },
  });
  // A merchant ID may be frozen as long as there is one.
  for (const state of merchantStates) expect(merchantStanding(state).state).toBe('open');
});

it('bytes are counted as they are sent', () => {
  for (const text of ['', 'a', 'é', '云岭', '𠮷🀄', 'aé云𠮷']) expect(utf8Bytes(text)).toBe(Buffer.byteLength(text));
});

it('a claim that goes to several runs is as far as the one that got least far', () => {
  const claim = { workflowId: runsInOneClaim(['a:1', 'b:2']), updateId: 'u' };
  expect(runsOfClaim(claim)).toEqual([
    { workflowId: 'a:1', updateId: 'u' },
    { workflowId: 'b:2', updateId: 'u.1' },
  ]);
  expect(runsOfClaim({ workflowId: null, updateId: 'u' })).toEqual([]);
  expect(together([{ kind: 'done' }, { kind: 'accepted' }])).toEqual({ kind: 'accepted' });
  const refused = { kind: 'refused', code: 'FEE_NOT_PAID', facts: {} } as const;
  expect(together([{ kind: 'done' }, refused, { kind: 'unconfirmed' }])).toEqual(refused);
  expect(together([{ kind: 'done' }, { kind: 'done' }])).toEqual({ kind: 'done' });
});
