import { isFinal } from '../../domain/shared/state-machine';
import { listingMachine, listingRefusal, type ListingState } from '../../domain/mall/listing-states';
import { accountsInRole } from '../account/queries';
import { recordAudit } from '../case/repository';
import type { By } from '../case/record-transition';
import { recordChange } from '../change/outbox';
import { firstRow, rows, run, type Trx } from '../connection';
import { tellTakenDown } from '../market/take-downs';
import { newId } from '../new-id';
import { addNotice } from '../notice/repository';

/**
 * An operator takes a listing off its mall's shelf; it cannot be brought back before its manager has changed it.
 * Nothing happens where it is taken down already.
 *
 * @throws DomainError WRONG_STATE when it is void
 */
export async function takeDownListing(
  trx: Trx,
  { id, by }: { readonly id: string; readonly by: By & { readonly reason: string } },
): Promise<void> {
  const listing = await firstRow<{ enterpriseId: string; state: ListingState; takenDownAt: Date | null }>(
    trx,
    `select enterprise_id as "enterpriseId", state, taken_down_at as "takenDownAt"
       from listings where id = :id for update`,
    { id },
  );
  if (listing === undefined) throw new Error(`no listing ${id}`);
  const { enterpriseId, state, takenDownAt } = listing;
  // rule: void-listing-is-not-taken-down
  if (isFinal(listingMachine, state)) throw listingRefusal(state);
  // rule: listing-taken-down-once
  if (takenDownAt !== null) return;
  await run(
    trx,
    `update listings set state = 'offline', taken_down_at = now(), taken_down_by = :actor,
                         taken_down_reason = :reason, updated_at = now() where id = :id`,
    { id, actor: by.actor, reason: by.reason },
  );
  await recordAudit(trx, { action: 'listing.take_down', subjectId: id, enterpriseId, by });
  await recordChange(trx, { type: 'listing.take_down', subjectId: id, enterpriseId });
  await tellTakenDown(trx, { kind: 'listing', subjectId: id, accountIds: await managersOf(trx, enterpriseId) });
}

async function managersOf(trx: Trx, enterpriseId: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    trx,
    `select id from accounts where enterprise_id = :enterpriseId and 'mall_manager' = any(roles) order by id`,
    { enterpriseId },
  );
  return found.map(({ id }) => id);
}

/** It was changed: it may be shown again, and operators look at it anew. */
export async function answerTakeDown(trx: Trx, id: string): Promise<void> {
  await run(
    trx,
    `update listings set taken_down_at = null, taken_down_by = null, taken_down_reason = null where id = :id`,
    { id },
  );
  for (const accountId of await accountsInRole(trx, 'operator'))
    await addNotice(trx, {
      ...{ accountId, kind: 'listing_resubmitted', subjectId: id, params: {} },
      once: `listing_resubmitted:${newId('notice')}`,
    });
}
