import { setTimeout as pause } from 'node:timers/promises';
import { recordAudit } from '../../db/case/repository';
import { keepWitness, witnessed } from '../../db/case/witness';
import { whichWentBack } from '../../domain/case/lost';
import { systemActor } from '../../domain/case/states';
import { runningRuns } from '../../temporal/running';
import { readWitness, writeWitness } from '../../temporal/witness';
import { eachAtOnce } from './each-at-once';
import type { WatchdogParts } from './watchdog';

/** Each costs a worker a look at its rows. */
const toldPerSecond = 50;

/**
 * Rows and runs vouch for each other: the engine keeps a note of how far the rows had come, and the database of what the
 * note said. Where the two fall apart one of them was restored from before; then every run is told to look at its rows,
 * which are the truth also where they went back. Runs that are missing or of no case are found by the comparison.
 *
 * @returns a round; true when a store was found restored
 */
export function lookForRestored(parts: WatchdogParts) {
  const { db, temporal, gateway, log, graceMs } = parts;
  let writtenAt = 0;
  return async (): Promise<boolean> => {
    const note = await temporal.withDeadline(Date.now() + 5_000, () => readWitness(temporal, gateway.queue));
    const { kept, lastEvent } = await witnessed(db, gateway.queue);
    const back = whichWentBack({ note, kept, lastEvent });
    if (back !== null) {
      log.error({ store: back, note, kept, lastEvent }, 'a store was restored from before: every run is told');
      const by = { actor: systemActor, requestId: null, reason: back };
      await db.transaction((trx) =>
        recordAudit(trx, { action: 'installation.restored', subjectId: gateway.queue, enterpriseId: null, by }),
      );
      await tellEveryRun(parts);
    }
    if (back === null && (lastEvent === note || Date.now() < writtenAt + graceMs)) return false;
    // The engine's first: a crash in between leaves it ahead of what is kept, never behind.
    await temporal.withDeadline(Date.now() + 5_000, () => writeWitness(temporal, gateway.queue, lastEvent));
    await keepWitness(db, gateway.queue, lastEvent);
    writtenAt = Date.now();
    return back !== null;
  };
}

async function tellEveryRun({ temporal, gateway }: WatchdogParts): Promise<void> {
  const ids = [...(await runningRuns(temporal, gateway.queue)).keys()];
  for (let from = 0; from < ids.length; from += toldPerSecond) {
    if (from > 0) await pause(1_000);
    await eachAtOnce(ids.slice(from, from + toldPerSecond), async (workflowId) => {
      await gateway.reload(workflowId);
    });
  }
}
