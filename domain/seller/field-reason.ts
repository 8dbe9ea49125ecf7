import type { Language } from '../shared/errors';

/** What came back at a field of a seller's form, and why. */
export interface FieldReason {
  /** JSON Pointer into the form; empty when it is about no single field. */
  readonly path: string;
  readonly code: string;
  /** In words for the seller; a provider's or reviewer's own words are kept. Empty where the code says it all. */
  readonly reason: string;
}

/** Reasons of our own rules, in the seller's words. */
const texts: Readonly<Record<string, { readonly en: string; readonly zh: string }>> = {
  AMOUNT_TRIES_SPENT: {
    en: 'The amount was wrong twice. Enter the bank data again for a new transfer.',
    zh: '打款金额两次填写错误，请重新提交对公账户信息。',
  },
  AMOUNT_NOT_ENTERED: {
    en: 'The amount was not entered in time. Enter the bank data again for a new transfer.',
    zh: '未在规定时间内填写打款金额，请重新提交对公账户信息。',
  },
  TRANSFER_FAILED: {
    en: 'The transfer did not reach this account. Check the bank data.',
    zh: '打款未成功，请核对对公账户信息。',
  },
  SCAN_FAILED: {
    en: 'The legal representative was not confirmed by the scan.',
    zh: '法定代表人扫码认证未通过。',
  },
  SCAN_NOT_ANSWERED: {
    en: 'The legal representative did not scan in time.',
    zh: '法定代表人未在规定时间内完成扫码认证。',
  },
  COMPANY_ACCOUNTS_FULL: {
    en: 'This company is held by as many accounts as are allowed.',
    zh: '该企业认证的账号数量已达上限。',
  },
};

/** A reviewer's or provider's own words stay as they are; a reason of ours is told in the reader's language. */
export function reasonText({ code, reason }: FieldReason, language: Language): string {
  const text = texts[code];
  if (reason !== '' || text === undefined) return reason === '' ? code : reason;
  return language === 'en' ? text.en : text.zh;
}
