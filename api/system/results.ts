import type { Language } from '../../domain/shared/errors';
import { isId, type IdKind } from '../../domain/shared/ids';
import type { Db } from '../../db/connection';
import { renderCommodityById } from '../commodity/render';
import { renderPurchaseById } from '../purchase/render';
import { renderAllocationById } from '../stock-allocation/render';

type RenderById = (db: Db, enterpriseId: string, id: string, language: Language) => Promise<unknown>;

/** How the resource of a slow command is shown. A kind of resource whose commands runs carry out adds its line. */
const renderers: Readonly<Partial<Record<IdKind, RenderById>>> = {
  allocation: renderAllocationById,
  commodity: renderCommodityById,
  purchase: renderPurchaseById,
};

/** The resource of this id as its rows say now. */
export async function renderResult(
  db: Db,
  enterpriseId: string,
  resourceId: string,
  language: Language,
): Promise<unknown> {
  const found = Object.entries(renderers).find(([kind]) => isId(kind as IdKind, resourceId));
  if (found === undefined) throw new Error(`nobody knows how to show ${resourceId}`);
  const [, render] = found;
  return render(db, enterpriseId, resourceId, language);
}
