import { z } from 'zod';
import { scanStates, type IdentityScan, type ScanReport, type ScanState } from '../../domain/ports/identity-scan';
import { NotificationRefused, type RawHeaders } from '../../domain/ports/payment-channel';
import type { Surroundings } from '../http/caller';
import { jsonOf } from '../http/json';
import { parsed } from '../http/parsed';
import { SignedJson, type SignedJsonSettings } from '../signed-json/client';
import { faultIn, signedHeaders } from '../signed-json/signing';

export interface IdentitySettings extends SignedJsonSettings {
  /** Public base of our own API, without a slash at its end; without it nobody is asked to tell us. */
  readonly notifyBaseUrl: string | undefined;
}

const scan = z.object({ scanUrl: z.url({ protocol: /^https?$/ }).max(2_000) });
const answer = z.object({ state: z.enum(scanStates) });
const notification = z.object({
  type: z.enum(['scan.passed', 'scan.failed']),
  data: z.object({ reference: z.string().regex(/^[0-9A-Za-z_-]{1,64}$/) }),
});
const outcomes = { 'scan.passed': 'passed', 'scan.failed': 'failed' } as const;

/** Scans of legal representatives, by signed JSON: `POST /scans`, `POST /scans/query`, and notifications. */
export function createIdentityScan(settings: IdentitySettings, around: Surroundings = {}): IdentityScan {
  const party = new SignedJson('identity', settings, around);
  const { notifyBaseUrl } = settings;
  const where = notifyBaseUrl === undefined ? {} : { notifyUrl: `${notifyBaseUrl}/webhooks/identity/scans` };
  return {
    begin: ({ reference, enterpriseName, code, name, idNumber }) =>
      party.ask({
        path: '/scans',
        body: { reference, enterpriseName, code, name, idNumber, ...where },
        read: (body) => parsed(scan, body),
      }),
    query: (reference) =>
      party.ask<ScanState | 'unknown'>({
        path: '/scans/query',
        body: { reference },
        read: (body) => parsed(answer, body).state,
        meanings: new Map([['UNKNOWN', 'unknown']]),
      }),
    verifyNotification: (headers, rawBody) => reportIn(party, headers, rawBody),
  };
}

/** First who says it, over the bytes as they came, then what it means. */
function reportIn(party: SignedJson, headers: RawHeaders, rawBody: Uint8Array): ScanReport {
  const signed = signedHeaders((name) => single(headers, name));
  if (signed === undefined) throw new NotificationRefused('headers');
  const fault = faultIn(party.secret, signed, [], rawBody, party.now());
  // rule: scan-notifications-are-authentic
  if (fault !== undefined) throw new NotificationRefused(fault);
  const said = notification.safeParse(jsonOf(rawBody));
  if (!said.success) throw new NotificationRefused('shape');
  const { type, data } = said.data;
  return { eventId: signed.id, reference: data.reference, outcome: outcomes[type] };
}

/** A header given twice could be read differently by whoever stands before us. */
function single(headers: RawHeaders, name: string): string | undefined {
  const values = Object.entries(headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
  return values.length === 1 ? values[0] : undefined;
}
