import type { CatalogueEntry } from './entry';

/** Refusals on a seller’s way in. */
export const sellerErrors = {
  ALREADY_ONBOARDING: {
    status: 409,
    retryable: false,
    en: 'This account has begun to become a seller already.',
    zh: '该账号已在入驻流程中。',
  },
} as const satisfies Record<string, CatalogueEntry>;
