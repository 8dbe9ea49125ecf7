import type { SearchAttributePair } from '@temporalio/common';

export interface CaseAttributes {
  readonly kind: string;
  readonly subjectId: string;
  readonly enterpriseId: string | null;
}

/**
 * For people who look at runs in the Temporal UI or CLI and for batch operations; our own lists never use them.
 * No personal data: search attributes are not encrypted.
 */
export const attributeNames = {
  kind: 'MallflowKind',
  subject: 'MallflowSubject',
  enterprise: 'MallflowEnterprise',
} as const;

export function caseAttributes({ kind, subjectId, enterpriseId }: CaseAttributes): SearchAttributePair[] {
  const keyword = (name: string, value: string): SearchAttributePair => ({ key: { name, type: 'KEYWORD' }, value });
  return [
    keyword(attributeNames.kind, kind),
    keyword(attributeNames.subject, subjectId),
    ...(enterpriseId === null ? [] : [keyword(attributeNames.enterprise, enterpriseId)]),
  ];
}
