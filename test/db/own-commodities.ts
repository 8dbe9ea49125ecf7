import { importCodes } from '../../db/stock/code-repository';
import { rows } from '../../db/connection';
import { payFromBalance } from '../../db/purchase/repository';
import { newId } from '../../db/new-id';
import { KeyedVault } from '../../db/secrets/keyed-vault';
import {
  completeDraft,
  discardDraft,
  openDraft,
  remindOrExpireDraft,
  reviseDraft,
  type CommoditySnapshot,
  type Revision,
} from '../../db/stock/draft-repository';
import { commodityById } from '../../db/stock/queries';
import type { FirstStep, SecondStep } from '../../domain/stock/steps';
import { firstStep, uploadedImages, type OwnImages } from '../support/commodities';
import { furnish, type Furnished } from './furnished';

export const day = 86_400_000;

export const vault = new KeyedVault([{ id: 'k1', key: Buffer.alloc(32, 1) }]);

/** A furnished database whose manager adds commodities through the repositories. */
export async function ownCommodities() {
  const base = await furnish();
  const by = { actor: base.managerId, requestId: 'request-1' };
  const images = await uploadedImages({ database: base }, { enterpriseId: base.enterpriseId, accountId: by.actor });
  return { ...base, ...deeds(base, images), images, by };
}

function deeds(base: Furnished, images: OwnImages) {
  const by = { actor: base.managerId, requestId: 'request-1' };
  const clock = { actor: 'system', requestId: null };
  const { inTrx } = base;
  const open = (changes: Partial<FirstStep> = {}, options: Partial<DraftOptions> = {}) => {
    const { commodityId, ...kept }: DraftOptions = { ...defaults(), ...options };
    const workflowId = `commodity-add:${commodityId}`;
    const opening = { commodityId, workflowId, enterpriseId: base.enterpriseId, by, ...kept };
    return inTrx((trx) => openDraft(trx, { ...opening, firstStep: firstStep(images, changes) }));
  };
  const complete = (commodityId: string, step: Partial<SecondStep> = {}, commandId: string | null = null) =>
    inTrx((trx) => completeDraft(trx, { commodityId, commandId, by, secondStep: { ...second, ...step } }));
  const draft = async (changes: Partial<FirstStep> = {}, options: Partial<DraftOptions> = {}): Promise<string> => {
    const commodityId = newId('commodity');
    await open(changes, { commodityId, ...options });
    return commodityId;
  };
  const withCodes = (commodityId: string, ...texts: string[]) =>
    inTrx((trx) => importCodes(trx, { commodityId, vault, by, codes: numbered(texts) }));
  return {
    open,
    draft,
    complete,
    withCodes,
    stocked: async (total: number, changes: Partial<FirstStep> = {}): Promise<string> => {
      const commodityId = await draft(changes);
      await complete(commodityId, { totalStock: total });
      return commodityId;
    },
    revise: (commodityId: string, changes: Revision) => inTrx((trx) => reviseDraft(trx, { commodityId, changes, by })),
    discard: (commodityId: string, commandId: string | null = null): Promise<CommoditySnapshot> =>
      inTrx((trx) => discardDraft(trx, { commodityId, commandId, by })),
    tick: (commodityId: string) =>
      inTrx((trx) => remindOrExpireDraft(trx, { commodityId, commandId: null, by: clock })),
    read: async (id: string) => (await commodityById(base.db, base.enterpriseId, id))!,
    movements: (id: string) =>
      rows<{ kind: string; quantity: number }>(
        base.db,
        'select kind, quantity from stock_movements where commodity_id = :id order by id',
        { id },
      ),
    audited: async (id: string) => {
      const found = await rows<{ action: string }>(
        base.db,
        'select action from audit_log where subject_id = :id order by id',
        { id },
      );
      return found.map(({ action }) => action);
    },
    /** Bought and stocked; needs money on the balance. */
    purchased: async (quantity: number): Promise<string> => {
      const purchaseId = await base.place({ quantity });
      const pay = { purchaseId, commandId: null, by, detailOpenForMs: day };
      await inTrx((trx) => payFromBalance(trx, pay));
      const [row] = await rows<{ id: string }>(base.db, 'select id from commodities where purchase_id = :purchaseId', {
        purchaseId,
      });
      return row!.id;
    },
  };
}

export const second: SecondStep = { totalStock: 10, expiresAt: null, platforms: [], tags: [], remark: null };

export function numbered(texts: readonly string[]) {
  return texts.map((text, at) => ({ line: at + 1, text }));
}

interface DraftOptions {
  readonly commodityId: string;
  readonly draftKeptMs: number;
  readonly remindBeforeMs: number;
}

function defaults(): DraftOptions {
  return { commodityId: newId('commodity'), draftKeptMs: 7 * day, remindBeforeMs: day };
}
