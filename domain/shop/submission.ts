import { draftMachine, type DraftState } from '../market/draft-states';
import { allowedCommands } from '../shared/state-machine';
import { introductionDiffers, restDiffers, type ShopBody, type ShopDraft } from './schemas';

/** What decides what becomes of a draft that is handed in. */
export interface Submitted {
  readonly draft: ShopDraft;
  readonly draftVersion: number;
  /** The draft that was rejected last, if none was written since that another look is worth. */
  readonly rejectedVersion: number | null;
  readonly published: ShopBody | null;
  readonly takenDown: boolean;
}

/**
 * "Two review paths" (domain.md §2.6): a change of 店铺介绍 is reviewed, and with it whatever was never published or was
 * taken down; a change of anything else is checked automatically and published at once.
 */
type ShopPath = 'review' | 'publish' | 'unchanged';

export function pathOf(shop: Submitted): ShopPath {
  const { draft, published } = shop;
  const isRejected = shop.rejectedVersion === shop.draftVersion;
  // rule: rejected-shop-is-edited-first
  const path = isRejected ? 'unchanged' : 'review';
  // rule: new-shops-are-reviewed
  if (published === null) return path;
  // rule: taken-down-shops-are-reviewed
  if (shop.takenDown) return path;
  // What was rejected of a published shop is its introduction: the rest is free to change.
  // rule: introductions-are-reviewed
  if (!isRejected && introductionDiffers(draft, published)) return path;
  // rule: unchanged-shops-are-not-handed-in
  return restDiffers(draft, published) ? 'publish' : 'unchanged';
}

/** What is published without a reviewer: the introduction as it stands, and the rest of the draft. */
export function publishedWithRest(published: ShopBody, draft: ShopBody): ShopBody {
  // rule: automatic-path-leaves-the-introduction
  const { service, hotProductIds } = draft;
  return { ...published, service, hotProductIds };
}

/** What its seller may do now, as named in the URL. */
export function shopActions(shop: Submitted & { readonly draftState: DraftState }): string[] {
  const unchanged = pathOf(shop) === 'unchanged';
  const commands = allowedCommands(draftMachine, shop.draftState).filter((act) => act !== 'submit' || !unchanged);
  return commands.includes('edit') && canBeReset(shop) ? [...commands, 'reset'] : commands;
}

/** 重置草稿: there is something published to begin from again, and the draft is another. */
export function canBeReset({ draft, published }: Submitted): boolean {
  return published !== null && (introductionDiffers(draft, published) || restDiffers(draft, published));
}
