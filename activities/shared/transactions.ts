import { DomainError } from '../../domain/shared/errors';
import type { Db, Trx } from '../../db/connection';
import { asFailure } from './failures';

/** One activity is one transaction, without any call to the outside in it; a domain refusal rolls it back whole. */
export async function inTransaction<R>(db: Db, work: (trx: Trx) => Promise<R>): Promise<R> {
  try {
    return await db.transaction(work);
  } catch (error) {
    throw error instanceof DomainError ? asFailure(error) : error;
  }
}
