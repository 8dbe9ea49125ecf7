import { z } from 'zod';
import { imageUrl } from '../../domain/image/kinds';
import { commodityActions } from '../../domain/stock/actions';
import {
  commodityCategories,
  commodityMachine,
  commodityPurposes,
  commoditySources,
  commodityStates,
  type CommodityState,
} from '../../domain/stock/states';
import { commodityText, isCommodityDeed, stockedText, type CommodityDeed } from '../../domain/stock/wording';
import { systemActor } from '../../domain/case/states';
import { timelineText } from '../../domain/case/wording';
import type { Language } from '../../domain/shared/errors';
import { processIdOf } from '../../domain/shared/ids';
import { caseEvents } from '../../db/case/queries';
import type { Queryable } from '../../db/connection';
import { commodityById, commodityDeeds, type CommodityRow, type DeedRow } from '../../db/stock/queries';
import { historySchema, resourceShape } from '../http/answers';
import { iso, isoOrNull, isoTime } from '../http/times';

const summaryShape = {
  ...resourceShape,
  state: z.enum(commodityStates),
  source: z.enum(commoditySources),
  purpose: z.enum(commodityPurposes),
  category: z.enum(commodityCategories),
  name: z.string(),
  priceFen: z.int(),
  redemptionNote: z.string(),
  awardTemplateId: z.string().optional(),
  coverImageId: z.string().optional(),
  detailImageId: z.string().optional(),
  coverUrl: z.string().optional(),
  detailUrl: z.string().optional(),
  platforms: z.array(z.string()),
  tags: z.array(z.string()),
  remark: z.string().optional(),
  draftExpiresAt: isoTime.optional(),
  expiresAt: isoTime.nullable(),
  purchaseId: z.string().optional(),
  processId: z.string(),
  stock: z.strictObject({ total: z.int(), allocated: z.int(), held: z.int(), left: z.int() }),
};

export const commoditySummarySchema = z.strictObject(summaryShape);

/** The enterprise stock detail (企业总库存 > 详情). */
export const commoditySchema = z.strictObject({ ...summaryShape, history: historySchema });

export function renderCommoditySummary(row: CommodityRow) {
  const { total, allocated, held } = row;
  return {
    id: row.id,
    state: row.state,
    source: row.source,
    purpose: row.purpose,
    category: row.category,
    name: row.name,
    priceFen: row.priceFen,
    redemptionNote: row.redemptionNote,
    ...present({
      awardTemplateId: row.awardTemplateId,
      coverImageId: row.coverImageId,
      detailImageId: row.detailImageId,
      coverUrl: row.coverName === null ? null : imageUrl(row.coverName),
      detailUrl: row.detailName === null ? null : imageUrl(row.detailName),
      remark: row.remark,
      purchaseId: row.purchaseId,
      // What became of the draft tells of its end.
      draftExpiresAt: row.state === 'draft' ? isoOrNull(row.draftExpiresAt) : null,
    }),
    platforms: row.platforms,
    tags: row.tags,
    expiresAt: isoOrNull(row.expiresAt),
    // Purchased stock was brought in by its purchase's process.
    processId: processIdOf(row.purchaseId ?? row.id),
    stock: { total, allocated, held, left: total - allocated - held },
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
    actions: commodityActions(row),
  };
}

/** Without what is not set. */
function present<T extends Readonly<Record<string, string | null>>>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as Partial<T>;
}

export async function renderCommodity(db: Queryable, row: CommodityRow, language: Language) {
  return { ...renderCommoditySummary(row), history: await historyOf(db, row, language) };
}

/** How it was added, from its case, and what was done to it beside that, each from where the one before left it. */
async function historyOf(db: Queryable, row: CommodityRow, language: Language) {
  const own = row.source === 'own';
  const events = own ? await caseEvents(db, processIdOf(row.id)) : [];
  const deeds = (await commodityDeeds(db, row.id)).filter(isKnown);
  const stocked = {
    ...{ at: row.createdAt, actor: systemActor, text: stockedText(language) },
    ...{ from: null, to: 'online', deed: null },
  };
  const told = [
    // What was bought came in with its payment; its purchase tells the rest.
    ...(own ? [] : [stocked]),
    ...events.map(({ actorName, act, ...event }) => {
      const text = timelineText({ kind: 'commodity_add', act, actorName }, language);
      return { ...event, text, deed: null };
    }),
    ...deeds.map((deed) => ({ at: deed.at, actor: deed.actor, text: commodityText(deed, language), deed: deed.act })),
  ].sort((a, b) => a.at.getTime() - b.at.getTime());
  let state: CommodityState = own ? 'draft' : 'online';
  return told.map((past) => {
    const { at, actor, text, deed } = past;
    const from = deed === null ? past.from : state;
    state = deed === null ? (past.to as CommodityState) : (commodityMachine.transitions[state][deed] ?? state);
    return { at: iso(at), actor, text, from, to: state };
  });
}

function isKnown(row: DeedRow): row is DeedRow & { readonly act: CommodityDeed } {
  return isCommodityDeed(row.act);
}

export async function renderCommodityById(db: Queryable, enterpriseId: string, id: string, language: Language) {
  const row = await commodityById(db, enterpriseId, id);
  if (row === undefined) throw new Error(`commodity ${id} has an effect but no row`);
  return renderCommodity(db, row, language);
}
