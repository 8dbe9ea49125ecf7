import { whileOpenAndLocked, type WatchedCase } from '../db/case/repository';
import type { Db } from '../db/connection';
import { purchaseOrigin } from '../db/purchase/queries';
import type { CaseStart, Gateway } from '../temporal/gateway';
import { purchaseStart } from '../temporal/starts';
import type { PurchasePolicy } from '../workflows/purchase/contract';

export interface ResumeSettings {
  readonly purchasePolicy: PurchasePolicy;
  readonly workflowTaskTimeoutMs: number;
}

/** `started`: the run was gone and is there again; `running`: it was there; `closed`: the case is over. */
export type Resumed = 'started' | 'running' | 'closed';

/**
 * Starts the run of an open case again from its rows. Every workflow begins with "open or load", so the new run goes on
 * from the state the rows are in; nothing is done twice.
 */
export async function resumeCase(
  db: Db,
  gateway: Gateway,
  at: WatchedCase,
  settings: ResumeSettings,
): Promise<Resumed> {
  const start = await startFromFacts(db, at, settings);
  let started = false;
  const open = await whileOpenAndLocked(db, at.workflowId, async () => {
    started = await gateway.resume(start);
  });
  if (!open) return 'closed';
  return started ? 'started' : 'running';
}

async function startFromFacts(db: Db, at: WatchedCase, settings: ResumeSettings): Promise<CaseStart> {
  switch (at.kind) {
    case 'purchase': {
      const origin = await purchaseOrigin(db, at.subjectId);
      if (origin === undefined) throw new Error(`no purchase ${at.subjectId}`);
      const { placedBy, ...order } = origin;
      const nobodysCommand = { accountId: placedBy, commandId: null, requestId: null };
      return purchaseStart({ ...order, ...nobodysCommand, policy: settings.purchasePolicy }, settings);
    }
  }
}
