import { run, type Trx } from '../connection';

export interface NewVideo {
  readonly id: string;
  readonly name: string;
  readonly ownerAccountId: string;
  readonly sellerId: string;
  readonly bytes: number;
}

export async function addVideo(trx: Trx, video: NewVideo): Promise<void> {
  await run(
    trx,
    `insert into videos (id, name, owner_account_id, seller_id, bytes)
     values (:id, :name, :ownerAccountId, :sellerId, :bytes)`,
    { ...video },
  );
}

/** So much of it is in the store. */
export async function videoReceived(trx: Trx, id: string, receivedBytes: number): Promise<void> {
  await run(
    trx,
    `update videos set received_bytes = :receivedBytes, updated_at = greatest(updated_at, now()) where id = :id`,
    { id, receivedBytes },
  );
}
