import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { Connection } from '@temporalio/client';

/**
 * For people who look at runs in the Temporal UI or CLI and for batch operations; our own lists never use them.
 * No personal data: search attributes are not encrypted.
 */
const kindKey = defineSearchAttributeKey('MallflowKind', SearchAttributeType.KEYWORD);
const subjectKey = defineSearchAttributeKey('MallflowSubject', SearchAttributeType.KEYWORD);
const enterpriseKey = defineSearchAttributeKey('MallflowEnterprise', SearchAttributeType.KEYWORD);

export interface CaseAttributes {
  readonly kind: string;
  readonly subjectId: string;
  readonly enterpriseId: string | null;
}

export function searchAttributesOf(attributes: CaseAttributes): TypedSearchAttributes {
  const pairs = [
    { key: kindKey, value: attributes.kind },
    { key: subjectKey, value: attributes.subjectId },
  ];
  if (attributes.enterpriseId !== null) pairs.push({ key: enterpriseKey, value: attributes.enterpriseId });
  return new TypedSearchAttributes(pairs);
}

const alreadyExists = 6;
const keyword = 2;

/** For each of them: a server's schema may take its time, but one that is not there would be waited for without end. */
const registeredWithinMs = 15_000;

/** Registers what {@link searchAttributesOf} sets; safe to repeat. A server that does not know them refuses every start. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  for (const key of [kindKey, subjectKey, enterpriseKey]) {
    try {
      await connection.withDeadline(Date.now() + registeredWithinMs, () =>
        connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { [key.name]: keyword } }),
      );
    } catch (error) {
      if ((error as { code?: unknown }).code !== alreadyExists) throw error;
    }
  }
}
