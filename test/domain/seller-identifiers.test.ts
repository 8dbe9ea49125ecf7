import {
  comparableName,
  isCorporateAccount,
  isIdNumber,
  isPhone,
  isUnifiedSocialCreditCode,
  maskedName,
  maskedNumber,
  normalisedCode,
} from '../../domain/seller/identifiers';
import { companyInformationSchema, verificationSchema } from '../../domain/seller/schemas';

describe('a 统一社会信用代码', () => {
  it.each([
    ['the worked example', '91350100M000100Y43', true],
    ['its check digit one off', '91350100M000100Y4Z', false],
    ['remainder 0 is written 0', '91440300MA1TT00380', true],
    ['another', '91110108551385082Q', true],
    ['with a digit as its check', '911101085636549482', true],
    ['as a blog prints it', '91310115MA1H8R7C6D', false],
    ['said to be genuine, but wrong', '91350211M0000XUF46', false],
    ['the right one of that', '91350211M0000XUF4R', true],
    ['of the military, not a company', withCheckDigit('A1110108551385082'), true],
    ['with a letter there is none of', '9135010IM000100Y43', false],
    ['too short', '91350100M000100Y4', false],
    ['too long', '91350100M000100Y430', false],
    ['letters in the area', '913501AAM000100Y43', false],
  ])('%s', (_, code, valid) => {
    expect(isUnifiedSocialCreditCode(code)).toBe(valid);
  });

  it('is read as it is typed: full width, lower case, blanks around it', () => {
    expect(normalisedCode(' ９１３５０１００ｍ０００１００ｙ４３　')).toBe('91350100M000100Y43');
  });

  it('any single changed character is noticed', () => {
    const code = '91350100M000100Y43';
    const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
    for (let at = 0; at < 18; at += 1)
      for (const other of alphabet)
        if (other !== code[at])
          expect(isUnifiedSocialCreditCode(code.slice(0, at) + other + code.slice(at + 1))).toBe(false);
  });
});

/** The only one of 31 characters that is accepted after these 17. */
function withCheckDigit(seventeen: string): string {
  const right = '0123456789ABCDEFGHJKLMNPQRTUWXY'
    .match(/./g)!
    .filter((digit) => isUnifiedSocialCreditCode(seventeen + digit));
  expect(right).toHaveLength(1);
  return seventeen + (right[0] ?? '');
}

describe('phones', () => {
  it.each([
    ['13800138000', true],
    ['19912345678', true],
    ['12800138000', false],
    ['1380013800', false],
    ['010-62345678', true],
    ['075526001234', true],
    ['0755-1600123', false],
    ['4008001234', true],
    ['400-800-1234', true],
    ['95588', true],
    ['8675526001234', false],
  ])('%s', (phone, valid) => {
    expect(isPhone(phone)).toBe(valid);
  });
});

describe('corporate accounts', () => {
  it.each([
    ['110907700310888', true],
    // Fails Luhn, as corporate accounts may.
    ['6226090000000049', true],
    ['12345678', true],
    ['1234567', false],
    ['1'.repeat(33), false],
    ['1109077003108A8', false],
  ])('%s', (number, valid) => {
    expect(isCorporateAccount(number)).toBe(valid);
  });
});

describe('ID numbers', () => {
  it.each([
    ['11010519491231002X', true],
    ['110105194912310021', false],
    ['110105491231002', true],
    ['11010549123100', false],
    ['1101051949123100XX', false],
  ])('%s', (number, valid) => {
    expect(isIdNumber(number)).toBe(valid);
  });
});

it('names are compared without the ways they can be typed', () => {
  expect(comparableName('深圳市星河（集团） ＡＢ有限公司')).toBe(comparableName('深圳市星河(集团)AB有限公司'));
  expect(comparableName('深圳市星河有限公司')).not.toBe(comparableName('深圳市星辰有限公司'));
});

it('what is shown of numbers and people is little', () => {
  expect([maskedNumber('110907700310888'), maskedName('张三丰')]).toEqual(['****0888', '张**']);
});

describe('forms', () => {
  const bank = { accountNumber: '1109 0770-0310888', bankName: '招商银行', branchName: '深圳支行', location: '深圳' };
  const transfer = {
    method: 'corporate_transfer',
    enterpriseName: ' 深圳市星河（集团）有限公司 ',
    unifiedSocialCreditCode: '９1350100m000100y43',
    licenceDocumentId: 'doc_1',
    contactName: '张三',
    contactMobile: '+86 13800138000',
    bank,
  };

  it('are kept in one spelling', () => {
    expect(verificationSchema.parse(transfer)).toEqual({
      ...transfer,
      enterpriseName: '深圳市星河（集团）有限公司',
      unifiedSocialCreditCode: '91350100M000100Y43',
      contactMobile: '13800138000',
      bank: { ...bank, accountNumber: '110907700310888' },
    });
  });

  it.each([
    ['a check digit that is wrong', { unifiedSocialCreditCode: '91350100M000100Y4Z' }, ['unifiedSocialCreditCode']],
    ['no mobile', { contactMobile: '010-62345678' }, ['contactMobile']],
    ['a name of blanks', { enterpriseName: ' 　' }, ['enterpriseName']],
    ['letters in the account', { bank: { ...bank, accountNumber: '11A' } }, ['bank', 'accountNumber']],
  ])('%s is refused at its field', (_, change, path) => {
    const { error } = verificationSchema.safeParse({ ...transfer, ...change });
    expect(error?.issues.map((issue) => issue.path)).toEqual([path]);
  });

  it('company information takes a fixed line, where a verification wants a mobile', () => {
    const information = {
      unifiedSocialCreditCode: '91350100M000100Y43',
      contactName: '张三',
      contactPhone: '0755-26001234',
      bank: { ...bank, accountName: '深圳市星河(集团)有限公司' },
    };
    expect(companyInformationSchema.safeParse(information).success).toBe(true);
  });
});
