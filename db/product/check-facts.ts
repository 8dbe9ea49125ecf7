import type { ProductBody } from '../../domain/product/schemas';
import type { CheckedPicture, CheckFacts } from '../../domain/product/checks';
import type { DeliveryType } from '../../domain/product/states';
import { firstRow, rows, type Queryable } from '../connection';

interface StoredPicture extends CheckedPicture {
  /** In the image store. */
  readonly name: string;
}

/** What the reviewers' rules know beside the body; pictures are the seller's own. */
export async function checkFactsOf(
  db: Queryable,
  product: { readonly sellerId: string; readonly deliveryType: DeliveryType; readonly body: ProductBody },
): Promise<Omit<CheckFacts, 'pictures'> & { readonly pictures: readonly StoredPicture[] }> {
  const { sellerId, deliveryType, body } = product;
  const pictures = await picturesOf(db, sellerId, imagesOf(body));
  return { deliveryType, pictures, hasServicePhone: await hasServicePhone(db, sellerId) };
}

/** Everything a product shows that was uploaded as an image. */
export function imagesOf({ pictureIds = [], qualificationIds = [] }: ProductBody): string[] {
  return [...pictureIds, ...qualificationIds];
}

/** What the shop shows counts, and before it is published what is written down. */
async function hasServicePhone(db: Queryable, sellerId: string): Promise<boolean> {
  const found = await firstRow(
    db,
    `select 1 from shops s left join shop_revisions r on r.id = s.published_revision_id
      where s.seller_id = :sellerId and coalesce(r.body, s.draft) #>> '{service,phone}' is not null`,
    { sellerId },
  );
  return found !== undefined;
}

/** Those of the ids that are images of this seller, in no order. */
export async function picturesOf(db: Queryable, sellerId: string, ids: readonly string[]): Promise<StoredPicture[]> {
  return rows<StoredPicture>(
    db,
    // rule: pictures-are-the-sellers-own
    `select id, name, width, height, content_type as "contentType" from images
      where seller_id = :sellerId and id = any(:ids::text[])`,
    { sellerId, ids },
  );
}
