/** What Chinese papers and phones are numbered by. Each rule takes normalised text; `normalised` makes it. */

/** Full-width letters, digits and signs as they come from Chinese keyboards, in half width; ends trimmed. */
export function halfWidth(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))
    .replaceAll('\u3000', ' ')
    .trim();
}

/** A code or number: half width, upper case. */
export function normalisedCode(text: string): string {
  return halfWidth(text).toUpperCase();
}

/** A phone number: half width, without blanks and without China's country code. */
export function normalisedPhone(text: string): string {
  return halfWidth(text)
    .replace(/\s+/g, '')
    .replace(/^(?:\+86|0086)-?/, '');
}

/** A name to compare: brackets and letters in half width, no blanks, since both are typed either way. */
export function comparableName(name: string): string {
  return halfWidth(name).replace(/\s+/g, '').toUpperCase();
}

const codeAlphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const codePattern = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

/**
 * 统一社会信用代码 (GB 32100-2015): 18 characters of 31, the last a check digit: weights 3^(i-1) mod 31, and 31 less the
 * remainder, where 31 itself is written 0. Any registering authority, since others than companies may be sellers.
 */
export function isUnifiedSocialCreditCode(code: string): boolean {
  if (!codePattern.test(code)) return false;
  let sum = 0;
  let weight = 1;
  for (const character of code.slice(0, 17)) {
    sum += codeAlphabet.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  // rule: code-check-digit
  return codeAlphabet[(31 - (sum % 31)) % 31] === code[17];
}

/** Eleven digits; exact lists of prefixes go stale (domain.md §4.2). */
export function isMobile(phone: string): boolean {
  // rule: mobile-has-eleven-digits
  return /^1[3-9]\d{9}$/.test(phone);
}

/** A number customers or we may call: a mobile, a fixed line with its area code, or a 400/95 number. */
export function isPhone(phone: string): boolean {
  return (
    isMobile(phone) || /^0[1-9]\d{1,2}-?[2-8]\d{6,7}$/.test(phone) || /^(?:400-?\d{3}-?\d{4}|95\d{3,4})$/.test(phone)
  );
}

/** 对公账号, without the blanks and hyphens it is printed with. */
export function normalisedAccountNumber(text: string): string {
  return halfWidth(text).replace(/[\s-]+/g, '');
}

/** Corporate accounts are digits and nothing else is certain: they have no check digit of cards (never Luhn). */
export function isCorporateAccount(number: string): boolean {
  // rule: corporate-account-is-digits
  return /^\d{8,32}$/.test(number);
}

const idWeights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;

/** 居民身份证号 (GB 11643): 18 characters with a check digit mod 11, or the 15 digits of the first generation. */
export function isIdNumber(number: string): boolean {
  if (/^\d{15}$/.test(number)) return true;
  if (!/^\d{17}[\dX]$/.test(number)) return false;
  const sum = idWeights.reduce<number>((total, weight, at) => total + weight * Number(number[at]), 0);
  // rule: id-number-check-digit
  return '10X98765432'[sum % 11] === number[17];
}

/** What is left of a number when it is shown: its last four. */
export function maskedNumber(number: string): string {
  return `****${number.slice(-4)}`;
}

/** What is left of a person's name: the family name. */
export function maskedName(name: string): string {
  const [first = ''] = name;
  return `${first}**`;
}
