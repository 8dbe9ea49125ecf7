import type { CatalogueEntry } from './entry';

/** Refusals of what operators do to cases. */
export const operationsErrors = {
  SECOND_OPERATOR_NEEDED: {
    status: 409,
    retryable: false,
    en: 'Another operator than the one who asked for it must confirm this.',
    zh: '须由申请人以外的另一名运营确认。',
  },
  DEADLINE_TOO_FAR: {
    status: 422,
    retryable: false,
    en: 'A deadline can be moved to {latest} at most.',
    zh: '期限最多可延长至 {latest}。',
  },
} as const satisfies Record<string, CatalogueEntry>;
