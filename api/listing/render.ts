import { z } from 'zod';
import { imageUrl } from '../../domain/image/kinds';
import { listingMachine, listingStates } from '../../domain/mall/listing-states';
import { redemptionRefusal, redemptionRefusals } from '../../domain/mall/redeemable';
import { allowedCommands } from '../../domain/shared/state-machine';
import { commodityCategories, commoditySources } from '../../domain/stock/states';
import type { Trx } from '../../db/connection';
import { renderTakenDown } from '../../db/market/take-downs';
import { anyListingById, type CandidateRow, type ListingRow, type ShelfRow } from '../../db/mall/listing-queries';
import { resourceShape } from '../http/answers';
import { iso, isoOrNull, isoTime } from '../http/times';
import { takenDownSchema } from '../market/taken-down';

export const listingSchema = z.strictObject({
  ...resourceShape,
  state: z.enum(listingStates),
  mallId: z.string(),
  subStockId: z.string(),
  sectionId: z.string().nullable(),
  name: z.string(),
  category: z.enum(commodityCategories),
  exchange: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('points'), pointsPrice: z.int() }),
    z.strictObject({ kind: z.literal('points_and_cash'), pointsPrice: z.int(), cashFen: z.int() }),
  ]),
  strikePriceFen: z.int().nullable(),
  saleFrom: isoTime.nullable(),
  saleUntil: isoTime.nullable(),
  rules: z.string().nullable(),
  description: z.string().nullable(),
  arrivalDays: z.int().nullable(),
  /** The images the commodity was added with; purchased stock has none. */
  coverUrl: z.string().optional(),
  detailUrl: z.string().optional(),
  takenDown: takenDownSchema,
});

export function renderListing({ coverName, detailName, mayBeShown, ...listing }: ListingRow) {
  const { takenDownAt, takenDownReason, ...row } = listing;
  const mayComeOnline = mayBeShown && takenDownAt === null;
  const allowed = allowedCommands(listingMachine, row.state);
  return {
    ...row,
    takenDown: renderTakenDown({ takenDownAt, takenDownReason }),
    ...(coverName === null ? {} : { coverUrl: imageUrl(coverName) }),
    ...(detailName === null ? {} : { detailUrl: imageUrl(detailName) }),
    saleFrom: isoOrNull(row.saleFrom),
    saleUntil: isoOrNull(row.saleUntil),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    // rule: shown-only-with-what-stands-behind
    actions: allowed.filter((command) => command !== 'bring-online' || mayComeOnline),
  };
}

export async function renderListingById(trx: Trx, id: string) {
  const row = await anyListingById(trx, id);
  if (row === undefined) throw new Error(`listing ${id} vanished`);
  return renderListing(row);
}

/** Sub-stock under its own id, which is also `subStockId`: what POST /listings asks for. */
export const candidateSchema = z.strictObject({
  ...resourceShape,
  subStockId: z.string(),
  mallId: z.string(),
  commodityId: z.string(),
  name: z.string(),
  source: z.enum(commoditySources),
  category: z.enum(commodityCategories),
  priceFen: z.int(),
  redemptionNote: z.string(),
  left: z.int(),
  expiresAt: isoTime.nullable(),
  validFrom: isoTime.nullable(),
  validUntil: isoTime.nullable(),
});

export function renderCandidate(row: CandidateRow) {
  return {
    ...row,
    subStockId: row.id,
    state: 'online',
    expiresAt: isoOrNull(row.expiresAt),
    validFrom: isoOrNull(row.validFrom),
    validUntil: isoOrNull(row.validUntil),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: [],
  };
}

/** `reason` stands there exactly when it is not redeemable. */
export const shelfItemSchema = listingSchema.omit({ takenDown: true }).extend({
  redemptionNote: z.string(),
  redeemable: z.boolean(),
  reason: z.enum(redemptionRefusals).optional(),
});

export function renderShelfItem(row: ShelfRow) {
  const { at, left, subStockState, validFrom, validUntil, commodityExpiresAt, availablePoints, ...listing } = row;
  const reason = redemptionRefusal({
    at,
    listing: { ...listing, pointsPrice: listing.exchange.pointsPrice },
    subStock: { state: subStockState, left, validFrom, validUntil },
    commodityExpiresAt,
    limitReached: { daily: false, member: false },
    availablePoints,
  });
  // What is taken down is not on a shelf.
  const { takenDown: _, ...shown } = renderListing(listing);
  return {
    ...shown,
    redemptionNote: row.redemptionNote,
    actions: [],
    redeemable: reason === null,
    ...(reason === null ? {} : { reason }),
  };
}
