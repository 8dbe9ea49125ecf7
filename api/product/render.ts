import { z } from 'zod';
import { draftStates } from '../../domain/market/draft-states';
import { notPurchasableReasons, paymentMethods, purchasableBy } from '../../domain/market/purchasable';
import { draftShape } from '../../domain/product/schemas';
import { deliveryTypes, productActions, productStates } from '../../domain/product/states';
import type { Language } from '../../domain/shared/errors';
import type { Principal } from '../../domain/shared/roles';
import { renderTakenDown } from '../../db/market/take-downs';
import type { ProductRow } from '../../db/product/own-queries';
import { resourceShape } from '../http/answers';
import { iso, isoTime } from '../http/times';
import { processIdInReview, processOfReview } from '../market/in-review';
import { takenDownSchema } from '../market/taken-down';
import { errorsSchema, renderErrors } from '../seller/render';

const draftStanding = {
  state: z.enum(draftStates),
  version: z.int(),
  /** Why it came back, at its fields. */
  errors: errorsSchema,
  /** When the reviewer is expected to have decided. */
  expectedAt: isoTime.optional(),
};

export const productSchema = z.strictObject({
  ...resourceShape,
  state: z.enum(productStates),
  processId: processIdInReview,
  sellerId: z.string(),
  deliveryType: z.enum(deliveryTypes),
  /** Of the draft, as is the name; what buyers see stands in the market. */
  categoryId: z.string(),
  name: z.string(),
  draft: z.strictObject(draftStanding),
  /** What buyers see once it is listed. */
  published: z.strictObject({ revision: z.int(), publishedAt: isoTime }).nullable(),
  takenDown: takenDownSchema,
  purchasable: z.boolean(),
  paymentMethods: z.array(z.enum(paymentMethods)),
  notPurchasableReason: z.enum(notPurchasableReasons).optional(),
});

const { version, ...standingInDraft } = draftStanding;

export const productDraftSchema = z.strictObject({
  ...resourceShape,
  ...standingInDraft,
  processId: processIdInReview,
  /** `version` is a field of images. */
  draftVersion: version,
  deliveryType: z.enum(deliveryTypes),
  ...draftShape,
});

export interface ProductReader {
  readonly principal: Principal;
  readonly language: Language;
}

/** What the caller may do: the seller with its product, an operator with what was approved. */
function actionsFor(row: ProductRow, { accountId }: Principal): string[] {
  const takenDown = row.takenDownAt !== null;
  if (row.accountId === accountId) return productActions({ ...row, takenDown });
  return row.publishedAt !== null && !takenDown ? ['take-down'] : [];
}

function renderStanding(row: ProductRow, { language }: ProductReader) {
  const inReview = row.draftState === 'in_review';
  return {
    state: row.draftState,
    version: row.draftVersion,
    // What came back before is with the reviewer again.
    errors: inReview ? [] : renderErrors(row.draftErrors, language),
    ...(row.expectedAt === null ? {} : { expectedAt: iso(row.expectedAt) }),
  };
}

export function renderProduct(row: ProductRow, reader: ProductReader) {
  return {
    id: row.id,
    state: row.state,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: actionsFor(row, reader.principal),
    ...processOfReview(row),
    sellerId: row.sellerId,
    deliveryType: row.deliveryType,
    categoryId: row.draft.categoryId,
    name: row.draft.name,
    draft: renderStanding(row, reader),
    published:
      row.revision === null || row.publishedAt === null
        ? null
        : { revision: row.revision, publishedAt: iso(row.publishedAt) },
    takenDown: renderTakenDown(row),
    ...purchasableBy({ listed: row.state === 'listed', openChannels: row.openChannels }),
  };
}

export function renderProductDraft(row: ProductRow, reader: ProductReader) {
  const { version: draftVersion, ...standing } = renderStanding(row, reader);
  return {
    id: row.id,
    ...standing,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    draftVersion,
    actions: actionsFor(row, reader.principal),
    ...processOfReview(row),
    deliveryType: row.deliveryType,
    ...row.draft,
  };
}
