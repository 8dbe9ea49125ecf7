import {
  NotificationRefused,
  type ChannelReport,
  type NotificationFault,
  type RawHeaders,
} from '../../../domain/ports/payment-channel';
import type { z } from 'zod';
import type { PlatformKeys } from '../../wechat-pay/platform-keys';
import { jsonOf } from '../../wechat-pay/json';
import { unseal } from './sealing';
import { notice, paymentOf, refundNotice, refundOf, trade, type Own } from './shapes';

export interface NotificationReader {
  readonly own: Own;
  readonly keys: PlatformKeys;
  /** 32 bytes. */
  readonly apiV3Key: Uint8Array;
  readonly now: () => number;
}

/**
 * First who says it (the signature over the bytes as they came), then what is sealed in it, then what it means.
 * @throws NotificationRefused, and nothing else, whatever is sent
 */
export function readNotification(reader: NotificationReader, headers: RawHeaders, rawBody: Uint8Array): ChannelReport {
  const verdict = reader.keys.judge(signatureHeaders(headers), rawBody, reader.now());
  // rule: wechat-pay-notifications-are-authentic
  if (verdict !== 'authentic') throw new NotificationRefused(verdict);
  const { event_type: eventType, resource } = parsedAs(notice, rawBody);
  const sealed = {
    ciphertext: resource.ciphertext,
    nonce: resource.nonce,
    associatedData: resource.associated_data,
  };
  const opened = orRefused('sealed', () => unseal(sealed, reader.apiV3Key));
  return reportOf(eventType, opened, reader.own);
}

/**
 * The channel numbers its messages anew when it says a thing again, so an event is known by what it is about: one
 * transaction succeeds once, one refund reaches each end once.
 */
function reportOf(eventType: string, opened: Uint8Array, own: Own): ChannelReport {
  if (eventType.startsWith('TRANSACTION.')) {
    const payment = paymentOf(parsedAs(trade, opened), own);
    if (payment.transactionId === null) throw new NotificationRefused('shape');
    return { eventId: `${eventType}:${payment.transactionId}`, eventType, about: 'payment', payment };
  }
  if (eventType.startsWith('REFUND.')) {
    const refund = refundOf(parsedAs(refundNotice, opened), own);
    return { eventId: `${eventType}:${refund.refundId}`, eventType, about: 'refund', refund };
  }
  throw new NotificationRefused('shape');
}

const theirs = /^wechatpay-/i;

function signatureHeaders(headers: RawHeaders) {
  const found = new Map<string, readonly string[]>();
  for (const [key, value] of Object.entries(headers)) {
    if (value === undefined || !theirs.test(key)) continue;
    const name = key.toLowerCase();
    found.set(name, [...(found.get(name) ?? []), ...(typeof value === 'string' ? [value] : value)]);
  }
  return {
    timestamp: single(found.get('wechatpay-timestamp')),
    nonce: single(found.get('wechatpay-nonce')),
    serial: single(found.get('wechatpay-serial')),
    signature: single(found.get('wechatpay-signature')),
  };
}

/** A header given twice could be read differently by whoever stands before us. */
function single(values: readonly string[] = []): string {
  const [value] = values;
  if (value === undefined || value === '' || values.length > 1) throw new NotificationRefused('headers');
  return value;
}

function parsedAs<S extends z.ZodType>(schema: S, bytes: Uint8Array): z.output<S> {
  const body: unknown = orRefused('shape', () => jsonOf(bytes));
  const result = schema.safeParse(body);
  if (!result.success) throw new NotificationRefused('shape');
  return result.data;
}

function orRefused<T>(fault: NotificationFault, attempt: () => T): T {
  try {
    return attempt();
  } catch {
    throw new NotificationRefused(fault);
  }
}
