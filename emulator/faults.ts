import { randomUUID } from 'node:crypto';

/** Each part of the outside world, and the calls a fault can be limited to. */
const placesByTarget = {
  wechat_pay: [
    'create',
    'query',
    'close',
    'refund',
    'query_refund',
    'bill',
    'bill_file',
    'certificates',
    'notification',
  ],
  registry: ['registry_check'],
  bank: ['transfer_send', 'transfer_query'],
  identity: ['scan_begin', 'scan_query', 'scan_notification'],
  messages: ['message_send'],
  merchant: ['merchant_media', 'merchant_submit', 'merchant_query', 'tenpay_submit', 'tenpay_query'],
} as const;

export type Target = keyof typeof placesByTarget;
export type Place = (typeof placesByTarget)[Target][number];

export const targets = Object.keys(placesByTarget) as [Target, ...Target[]];
export const places = Object.values(placesByTarget).flat() as [Place, ...Place[]];

const isNotification = (place: Place): boolean => place.endsWith('notification');
const calls = places.filter((place) => !isNotification(place));
/** Where WeChat Pay is spoken. */
const wechat: readonly Place[] = [...placesByTarget.wechat_pay, 'merchant_media', 'merchant_submit', 'merchant_query'];
/** Where signed JSON of our own is spoken. */
const signedJson: readonly Place[] = [...placesByTarget.bank, ...placesByTarget.identity, ...placesByTarget.messages];
const signed: readonly Place[] = [...wechat, ...signedJson];

/** Every kind and where it can happen. */
const placesOf = {
  /** Done and written, then the connection is cut instead of an answer. */
  drop_answer: calls,
  /** Not done; told to come again, in the words of whoever is asked. */
  '429': calls,
  /** Not done; a fault of theirs. */
  '500': calls,
  /** Done, and a fault of theirs all the same. */
  '500_after': calls,
  /** Done, the answer comes `delayMs` late. */
  slow: calls,
  /** Signed, but something else. The registry signs nothing: it takes our signature for a wrong one. */
  wrong_signature: places,
  /** A wrong signature that begins as the channel's own tests begin. */
  probe: wechat,
  /** Validly signed for a moment `seconds` away. */
  old_timestamp: signed,
  /** Signed, then a byte is changed. */
  tampered_body: signed,
  /** Signed under the name of a key nobody knows. */
  unknown_serial: wechat,
  /** Signed by the key of certificate mode. */
  certificate_serial: wechat,
  /** No signature headers at all. */
  unsigned_answer: signed,
  /** The event is never notified. */
  no_notification: places.filter(isNotification),
  /** Validly signed, and the amount (of the order, or of the refund) is one fen more. */
  wrong_amount: ['notification', 'query', 'query_refund'],
  /** Validly signed, and for another merchant. */
  wrong_merchant: ['notification', 'query', 'query_refund'],
  /** Closing answers FREQUENCY_LIMITED, and the payer, who was paying, has paid `delayMs` later. */
  close_while_paying: ['close'],
  /** 403: the merchant's account at the channel does not cover the refund. */
  not_enough: ['refund'],
  /** The refund or transfer is accepted and stays in processing until the controls settle it. */
  keep_processing: ['refund', 'transfer_send'],
  /** The refund is accepted and ends as REFUND.ABNORMAL. */
  refund_abnormal: ['refund'],
  /** The refund is accepted and ends as REFUND.CLOSED. */
  refund_closed: ['refund'],
  /** The transfer is accepted, and never arrives. */
  transfer_failed: ['transfer_send'],
  /** The register's copy does not have the enterprise yet. */
  not_found: ['registry_check'],
} as const satisfies Readonly<Record<string, readonly Place[]>>;

export type FaultKind = keyof typeof placesOf;
export const faultKinds = Object.keys(placesOf) as FaultKind[];

export interface FaultOrder {
  readonly target: Target;
  readonly kind: FaultKind;
  readonly times: number;
  /** Everywhere at the target where it can happen, when absent. */
  readonly on?: Place | undefined;
  readonly delayMs: number;
  readonly seconds: number;
  /** Of 1: how likely it happens at each chance. */
  readonly rate: number;
  readonly seed: number;
}

export interface Fault extends FaultOrder {
  readonly id: string;
  left: number;
  readonly chance: () => number;
}

/** Whether it can happen at all: at this target, and on this call of it if one is named. */
export function isPossible({ target, kind, on }: Pick<FaultOrder, 'target' | 'kind' | 'on'>): boolean {
  return placesByTarget[target].some((place) => (on === undefined || on === place) && canHappen(kind, place));
}

const canHappen = (kind: FaultKind, on: Place): boolean => (placesOf[kind] as readonly Place[]).includes(on);
const isAt = (target: Target, place: Place): boolean => (placesByTarget[target] as readonly Place[]).includes(place);

/** The faults that were asked for and have not all happened yet; oldest first. They are forgotten by a restart. */
export class Faults {
  private faults: Fault[] = [];

  add(order: FaultOrder): Fault {
    const fault: Fault = { ...order, id: randomUUID(), left: order.times, chance: dice(order.seed) };
    this.faults.push(fault);
    return fault;
  }

  all(): readonly Fault[] {
    return this.faults;
  }

  remove(matches: (fault: Fault) => boolean): void {
    this.faults = this.faults.filter((fault) => !matches(fault));
  }

  /** The next fault of these kinds that happens here, if any; it then has happened once more. */
  take(place: Place, kinds: readonly FaultKind[]): Fault | undefined {
    for (const fault of this.faults) {
      if (!isAt(fault.target, place) || !kinds.includes(fault.kind) || !canHappen(fault.kind, place)) continue;
      if (fault.on !== undefined && fault.on !== place) continue;
      if (fault.rate < 1 && fault.chance() >= fault.rate) continue;
      fault.left -= 1;
      if (fault.left <= 0) this.remove((other) => other === fault);
      return fault;
    }
    return undefined;
  }
}

/** The same seed throws the same dice (mulberry32). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
