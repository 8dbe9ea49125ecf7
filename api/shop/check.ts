import { shopImages, unfit } from '../../domain/image/measures';
import { DomainError, type Fault } from '../../domain/shared/errors';
import type { ShopDraft } from '../../domain/shop/schemas';
import type { Queryable } from '../../db/connection';
import { imagesOfSeller } from '../../db/image/queries';
import { foreignProducts } from '../../db/shop/queries';

const imageFields = ['bannerImageId', 'logoImageId'] as const;

/**
 * What a draft names must be there and be the seller's own; what it shows must fit its place.
 *
 * @throws DomainError REFERENCE_NOT_FOUND, IMAGE_UNFIT {width, height}: each at its path
 */
export async function requireReferences(db: Queryable, sellerId: string, draft: ShopDraft): Promise<void> {
  const named = imageFields.flatMap((field) => {
    const id = draft[field];
    return id === undefined ? [] : [{ field, id }];
  });
  const images = await imagesOfSeller(
    db,
    sellerId,
    named.map(({ id }) => id),
  );
  const imageOf = (id: string) => images.find((image) => image.id === id);
  const missing = [
    ...named.flatMap(({ field, id }) =>
      // rule: shop-images-are-the-sellers-own
      imageOf(id) === undefined ? [fault(`/${field}`, 'no such image')] : [],
    ),
    ...(await foreignProducts(db, sellerId, draft.hotProductIds ?? [])).map((id) =>
      fault(`/hotProductIds/${draft.hotProductIds?.indexOf(id) ?? 0}`, 'no such product'),
    ),
  ];
  if (missing.length > 0) throw new DomainError('REFERENCE_NOT_FOUND', { errors: missing });
  requireFit(
    named.flatMap(({ field, id }) => {
      const image = imageOf(id);
      // rule: shop-images-fit
      return image !== undefined && unfit(image, shopImages[field]) ? [field] : [];
    }),
  );
}

function requireFit(unfitting: readonly (typeof imageFields)[number][]): void {
  const [first] = unfitting;
  if (first === undefined) return;
  const { width, height } = shopImages[first];
  throw new DomainError('IMAGE_UNFIT', {
    ...{ width, height },
    errors: unfitting.map((field) => {
      const asked = shopImages[field];
      const message = `${asked.width}×${asked.height} pixels, ${asked.types.join(' or ')}`;
      return { path: `/${field}`, code: 'IMAGE_UNFIT', message };
    }),
  });
}

function fault(path: string, message: string): Fault {
  return { path, code: 'REFERENCE_NOT_FOUND', message };
}
