import { z } from 'zod';
import { draftMachine, draftStates } from '../../domain/market/draft-states';
import type { Language } from '../../domain/shared/errors';
import type { Principal } from '../../domain/shared/roles';
import type { Queryable } from '../../db/connection';
import { renderTakenDown } from '../../db/market/take-downs';
import { expectedDecision, openErrors, sellerSince, shopOf, type ShopRow } from '../../db/shop/queries';
import { actionsOf } from '../../db/shop/repository';
import { resourceShape } from '../http/answers';
import { iso, isoTime } from '../http/times';
import { processIdInReview, processOfReview } from '../market/in-review';
import { takenDownSchema } from '../market/taken-down';
import { errorsSchema, renderErrors } from '../seller/render';

export const serviceShape = {
  qq: z.string(),
  email: z.string(),
  phone: z.string(),
  onlineHours: z.string(),
  phoneHours: z.string(),
};

/** What a seller works on, as far as it is filled in; `published` tells which revision buyers see. */
export const shopDraftAnswer = z.strictObject({
  ...resourceShape,
  state: z.enum(draftStates),
  processId: processIdInReview,
  sellerId: z.string(),
  bannerImageId: z.string().optional(),
  logoImageId: z.string().optional(),
  name: z.string().optional(),
  headline: z.string().optional(),
  slogan: z.string().optional(),
  businessScope: z.string().optional(),
  introduction: z.string().optional(),
  service: z.strictObject(serviceShape).partial().optional(),
  hotProductIds: z.array(z.string()),
  version: z.int(),
  /** When the reviewer is expected to have decided. */
  expectedAt: isoTime.optional(),
  /** Why it came back, at its fields. */
  errors: errorsSchema,
  published: z.strictObject({ revision: z.int(), publishedAt: isoTime }).nullable(),
  takenDown: takenDownSchema,
});

export interface ShopReader {
  readonly principal: Principal;
  readonly language: Language;
}

export async function renderDraft(db: Queryable, sellerId: string, reader: ShopReader) {
  const shop = await shopOf(db, sellerId);
  if (shop === undefined) return renderNothing(sellerId, await sellerSince(db, sellerId));
  const { hotProductIds = [], ...draft } = shop.draft;
  const { publishedNumber: revision, publishedAt } = shop;
  const expectedAt = await expectedDecision(db, shop);
  return {
    ...{ id: sellerId, sellerId, state: shop.draftState },
    createdAt: iso(shop.createdAt),
    updatedAt: iso(shop.updatedAt),
    actions: actionsFor(shop, reader.principal),
    ...processOfReview(shop),
    ...draft,
    hotProductIds,
    version: shop.draftVersion,
    ...(expectedAt === null ? {} : { expectedAt: iso(expectedAt) }),
    errors: renderErrors(openErrors(shop), reader.language),
    published: revision === null || publishedAt === null ? null : { revision, publishedAt: iso(publishedAt) },
    takenDown: renderTakenDown(shop),
  };
}

/** What the caller may do: the seller with its draft, an operator with what is published. */
function actionsFor(shop: ShopRow, { sellerId }: Principal): string[] {
  if (shop.sellerId === sellerId) return actionsOf(shop);
  return shop.published !== null && shop.takenDownAt === null ? ['take-down'] : [];
}

/** Nothing was written down yet. */
function renderNothing(sellerId: string, since: Date) {
  return {
    ...{ id: sellerId, sellerId, state: draftMachine.initial },
    ...{ createdAt: iso(since), updatedAt: iso(since), actions: ['edit'] },
    ...{ hotProductIds: [], version: 0, errors: [], published: null, takenDown: null },
  };
}
