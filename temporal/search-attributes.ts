import { TypedSearchAttributes } from '@temporalio/common';
import type { Connection } from '@temporalio/client';
import { attributeNames, caseAttributes, type CaseAttributes } from '../workflows/shared/attributes';

export function searchAttributesOf(attributes: CaseAttributes): TypedSearchAttributes {
  return new TypedSearchAttributes(caseAttributes(attributes));
}

const alreadyExists = 6;
const keyword = 2;

/** For each of them: a server's schema may take its time, but one that is not there would be waited for without end. */
const registeredWithinMs = 15_000;

/** Registers what {@link searchAttributesOf} sets; safe to repeat. A server that does not know them refuses every start. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  for (const name of Object.values(attributeNames)) {
    try {
      await connection.withDeadline(Date.now() + registeredWithinMs, () =>
        connection.operatorService.addSearchAttributes({ namespace, searchAttributes: { [name]: keyword } }),
      );
    } catch (error) {
      if ((error as { code?: unknown }).code !== alreadyExists) throw error;
    }
  }
}
