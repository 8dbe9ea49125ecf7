import { DomainError } from '../../domain/shared/errors';
import { firstRow, rows, type Queryable, type Trx } from '../connection';

export interface VideoRow {
  readonly id: string;
  /** Under which the video store has the bytes. */
  readonly name: string;
  readonly sellerId: string;
  readonly bytes: number;
  readonly receivedBytes: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const select = `
  select id, name, seller_id as "sellerId", bytes, received_bytes as "receivedBytes", created_at as "createdAt",
         updated_at as "updatedAt"
    from videos`;

const whole = 'received_bytes = bytes';

export async function videoById(db: Queryable, id: string): Promise<VideoRow | undefined> {
  return firstRow<VideoRow>(db, `${select} where id = :id`, { id });
}

/**
 * As it stands until the transaction ends: pieces of one video come one after the other.
 *
 * @throws DomainError NOT_FOUND: given up meanwhile
 */
export async function lockVideo(trx: Trx, id: string): Promise<VideoRow> {
  const row = await firstRow<VideoRow>(trx, `${select} where id = :id for update`, { id });
  if (row === undefined) throw new DomainError('NOT_FOUND');
  return row;
}

/** A video that is all there, by its name in the store. */
export async function wholeVideo(db: Queryable, name: string): Promise<VideoRow | undefined> {
  // rule: unfinished-videos-are-not-served
  return firstRow<VideoRow>(db, `${select} where name = :name and ${whole}`, { name });
}

/** Those of the ids that are videos of this seller and all there, in no order. */
export async function videosOfSeller(db: Queryable, sellerId: string, ids: readonly string[]): Promise<VideoRow[]> {
  // rule: videos-of-the-seller-only
  return rows<VideoRow>(db, `${select} where seller_id = :sellerId and id = any(:ids::text[]) and ${whole}`, {
    sellerId,
    ids,
  });
}
