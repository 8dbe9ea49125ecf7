import type { IncomingHttpHeaders } from 'node:http';
import { NotificationRefused } from '../../domain/ports/payment-channel';
import { DomainError } from '../../domain/shared/errors';
import type { Answer } from '../http/answers';
import type { RawBody } from '../http/raw-body';
import { rawRoute, type AnyRoute } from '../http/route';
import type { Services } from '../services';

/** Notifications are a few kilobytes. */
const limitBytes = 65_536;

/** What an outside party tells us at an address of ours. */
export interface Told<R> {
  readonly path: string;
  readonly summary: string;
  /** Who tells, in metrics. */
  readonly channel: string;
  /** Signature and decryption. @throws NotificationRefused */
  readonly believe: (services: Services, headers: IncomingHttpHeaders, bytes: Buffer) => R;
  /** Writes it down, one row per event; whatever it means is done later, by a loop. */
  readonly takeIn: (services: Services, report: R) => Promise<unknown>;
}

/**
 * Raw bytes → signature → one row per event → 204. Nothing else is waited for, least of all the engine: the other side
 * gives a few seconds and counts only the status. While the database is away it is told to come again (5xx), and does.
 */
export function notified<R>(told: Told<R>): AnyRoute {
  const take = async (services: Services, headers: IncomingHttpHeaders, { bytes }: RawBody): Promise<Answer> => {
    await told.takeIn(services, believed(told, services, headers, bytes));
    services.notifications.inc({ channel: told.channel, outcome: 'accepted' });
    return { status: 204 };
  };
  return rawRoute({
    ...{ method: 'post', path: told.path, summary: told.summary },
    ...{ tag: 'webhooks', access: 'open', idempotency: 'none' },
    raw: { contentTypes: ['application/json'], limitBytes },
    refuses: [401],
    answers: { 204: null },
    take,
    handle: ({ services, request, body }) => take(services, request.headers, body),
  });
}

/** @throws DomainError NOTIFICATION_REFUSED, which changes nothing */
function believed<R>(
  { believe, channel }: Told<R>,
  services: Services,
  headers: IncomingHttpHeaders,
  bytes: Buffer,
): R {
  try {
    return believe(services, headers, bytes);
  } catch (error) {
    if (!(error instanceof NotificationRefused)) throw error;
    services.notifications.inc({ channel, outcome: error.fault });
    // rule: refused-notifications-alarm-but-probes
    if (error.fault !== 'probe') services.log.warn({ channel, fault: error.fault }, 'a notification was refused');
    throw new DomainError('NOTIFICATION_REFUSED');
  }
}

/** Without the party configured no signature is known. */
export function configured<P>(party: P | undefined): P {
  if (party === undefined) throw new NotificationRefused('serial');
  return party;
}
