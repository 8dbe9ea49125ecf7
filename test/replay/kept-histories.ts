import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/* eslint-disable @typescript-eslint/no-explicit-any -- a history is read by member */
export interface KeptEvent {
  readonly type: string;
  readonly attributes: any;
  readonly failure: any;
}
/* eslint-enable @typescript-eslint/no-explicit-any */

export interface KeptHistory {
  readonly name: string;
  readonly workflowId: string;
  readonly text: string;
  /** As the SDK wants it for replay. */
  readonly json: unknown;
  readonly events: readonly KeptEvent[];
  /** The edges of its table the case walked while the run lived, as its rows told; absent in the oldest files. */
  readonly walked: readonly string[] | undefined;
}

const folder = join(__dirname, 'histories');

/** What `npm run record:histories` recorded. */
export function keptHistories(): KeptHistory[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const text = readFileSync(join(folder, file), 'utf8');
      const { walked, ...json } = JSON.parse(text) as { walked?: string[]; events: Record<string, unknown>[] };
      const events = json.events.map(readEvent);
      const workflowId = String(events[0]?.attributes.workflowId);
      return { name: basename(file, '.json'), workflowId, text, json, events, walked };
    });
}

function readEvent(event: Record<string, unknown>): KeptEvent {
  const member = Object.keys(event).find((key) => key.endsWith('EventAttributes'));
  const type = String(event['eventType']).replace('EVENT_TYPE_', '');
  const attributes = member === undefined ? {} : event[member];
  return { type, attributes, failure: event['failure'] };
}

/** A step of the run as its history tells it. */
export interface KeptStep {
  readonly activity: string;
  /** A local activity. */
  readonly quick: boolean;
  /** Where it left the case; null when it failed, or told nothing of it. */
  readonly state: string | null;
  /** Commands accepted by then and not answered yet: a step without one was the clock's or the run's own. */
  readonly commands: readonly string[];
}

export function stepsOf({ events }: KeptHistory): KeptStep[] {
  const accepted = new Map<string, string>();
  const scheduled = new Map<string, string>();
  const steps: KeptStep[] = [];
  const ended = (activity: string, quick: boolean, result: unknown): void => {
    const told = result === undefined ? null : (payloadOf(result) as { state?: string } | null);
    steps.push({ activity, quick, state: told?.state ?? null, commands: [...accepted.values()] });
  };
  events.forEach(({ type, attributes }, index) => {
    if (type === 'WORKFLOW_EXECUTION_UPDATE_ACCEPTED')
      accepted.set(attributes.protocolInstanceId, attributes.acceptedRequest.input.name);
    if (type === 'WORKFLOW_EXECUTION_UPDATE_COMPLETED') accepted.delete(attributes.meta.updateId);
    if (type === 'MARKER_RECORDED' && attributes.markerName === 'core_local_activity')
      ended(
        (payloadOf(attributes.details.data) as { activity_type: string }).activity_type,
        true,
        attributes.details.result,
      );
    // Event ids count from 1.
    if (type === 'ACTIVITY_TASK_SCHEDULED') scheduled.set(String(index + 1), attributes.activityType.name);
    if (type === 'ACTIVITY_TASK_COMPLETED')
      ended(scheduled.get(attributes.scheduledEventId) ?? '', false, attributes.result);
  });
  return steps;
}

/** The one JSON payload of an argument or result; null where nothing is told. */
function payloadOf(payloads: unknown): unknown {
  const [payload] = (payloads as { payloads: { data?: string }[] }).payloads;
  return payload?.data === undefined ? null : JSON.parse(Buffer.from(payload.data, 'base64').toString('utf8'));
}

/** Every payload in a part of a history, decoded: arguments, results, details, search attributes. */
export function payloadsIn(node: unknown): unknown[] {
  if (node === null || typeof node !== 'object') return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'data' && typeof value === 'string'
      ? [JSON.parse(Buffer.from(value, 'base64').toString('utf8'))]
      : payloadsIn(value),
  );
}
