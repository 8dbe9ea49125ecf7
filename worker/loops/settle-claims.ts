import { unconfirmedClaims } from '../../db/command/queries';
import { recordEffect, recordLapse, recordRefusal } from '../../db/command/repository';
import type { Db } from '../../db/connection';
import type { Gateway } from '../../temporal/gateway';
import { outcomeOfClaim } from '../../temporal/runs-of-claim';

/** Long enough that no request still holds the claim. */
const restMs = 60_000;

/**
 * Finds out what became of commands whose callers never asked again, so that "unconfirmed" counts only what is really
 * unknown. A claim the engine has never heard of can no longer take effect: it lapses, and a retry makes a new one.
 */
export async function settleClaims(db: Db, gateway: Gateway): Promise<void> {
  for (const claim of await unconfirmedClaims(db, { overForMs: restMs, limit: 100 })) {
    const delivery = await outcomeOfClaim(gateway, claim, 2_000);
    if (delivery.kind === 'done') await db.transaction((trx) => recordEffect(trx, claim.id));
    if (delivery.kind === 'refused') await recordRefusal(db, claim, delivery);
    if (delivery.kind === 'no_run') await recordLapse(db, claim);
  }
}
