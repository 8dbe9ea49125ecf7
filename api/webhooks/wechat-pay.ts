import type { AnyRoute } from '../http/route';
import { configured, notified } from './notified';

/** What WeChat Pay tells us, and encrypts: the row is written by the inbox, which gathers what comes at once. */
function notifications(kind: 'payments' | 'refunds'): AnyRoute {
  return notified({
    path: `/webhooks/wechat-pay/${kind}`,
    summary: `WeChat Pay tells about ${kind}; signed over the raw bytes`,
    channel: 'wechat_pay',
    believe: (services, headers, bytes) => configured(services.channel).verifyNotification(headers, bytes),
    takeIn: ({ inbox }, report) => inbox.add(report),
  });
}

export const webhookRoutes: readonly AnyRoute[] = [notifications('payments'), notifications('refunds')];
