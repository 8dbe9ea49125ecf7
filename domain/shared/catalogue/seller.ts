import type { CatalogueEntry } from './entry';

/** Refusals on a seller’s way in. */
export const sellerErrors = {
  ALREADY_ONBOARDING: {
    status: 409,
    retryable: false,
    en: 'This account has begun to become a seller already.',
    zh: '该账号已在入驻流程中。',
  },
  AGREEMENT_NOT_ACCEPTED: {
    status: 422,
    retryable: false,
    en: 'The agreement must be accepted.',
    zh: '请先同意接入协议。',
  },
  AGREEMENT_OUTDATED: {
    status: 422,
    retryable: false,
    en: 'A newer version of the agreement is out: read and accept {current}.',
    zh: '协议已更新，请阅读并同意最新版本 {current}。',
  },
} as const satisfies Record<string, CatalogueEntry>;
