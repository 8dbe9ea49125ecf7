import { z } from 'zod';
import { lostReasons } from '../../domain/case/lost';
import { caseStates, processKinds, turns } from '../../domain/case/states';
import { titleText } from '../../domain/case/titles';
import { timelineText } from '../../domain/case/wording';
import { possibleCommands } from '../../domain/operations/commands';
import type { Language } from '../../domain/shared/errors';
import { caseEvents, type CaseRow } from '../../db/case/queries';
import type { Queryable } from '../../db/connection';
import { pendingSteps, type PendingStep } from '../../temporal/run-health';
import { historySchema, resourceShape } from '../http/answers';
import { iso, isoOrNull, isoTime } from '../http/times';
import type { Services } from '../services';

const caseShape = {
  ...resourceShape,
  kind: z.enum(processKinds),
  subjectId: z.string(),
  /** Whose case it is: an enterprise's of the points mall, or a seller's. */
  enterpriseId: z.string().nullable(),
  sellerId: z.string().nullable(),
  title: z.string(),
  state: z.enum(caseStates),
  stage: z.string(),
  whoseTurn: z.enum(turns),
  dueAt: isoTime.nullable(),
  overdue: z.boolean(),
  stuck: z.strictObject({ code: z.string(), since: isoTime }).nullable(),
  /** Of a case whose run is gone: why, and since when. */
  lost: z.strictObject({ why: z.enum(lostReasons), since: isoTime }).nullable(),
  openedAt: isoTime,
  closedAt: isoTime.nullable(),
};

const liveSchema = z.strictObject({
  /** False when the engine could not be asked: then `pending` says nothing. */
  available: z.boolean(),
  pending: z.array(
    z.strictObject({
      activity: z.string(),
      attempt: z.int(),
      lastFailure: z.string().nullable(),
      nextRetryAt: isoTime.nullable(),
    }),
  ),
});

export const caseSchema = z.strictObject(caseShape);

/** One case: its timeline in words, and what its run is doing now. */
export const processSchema = z.strictObject({
  ...caseShape,
  timeline: historySchema,
  live: liveSchema,
  /** The page of its run in the Temporal UI, where this installation has one. */
  temporalUrl: z.string().nullable(),
});

export function renderCase(row: CaseRow, language: Language) {
  const { workflowId: _, stuckCode, stuckSince, lostAt, lostWhy, updatedAt, ...rest } = row;
  return {
    ...rest,
    title: titleText(row.title, language),
    dueAt: isoOrNull(row.dueAt),
    overdue: row.state === 'open' && row.dueAt !== null && row.dueAt.getTime() < Date.now(),
    stuck: stuckCode === null ? null : { code: stuckCode, since: iso(stuckSince ?? updatedAt) },
    lost: row.state === 'lost' && lostAt !== null && lostWhy !== null ? { why: lostWhy, since: iso(lostAt) } : null,
    openedAt: iso(row.openedAt),
    closedAt: isoOrNull(row.closedAt),
    createdAt: iso(row.openedAt),
    updatedAt: iso(updatedAt),
    actions: possibleCommands(row),
  };
}

/** What is stored of a case; what its run is doing at the moment is {@link liveDetail}. */
export async function renderProcess(db: Queryable, row: CaseRow, language: Language) {
  const events = await caseEvents(db, row.id);
  const timeline = events.map((event) => ({
    at: iso(event.at),
    actor: event.actor,
    text: timelineText({ kind: row.kind, ...event }, language),
    from: event.from,
    to: event.to,
  }));
  return { ...renderCase(row, language), timeline };
}

interface LiveDetail {
  readonly live: { readonly available: boolean; readonly pending: readonly PendingStep[] };
  readonly temporalUrl: string | null;
}

/** The live detail is a courtesy: without the engine the rows still tell where the case stands. */
export async function liveDetail(services: Services, row: CaseRow): Promise<LiveDetail> {
  const { temporal, settings, log } = services;
  const temporalUrl =
    settings.temporalUiUrl === null
      ? null
      : `${settings.temporalUiUrl}/namespaces/${temporal.options.namespace}/workflows/${encodeURIComponent(row.workflowId)}`;
  if (row.state !== 'open') return { live: { available: true, pending: [] }, temporalUrl };
  try {
    const pending = await temporal.withDeadline(Date.now() + 2_000, () => pendingSteps(temporal, row.workflowId));
    return { live: { available: true, pending }, temporalUrl };
  } catch (error) {
    log.warn({ err: error, processId: row.id }, 'no live detail');
    return { live: { available: false, pending: [] }, temporalUrl };
  }
}
