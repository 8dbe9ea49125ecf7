import type { ChangeRow } from '../../db/change/feed';
import { iso } from '../http/times';

/**
 * Parts of an event stream (text/event-stream of the HTML standard). A part without data moves a client's last event id
 * without telling it anything: whoever sees little still comes back with a recent number.
 */
export function changeFrame(row: ChangeRow): string {
  const { type, subjectId, processId } = row;
  const data = JSON.stringify({ type, subjectId, processId, at: iso(row.at) });
  return `id: ${row.seq}\nevent: change\ndata: ${data}\n\n`;
}

/** What the client knows is of no use any more: it asks for what it shows afresh, and goes on from here. */
export function resetFrame(position: number): string {
  return `id: ${position}\nevent: reset\ndata: {}\n\n`;
}

/** Where the client stands, and how long it waits before it comes back. */
export function openingFrame(position: number, retryMs: number): string {
  return `retry: ${retryMs}\nid: ${position}\n\n`;
}

/** Keeps the connection, and moves the client's number where everything up to it was told. */
export function heartbeatFrame(position: number | null): string {
  return position === null ? ':\n\n' : `:\nid: ${position}\n\n`;
}
