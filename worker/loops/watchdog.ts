import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';
import {
  casesToWatch,
  clearStuck,
  markStuck,
  runFailing,
  runMissing,
  type WatchedCase,
} from '../../db/case/repository';
import type { Db } from '../../db/connection';
import type { Gateway } from '../../temporal/gateway';
import { lastWorkflowTaskFailed } from '../../temporal/run-health';
import type { RunSettings } from '../../temporal/starts';
import { resumeCase } from '../../runs/resume-case';

export interface WatchdogParts {
  readonly db: Db;
  readonly gateway: Gateway;
  readonly temporal: Client;
  readonly log: Logger;
  readonly settings: RunSettings;
  /** How late a case must be before its run is looked for. */
  readonly overdueByMs: number;
}

/**
 * No open case without a run: looks after cases that the gateway found without one, or that are overdue although a
 * timer should have moved them. A missing run is started again from facts; a failing one is shown to people.
 */
export async function watchCases(parts: WatchdogParts): Promise<void> {
  for (const at of await casesToWatch(parts.db, { overdueByMs: parts.overdueByMs, limit: 100 })) {
    await eachByItself(parts.log, at, () => lookAfter(parts, at));
  }
}

/** One case that cannot be helped must not keep the others from their turn. */
export async function eachByItself(log: Logger, at: WatchedCase, work: () => Promise<void>): Promise<void> {
  // rule: one-bad-case-stops-no-round
  await work().catch((error: unknown) =>
    log.warn({ err: error, workflowId: at.workflowId }, 'a case could not be seen to'),
  );
}

async function lookAfter(parts: WatchdogParts, at: WatchedCase): Promise<void> {
  const outcome = await resumeCase(parts.db, parts.gateway, at, parts.settings);
  if (outcome === 'started') parts.log.warn({ workflowId: at.workflowId }, 'a run was gone and is started again');
  if (outcome === 'running') await diagnose(parts, at);
  else await clearStuck(parts.db, at.workflowId);
}

async function diagnose(parts: WatchdogParts, at: WatchedCase): Promise<void> {
  const { temporal, db } = parts;
  const failing = await temporal.withDeadline(Date.now() + 5_000, () =>
    lastWorkflowTaskFailed(temporal, at.workflowId),
  );
  if (failing) await markStuck(db, at.workflowId, runFailing);
  else if (at.stuckCode === runMissing || at.stuckCode === runFailing) await clearStuck(db, at.workflowId);
}
