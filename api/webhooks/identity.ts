import type { ScanReport } from '../../domain/ports/identity-scan';
import { NotificationRefused } from '../../domain/ports/payment-channel';
import { DomainError } from '../../domain/shared/errors';
import { takeInScan } from '../../db/seller/scan-reports';
import type { RawBody } from '../http/raw-body';
import { rawRoute, type AnyRoute, type Call } from '../http/route';

const limitBytes = 65_536;
const channel = 'identity';

/**
 * How a scan ended, as the partner tells: raw bytes → signature → one row per event → 204. Nothing else is waited for,
 * least of all the engine; while the database is away it is told to come again (5xx).
 */
const scans = rawRoute({
  method: 'post',
  path: '/webhooks/identity/scans',
  summary: 'The identity partner tells how a scan ended; signed over the raw bytes',
  tag: 'webhooks',
  access: 'open',
  idempotency: 'none',
  raw: { contentTypes: ['application/json'], limitBytes },
  answers: { 204: null },
  handle: async (call) => {
    const { services, body } = call;
    await takeInScan(services.db, believed(call, body));
    services.notifications.inc({ channel, outcome: 'accepted' });
    return { status: 204 };
  },
});

/** @throws DomainError NOTIFICATION_REFUSED, which changes nothing */
function believed({ services, request }: Call<RawBody, undefined, undefined>, body: RawBody): ScanReport {
  try {
    if (services.outside.identity === undefined) throw new NotificationRefused('serial');
    return services.outside.identity.verifyNotification(request.headers, body.bytes);
  } catch (error) {
    if (!(error instanceof NotificationRefused)) throw error;
    services.notifications.inc({ channel, outcome: error.fault });
    services.log.warn({ fault: error.fault }, 'a scan report was refused');
    throw new DomainError('NOTIFICATION_REFUSED');
  }
}

export const identityWebhookRoutes: readonly AnyRoute[] = [scans];
