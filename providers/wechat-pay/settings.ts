import type { ChannelErrorKind } from '../../domain/ports/payment-channel';

/** What a merchant of WeChat Pay has been given, as text; the configuration reads it from variables and files. */
export interface WechatPaySettings {
  readonly mchid: string;
  readonly appid: string;
  /** Serial number of the merchant's certificate, in hex. */
  readonly merchantSerial: string;
  /** The merchant's RSA private key, PEM. */
  readonly merchantKey: string;
  /** 32 bytes; opens what is sealed in notifications. */
  readonly apiV3Key: string;
  /**
   * Keys the channel signs with: `PUB_KEY_ID_…` with a public key, or the serial number of a certificate with that
   * certificate, PEM. At least one. The first is named in our requests, all of them verify.
   */
  readonly platformKeys: readonly PlatformKey[];
  /** Origin of the channel's endpoint, no path. */
  readonly baseUrl: string;
  /** Public base of our own API, without a slash at its end. */
  readonly notifyBaseUrl: string;
}

export interface PlatformKey {
  readonly id: string;
  readonly pem: string;
}

/** What may be counted and logged of a call: nothing that was said in it. */
export interface CallNote {
  readonly operation: Operation;
  readonly outcome: 'ok' | ChannelErrorKind;
  /** Milliseconds, with its repetition. */
  readonly ms: number;
}

export type Operation =
  | 'create'
  | 'query'
  | 'close'
  | 'refund'
  | 'query_refund'
  | 'bill'
  | 'bill_download'
  | 'upload_media'
  | 'submit_merchant'
  | 'query_merchant';

/** What is around the adapter, and what tests put in its place. */
export interface WechatPaySurroundings {
  readonly onCall?: (note: CallNote) => void;
  /** Milliseconds since 1970, as `Date.now`. */
  readonly now?: () => number;
  /**
   * A call must be over after so many milliseconds, its repetition and the reading of its body included. Below what a
   * step of a workflow may take, so that the step hears of it. Downloads of bills have ten times as long.
   */
  readonly deadlineMs?: number;
  /** Before a call that failed is repeated, in milliseconds. */
  readonly pauseMs?: number;
}
