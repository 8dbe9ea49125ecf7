import { z } from 'zod';
import { onlookerOf } from '../../domain/change/onlooker';
import { DomainError } from '../../domain/shared/errors';
import { route, type AnyRoute } from '../http/route';
import { textFilter } from '../http/lists';

const events = route({
  method: 'get',
  path: '/v1/events',
  summary: 'What changes, as it does: `event: change` with `{type,subjectId,processId,at}`, resumed by Last-Event-ID',
  tag: 'events',
  access: 'signed_in',
  idempotency: 'none',
  headers: { 'Last-Event-ID': 'The number of the last change that came: the stream goes on behind it' },
  // Of clients that cannot send the header; it wins, since a browser that comes back sends it.
  query: z.strictObject({ lastEventId: textFilter.optional() }),
  answers: { 200: null },
  produces: ['text/event-stream'],
  handle: ({ services: { changes }, request, principal, sessionId, query }) => {
    // rule: streams-are-bounded
    if (changes.isFull) throw new DomainError('TOO_MANY_REQUESTS');
    if (changes.isStopped) throw new DomainError('TRY_AGAIN');
    const header = request.get('Last-Event-ID');
    // Empty, it is that of a client that was told no number yet.
    // rule: empty-number-is-none
    const lastEventId = (header === '' ? undefined : header) ?? query.lastEventId ?? null;
    return Promise.resolve({
      status: 200,
      headers: {
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Cache-Control': 'no-store, no-transform',
        // A proxy that gathers answers would hold changes back.
        'X-Accel-Buffering': 'no',
      },
      stream: (response) => changes.open({ response, onlooker: onlookerOf(principal), sessionId }, lastEventId),
    });
  },
});

export const eventRoutes: readonly AnyRoute[] = [events];
