import { DomainError } from '../../domain/shared/errors';
import { maxBytesOfSeller, mostUnfinished } from '../../domain/video/kinds';
import { firstRow, rows, run, type Trx } from '../connection';

export interface NewVideo {
  readonly id: string;
  readonly name: string;
  readonly ownerAccountId: string;
  readonly sellerId: string;
  readonly bytes: number;
}

/**
 * Announces one, and gives up the seller's oldest that never came to an end.
 *
 * @returns the names of those in the video store
 * @throws DomainError VIDEO_SPACE_FULL
 */
export async function addVideo(trx: Trx, video: NewVideo): Promise<string[]> {
  const { sellerId } = video;
  // Two at once would both find room.
  await run(trx, "select pg_advisory_xact_lock(hashtextextended('seller-videos:' || :sellerId, 0))", { sellerId });
  // rule: newest-unfinished-videos-stay
  const givenUp = await rows<{ name: string }>(
    trx,
    `delete from videos where id in (select id from videos where seller_id = :sellerId and received_bytes < bytes
                                      order by id desc offset :stay)
     returning name`,
    { sellerId, stay: mostUnfinished - 1 },
  );
  const { total } = (await firstRow<{ total: number }>(
    trx,
    'select coalesce(sum(bytes), 0)::bigint as total from videos where seller_id = :sellerId',
    { sellerId },
  )) ?? { total: 0 };
  // rule: videos-of-a-seller-have-bounds
  if (total + video.bytes > maxBytesOfSeller)
    throw new DomainError('VIDEO_SPACE_FULL', { limitBytes: maxBytesOfSeller });
  await run(
    trx,
    `insert into videos (id, name, owner_account_id, seller_id, bytes)
     values (:id, :name, :ownerAccountId, :sellerId, :bytes)`,
    { ...video },
  );
  return givenUp.map(({ name }) => name);
}

/** So much of it is in the store. */
export async function videoReceived(trx: Trx, id: string, receivedBytes: number): Promise<void> {
  await run(
    trx,
    `update videos set received_bytes = :receivedBytes, updated_at = greatest(updated_at, now()) where id = :id`,
    { id, receivedBytes },
  );
}
