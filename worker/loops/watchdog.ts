import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import { mayStartByItself, type LostWhy } from '../../domain/case/lost';
import { lostCasesToStart, markLost, timesLost } from '../../db/case/lost';
import {
  casesToWatch,
  clearStuck,
  markStuck,
  runFailing,
  runMissing,
  type FoundCase,
  type WatchedCase,
} from '../../db/case/repository';
import type { Gateway } from '../../temporal/gateway';
import { lastWorkflowTaskFailed, runStanding } from '../../temporal/run-health';
import type { RunSettings } from '../../temporal/starts';
import { resumeCase } from '../../runs/resume-case';
import { Alarm, type AlarmParts } from './alarm';
import { eachAtOnce } from './each-at-once';

export interface WatchdogParts extends AlarmParts {
  readonly gateway: Gateway;
  readonly temporal: Client;
  readonly settings: RunSettings;
  /** How late a case must be before its run is looked for. */
  readonly overdueByMs: number;
  /**
   * How long a lost case is left to be seen before its run is started again. A case that was opened less than twice as
   * long ago may be about to get its first run.
   */
  readonly graceMs: number;
}

/** Lost cases that are started again in one go. */
const atOnce = 200;

/**
 * No open case without a run: looks after cases that the gateway found without one, or that are overdue although a
 * timer should have moved them, and starts the runs of lost cases again when their time has come. A failing run is shown
 * to people.
 */
export async function watchCases(parts: WatchdogParts): Promise<void> {
  const alarm = new Alarm(parts);
  for (const at of await casesToWatch(parts.db, { overdueByMs: parts.overdueByMs, limit: 100 })) {
    await eachByItself(parts.log, at, () => lookAfter(parts, at, alarm));
  }
  await alarm.tell();
  let started: number;
  do {
    started = 0;
    const lost = await lostCasesToStart(parts.db, { graceMs: parts.graceMs, limit: atOnce });
    await eachAtOnce(lost, async (at) => {
      await eachByItself(parts.log, at, async () => {
        if (await startByItself(parts, at, at.lostWhy ?? 'missing')) started += 1;
      });
    });
    // More than one go could take: the rest need not wait for the next round.
  } while (started === atOnce);
}

/** One case that cannot be helped must not keep the others from their turn. False where it could not be. */
export async function eachByItself(log: Logger, at: WatchedCase, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    // rule: one-bad-case-stops-no-round
    log.warn({ err: error, workflowId: at.workflowId }, 'a case could not be seen to');
    return false;
  }
}

/**
 * Asks the engine for the run of a case. One that has none is lost, and started again later; at once where a caller
 * waits for it, or where the engine knows of none and the case is so young that it may never have had one.
 */
export async function lookAfter(parts: WatchdogParts, at: FoundCase, alarm: Alarm): Promise<void> {
  const { db, temporal } = parts;
  const ask = () => temporal.withDeadline(Date.now() + 5_000, () => runStanding(temporal, at.workflowId));
  const standing = await ask();
  if (standing === 'running') {
    // rule: lost-and-there-is-found
    if (at.state === 'lost') await resumeCase(db, parts.gateway, at, parts.settings);
    else await diagnose(parts, at);
    return;
  }
  // rule: young-cases-are-not-lost
  const neverHadOne = standing === 'missing' && at.openedAt.getTime() > Date.now() - 2 * parts.graceMs;
  if (at.state === 'open' && !neverHadOne) {
    const why = await markLost(db, at.workflowId, ask);
    if (why === undefined) return;
    alarm.raise(at, why);
  }
  // What took it away first counts: a run that failed may have been ended by hand since.
  const why = at.state === 'lost' && at.lostWhy !== null ? at.lostWhy : standing;
  // rule: waited-for-runs-start-at-once
  if (at.stuckCode === runMissing) await startByItself(parts, at, why);
  else if (neverHadOne && at.state === 'open') await start(parts, at);
}

/** False where it must wait for a person, or where there was nothing to start. */
async function startByItself(parts: WatchdogParts, at: WatchedCase, why: LostWhy): Promise<boolean> {
  if (!mayStartByItself(why, await timesLost(parts.db, at.workflowId))) return false;
  return start(parts, at);
}

async function start(parts: WatchdogParts, at: WatchedCase): Promise<boolean> {
  const outcome = await resumeCase(parts.db, parts.gateway, at, parts.settings);
  if (outcome === 'started') parts.log.warn({ workflowId: at.workflowId }, 'a run was gone and is started again');
  if (at.stuckCode !== null && outcome !== 'running') await clearStuck(parts.db, at.workflowId);
  return outcome === 'started';
}

async function diagnose(parts: WatchdogParts, at: WatchedCase): Promise<void> {
  const { temporal, db } = parts;
  const failing = await temporal.withDeadline(Date.now() + 5_000, () =>
    lastWorkflowTaskFailed(temporal, at.workflowId),
  );
  if (failing) await markStuck(db, at.workflowId, runFailing);
  else if (at.stuckCode === runMissing || at.stuckCode === runFailing) await clearStuck(db, at.workflowId);
}
