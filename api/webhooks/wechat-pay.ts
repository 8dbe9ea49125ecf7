import { NotificationRefused, type ChannelReport, type PaymentChannel } from '../../domain/ports/payment-channel';
import { DomainError } from '../../domain/shared/errors';
import type { RawBody } from '../http/raw-body';
import { rawRoute, type AnyRoute, type Call } from '../http/route';
import type { Services } from '../services';

/** Notifications are a few kilobytes. */
const limitBytes = 65_536;
const channel = 'wechat_pay';

/**
 * What WeChat Pay tells us: raw bytes → signature → decryption → one row per event → 204. Nothing else is waited for, least
 * of all the engine: the channel gives five seconds and counts only the status. While the database is away it is told to
 * come again (5xx), and does.
 */
function notifications(kind: 'payments' | 'refunds'): AnyRoute {
  return rawRoute({
    method: 'post',
    path: `/webhooks/wechat-pay/${kind}`,
    summary: `WeChat Pay tells about ${kind}; signed over the raw bytes`,
    tag: 'webhooks',
    access: 'open',
    idempotency: 'none',
    raw: { contentTypes: ['application/json'], limitBytes },
    answers: { 204: null },
    handle: async (call) => {
      const { services, body } = call;
      const report = believed(call, body);
      await services.inbox.add(report);
      services.notifications.inc({ channel, outcome: 'accepted' });
      return { status: 204 };
    },
  });
}

/** @throws DomainError NOTIFICATION_REFUSED, which changes nothing */
function believed({ services, request }: Call<RawBody, undefined, undefined>, body: RawBody): ChannelReport {
  try {
    return channelOf(services).verifyNotification(request.headers, body.bytes);
  } catch (error) {
    if (!(error instanceof NotificationRefused)) throw error;
    services.notifications.inc({ channel, outcome: error.fault });
    // rule: refused-notifications-alarm-but-probes
    if (error.fault !== 'probe') services.log.warn({ fault: error.fault }, 'a notification was refused');
    throw new DomainError('NOTIFICATION_REFUSED');
  }
}

/** Without a channel no signature is known. */
function channelOf(services: Services): PaymentChannel {
  if (services.channel === undefined) throw new NotificationRefused('serial');
  return services.channel;
}

export const webhookRoutes: readonly AnyRoute[] = [notifications('payments'), notifications('refunds')];
