import { setTimeout as pause } from 'node:timers/promises';
import { recordAudit } from '../../db/case/repository';
import { keepWitness, whileComparing, witnessed } from '../../db/case/witness';
import type { Trx } from '../../db/connection';
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
  const { db, gateway, graceMs } = parts;
  let writtenAt = 0;
  return async (): Promise<boolean> => {
    const back = await whileComparing(db, gateway.queue, async (trx) => {
      const { note, kept, lastEvent } = await bothNotes(parts, trx);
      const store = whichWentBack({ note, kept, lastEvent });
      if (store !== null) await alarm(parts, trx, { store, note, kept, lastEvent });
      else if (lastEvent !== note && Date.now() >= writtenAt + graceMs) {
        await writeBoth(parts, trx, lastEvent);
        writtenAt = Date.now();
      }
      return store;
    });
    if (back === null) return false;
    // The notes stay apart until every run was told: where one could not be, the next round begins again.
    await tellEveryRun(parts);
    await whileComparing(db, gateway.queue, async (trx) =>
      writeBoth(parts, trx, (await bothNotes(parts, trx)).lastEvent),
    );
    return true;
  };
}

async function bothNotes({ temporal, gateway }: WatchdogParts, trx: Trx) {
  const note = await temporal.withDeadline(Date.now() + 5_000, () => readWitness(temporal, gateway.queue));
  return { note, ...(await witnessed(trx, gateway.queue)) };
}

/** The engine's first: a crash in between leaves it ahead of what is kept, never behind. */
async function writeBoth({ temporal, gateway }: WatchdogParts, trx: Trx, lastEvent: number): Promise<void> {
  await temporal.withDeadline(Date.now() + 5_000, () => writeWitness(temporal, gateway.queue, lastEvent));
  await keepWitness(trx, gateway.queue, lastEvent);
}

async function alarm(
  { log, gateway }: WatchdogParts,
  trx: Trx,
  found: {
    readonly store: string;
    readonly note: number | null;
    readonly kept: number | null;
    readonly lastEvent: number;
  },
): Promise<void> {
  log.error(found, 'a store was restored from before: every run is told');
  const by = { actor: systemActor, requestId: null, reason: found.store };
  await recordAudit(trx, { action: 'installation.restored', subjectId: gateway.queue, enterpriseId: null, by });
}

/** @throws Error where a run could not be told */
async function tellEveryRun({ temporal, gateway }: WatchdogParts): Promise<void> {
  const ids = [...(await runningRuns(temporal, gateway.queue)).keys()];
  const untold: string[] = [];
  for (let from = 0; from < ids.length; from += toldPerSecond) {
    if (from > 0) await pause(1_000);
    await eachAtOnce(ids.slice(from, from + toldPerSecond), async (workflowId) => {
      if (!(await gateway.reload(workflowId))) untold.push(workflowId);
    });
  }
  // rule: every-run-is-told-of-a-restore
  if (untold.length > 0) throw new Error(`${untold.length} runs could not be told that a store was restored`);
}
