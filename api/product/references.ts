import { bodySchemas, type EditedProduct, type ProductBody } from '../../domain/product/schemas';
import type { DeliveryType } from '../../domain/product/states';
import { DomainError, type Fault } from '../../domain/shared/errors';
import type { Queryable } from '../../db/connection';
import { documentsOfAccount } from '../../db/document/queries';
import { imagesOf, picturesOf } from '../../db/product/check-facts';
import { isLeafCategory, type ProductRow } from '../../db/product/own-queries';
import { videosOfSeller } from '../../db/video/queries';
import { invalid, parseWith } from '../http/parse';

/**
 * An edited draft, held against the product's own delivery type: it stays the one it was created with, and so do name and
 * category where the edit leaves them out.
 *
 * @throws DomainError VALIDATION_FAILED
 */
export function draftOf(
  { deliveryType, draft }: Pick<ProductRow, 'deliveryType' | 'draft'>,
  edited: EditedProduct,
): ProductBody {
  const { deliveryType: named = deliveryType, ...body } = edited;
  // rule: delivery-type-stays
  if (named !== deliveryType)
    throw invalid([{ path: '/deliveryType', code: 'NOT_ALLOWED', message: `stays ${deliveryType}` }]);
  return parseBody(deliveryType, { categoryId: draft.categoryId, name: draft.name, ...body });
}

/** Fields of other delivery types are none of this one's. */
function parseBody(deliveryType: DeliveryType, body: unknown): ProductBody {
  const parsed: ProductBody = parseWith(bodySchemas[deliveryType], body);
  return parsed;
}

/**
 * What a draft names must be there: a leaf of the categories, and the seller's own images, video and document.
 *
 * @throws DomainError REFERENCE_NOT_FOUND at their paths
 */
export async function requireReferences(
  db: Queryable,
  owner: { readonly sellerId: string; readonly accountId: string },
  body: ProductBody,
): Promise<void> {
  const { categoryId, documentId, videoId } = body;
  const errors: Fault[] = [];
  if (!(await isLeafCategory(db, categoryId)))
    errors.push(fault('/categoryId', 'no such category without others below it'));
  const images = new Set((await picturesOf(db, owner.sellerId, imagesOf(body))).map(({ id }) => id));
  // rule: named-images-are-there
  for (const field of ['pictureIds', 'qualificationIds'] as const)
    body[field]?.forEach((id, at) => {
      if (!images.has(id)) errors.push(fault(`/${field}/${at}`, 'no such image'));
    });
  // rule: product-documents-are-the-sellers-own
  if (documentId !== undefined && (await documentsOfAccount(db, owner.accountId, [documentId])).length === 0)
    errors.push(fault('/documentId', 'no such document'));
  // rule: product-videos-are-there
  if (videoId !== undefined && (await videosOfSeller(db, owner.sellerId, [videoId])).length === 0)
    errors.push(fault('/videoId', 'no such video, or not all of it is here'));
  if (errors.length > 0) throw new DomainError('REFERENCE_NOT_FOUND', { errors });
}

function fault(path: string, message: string): Fault {
  return { path, code: 'REFERENCE_NOT_FOUND', message };
}
