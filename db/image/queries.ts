import type { ImageType } from '../../domain/image/kinds';
import { firstRow, rows, type Queryable } from '../connection';

export interface ImageRow {
  readonly id: string;
  /** Under which the image store has the bytes. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly createdAt: Date;
}

const columns = `id, name, width, height, bytes, created_at as "createdAt"`;

export async function imageById(db: Queryable, id: string): Promise<ImageRow | undefined> {
  return firstRow<ImageRow>(db, `select ${columns} from images where id = :id`, { id });
}

/** Those of the ids that are images of this enterprise, in no order: what is missing is not theirs to use. */
export async function imagesOfEnterprise(
  db: Queryable,
  enterpriseId: string,
  ids: readonly string[],
): Promise<ImageRow[]> {
  // rule: images-of-the-enterprise-only
  return rows<ImageRow>(
    db,
    `select ${columns} from images where enterprise_id = :enterpriseId and id = any(:ids::text[])`,
    { enterpriseId, ids },
  );
}

/** Those of the ids that are images of this seller, in no order, with what they are drawn as. */
export async function imagesOfSeller(
  db: Queryable,
  sellerId: string,
  ids: readonly string[],
): Promise<(ImageRow & { readonly contentType: ImageType })[]> {
  // rule: images-of-the-seller-only
  return rows<ImageRow & { readonly contentType: ImageType }>(
    db,
    `select ${columns}, content_type as "contentType" from images where seller_id = :sellerId and id = any(:ids::text[])`,
    { sellerId, ids },
  );
}
