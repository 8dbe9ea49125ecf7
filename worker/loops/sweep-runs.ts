import { openCasesAfter } from '../../db/case/repository';
import { isRunning } from '../../temporal/run-health';
import { resumeCase } from '../../runs/resume-case';
import { eachByItself, type WatchdogParts } from './watchdog';

/** Few enough to be unnoticed by the engine; ten thousand idle cases are looked at within the hour. */
const batch = 50;

/**
 * Looks for a run of every open case, a few at a time and round and round: the watchdog sees only cases that somebody
 * asked for or that are overdue, and after a loss of the engine's state most are neither. Where one is missing more will
 * be, so the round goes on until a batch is whole, or all have been seen: runs that end at once must not keep it busy.
 */
export function sweepRuns(parts: Pick<WatchdogParts, 'db' | 'gateway' | 'temporal' | 'log' | 'settings'>) {
  const { db, gateway, temporal, log, settings } = parts;
  let after = '';
  return async (): Promise<void> => {
    let missing: boolean;
    do {
      const cases = await openCasesAfter(db, { after, limit: batch });
      // Moved on before the work: a case that cannot be helped must not keep the others from their turn.
      after = cases.length < batch ? '' : (cases.at(-1)?.id ?? '');
      missing = false;
      for (const at of cases) {
        await eachByItself(log, at, async () => {
          if (await temporal.withDeadline(Date.now() + 5_000, () => isRunning(temporal, at.workflowId))) return;
          missing = true;
          const outcome = await resumeCase(db, gateway, at, settings);
          if (outcome === 'started') log.warn({ workflowId: at.workflowId }, 'a run was gone and is started again');
        });
      }
    } while (missing && after !== '');
  };
}
