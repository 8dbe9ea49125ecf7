import { takeInScan } from '../../db/seller/scan-reports';
import type { AnyRoute } from '../http/route';
import { configured, notified } from './notified';

/** How a scan ended, as the partner tells. */
const scans = notified({
  path: '/webhooks/identity/scans',
  summary: 'The identity partner tells how a scan ended; signed over the raw bytes',
  channel: 'identity',
  believe: ({ outside }, headers, bytes) => configured(outside.identity).verifyNotification(headers, bytes),
  takeIn: ({ db }, report) => takeInScan(db, report),
});

export const identityWebhookRoutes: readonly AnyRoute[] = [scans];
