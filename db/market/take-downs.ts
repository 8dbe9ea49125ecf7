import type { NoticeParams } from '../../domain/notice/texts';
import type { Trx } from '../connection';
import { newId } from '../new-id';
import { addNotice } from '../notice/repository';

/** What an operator took from buyers' sight, until its owner has changed it. */
export interface TakenDown {
  readonly takenDownAt: Date | null;
  readonly takenDownReason: string | null;
}

/** Of the row that `alias` names; who did it stands in the audit. */
export const takeDownColumns = (alias: string): string =>
  `${alias}.taken_down_at as "takenDownAt", ${alias}.taken_down_reason as "takenDownReason"`;

/** As its owner reads it. */
export function renderTakenDown({ takenDownAt, takenDownReason }: TakenDown) {
  if (takenDownAt === null || takenDownReason === null) return null;
  return { at: takenDownAt.toISOString(), reason: takenDownReason };
}

/** What can be taken down; the owner's notice names it. */
export type TakenDownKind = 'shop' | 'product' | 'listing';

/** The reason stays where its owner reads it: an operator's own words are nothing for mail and SMS. */
export async function tellTakenDown(
  trx: Trx,
  of: { readonly kind: TakenDownKind; readonly subjectId: string; readonly accountIds: readonly string[] },
): Promise<void> {
  const params: NoticeParams = { kind: of.kind };
  for (const accountId of of.accountIds)
    await addNotice(trx, {
      ...{ accountId, kind: 'taken_down', subjectId: of.subjectId, params },
      // It can be taken down again once it was changed.
      once: `taken_down:${newId('notice')}`,
    });
}
