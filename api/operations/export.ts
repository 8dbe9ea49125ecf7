import { z } from 'zod';
import { recordAudit } from '../../db/case/repository';
import { caseById } from '../../db/case/queries';
import { exportCase } from '../../db/case/export';
import { runHistory, type RunHistory } from '../../temporal/run-health';
import { timelineText } from '../../domain/case/wording';
import { route, type AnyRoute } from '../http/route';
import { iso } from '../http/times';
import type { Services } from '../services';

/** Enough for any case; of one that went on for years the newest. */
const eventsOfRun = 2_000;

const exporting = route({
  method: 'get',
  path: '/v1/processes/:id/export',
  summary: 'The whole case as one file: what happened, who did it and why, and its run; ids alone, nothing sealed',
  tag: 'operators',
  access: ['operator'],
  idempotency: 'none',
  query: z.strictObject({}),
  find: ({ services, params }) => caseById(services.db, params['id'] ?? ''),
  answers: { 200: z.looseObject({ exportedAt: z.iso.datetime(), by: z.string() }) },
  handle: async ({ services, principal, requestId, target }) => {
    const run = await runOf(services, target.workflowId);
    const { accountId: by } = principal;
    // One moment for all of it.
    const stored = await services.db.transaction(
      async (trx) => {
        await recordAudit(trx, {
          ...{ action: 'process.export', subjectId: target.id, enterpriseId: null },
          by: { actor: by, requestId },
        });
        return exportCase(trx, target.id);
      },
      { isolationLevel: 'repeatable read' },
    );
    const { timeline, ...rest } = stored;
    const told = timeline.map(({ actorName, toName, ...event }) => ({
      ...event,
      text: {
        zh: timelineText({ kind: target.kind, ...event, actorName, toName, reason: null }, 'zh-CN'),
        en: timelineText({ kind: target.kind, ...event, actorName, toName, reason: null }, 'en'),
      },
    }));
    const body = { exportedAt: iso(new Date()), by, ...rest, timeline: told, run };
    return {
      status: 200,
      body,
      headers: {
        'Content-Disposition': `attachment; filename="${target.id}.json"`,
        'Cache-Control': 'no-store',
      },
    };
  },
});

/** The run is a courtesy: without the engine the rest is whole. */
async function runOf({ temporal, log }: Services, workflowId: string): Promise<RunHistory | 'unavailable'> {
  try {
    return await temporal.withDeadline(Date.now() + 5_000, () => runHistory(temporal, workflowId, eventsOfRun));
  } catch (error) {
    log.warn({ err: error, workflowId }, 'no history of a run');
    return 'unavailable';
  }
}

export const exportRoutes: readonly AnyRoute[] = [exporting];
