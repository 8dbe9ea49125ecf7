import { DomainError } from '../../domain/shared/errors';
import type { Principal } from '../../domain/shared/roles';
import { recordForeignLook } from '../../db/case/foreign';
import type { Services } from '../services';

/** Who looks for what is another's is written down; that never changes what they are told. */
export async function tellForeignLook(
  { db, log }: Services,
  { accountId, enterpriseId, sellerId }: Principal,
  ids: readonly string[],
  requestId: string,
): Promise<void> {
  if (accountId === '' || ids.length === 0) return;
  try {
    await recordForeignLook(db, { accountId, enterpriseId, sellerId, ids, requestId });
  } catch (error) {
    log.error({ err: error, requestId }, 'a look at what is another’s was not written down');
  }
}

/** The ids of a body that were refused because there is nothing the caller may use under them. */
export function refusedReferences(error: unknown, body: unknown): string[] {
  if (!(error instanceof DomainError) || error.code !== 'REFERENCE_NOT_FOUND') return [];
  const errors = error.facts['errors'];
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((fault: { readonly path?: unknown }) => {
    const found = typeof fault.path === 'string' ? at(body, fault.path.split('/').slice(1)) : undefined;
    return typeof found === 'string' ? [found] : [];
  });
}

/** What stands at a JSON Pointer. */
function at(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? at((value as Readonly<Record<string, unknown>>)[name], rest)
    : undefined;
}
