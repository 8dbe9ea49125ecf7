import type { ImageType } from '../../domain/image/kinds';
import { run, type Trx } from '../connection';

export interface NewImage {
  readonly id: string;
  readonly name: string;
  readonly ownerAccountId: string;
  readonly enterpriseId: string | null;
  readonly sellerId: string | null;
  readonly contentType: ImageType;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** The bytes are in the image store already: a row never names a file that is not there. */
export async function addImage(trx: Trx, image: NewImage): Promise<void> {
  await run(
    trx,
    `insert into images (id, name, owner_account_id, enterprise_id, seller_id, content_type, width, height, bytes)
     values (:id, :name, :ownerAccountId, :enterpriseId, :sellerId, :contentType, :width, :height, :bytes)`,
    { ...image },
  );
}
