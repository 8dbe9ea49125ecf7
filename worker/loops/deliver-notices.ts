import { noticeText } from '../../domain/notice/texts';
import type { Messages, OutgoingMessage } from '../../domain/ports/messages';
import { ProviderError } from '../../domain/ports/provider-error';
import type { Vault } from '../../domain/ports/vault';
import { sealedAbout } from '../../domain/shared/sealed-about';
import type { Db } from '../../db/connection';
import { markNotSent, markSent, sendAgain, takeDueDeliveries, type DueDelivery } from '../../db/notice/deliveries';
import { eachAtOnce } from './each-at-once';

export interface DeliveryParts {
  readonly db: Db;
  /** Undefined where nobody delivers for us: notices stay in the product, and say so. */
  readonly messages: Messages | undefined;
  readonly vault: Vault;
  readonly policy: DeliveryPolicy;
}

export interface DeliveryPolicy {
  /** Longer than one call may take. */
  readonly leaseMs: number;
  /** Before the second try; doubled with each further one. */
  readonly againMs: number;
  readonly longestAgainMs: number;
  /** What could not be sent for so long is old news. */
  readonly giveUpAfterMs: number;
}

const batch = 50;

/**
 * Sends what accounts are told by mail and SMS. It is a loop of its own: no case waits for it, however slow or dead the
 * provider is. A message goes out at least once, and the provider knows by its id what it has taken already.
 */
export function deliverNotices(parts: DeliveryParts) {
  return async (): Promise<void> => {
    for (let more = true; more;) {
      const due = await takeDueDeliveries(parts.db, { limit: batch, leaseMs: parts.policy.leaseMs });
      await eachAtOnce(due, (delivery) => deliver(parts, delivery));
      more = due.length === batch;
    }
  };
}

async function deliver({ db, messages, vault, policy }: DeliveryParts, delivery: DueDelivery): Promise<void> {
  // rule: without-provider-told-in-the-product
  if (messages === undefined) return markNotSent(db, delivery, 'no_provider');
  // rule: without-address-told-in-the-product
  if (delivery.address === null) return markNotSent(db, delivery, 'no_address');
  try {
    const to = vault.open(sealedAbout('accounts', columns[delivery.channel], delivery.accountId), delivery.address);
    await messages.send(messageOf(delivery, to));
    await markSent(db, delivery);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // rule: refused-messages-are-not-repeated
    if (error.kind === 'refused') return markNotSent(db, delivery, 'refused');
    // rule: old-news-is-not-sent
    if (delivery.ageMs >= policy.giveUpAfterMs) return markNotSent(db, delivery, 'too_late');
    await sendAgain(db, delivery, error.kind, pause(policy, delivery.attempts));
  }
}

const columns = { sms: 'mobile', mail: 'email' } as const;

/** In both languages: an account has none of its own. The id is the same however often it is handed over. */
function messageOf({ noticeId, channel, kind, params }: DueDelivery, to: string): OutgoingMessage {
  const [zh, en] = [noticeText({ kind, params }, 'zh-CN'), noticeText({ kind, params }, 'en')];
  return { id: `${noticeId}-${channel}`, channel, to, subject: zh.subject, text: `${zh.text}\n${en.text}` };
}

function pause({ againMs, longestAgainMs }: DeliveryPolicy, attempts: number): number {
  return Math.min(longestAgainMs, againMs * 2 ** Math.min(attempts - 1, 20));
}
