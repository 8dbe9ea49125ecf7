import type { RawHeaders } from './payment-channel';

/**
 * Somebody who looks a legal person in the face (法定代表人扫码认证: "即时"): we hand over who it should be, they give an
 * address to scan, and tell by a signed notification how it ended. Notifications may come twice, late or never, so
 * `query` is the truth.
 */
export interface IdentityScan {
  /**
   * Begins a scan, or finds the one under this reference.
   * @throws ProviderError; `refused` with TERMS_CHANGED when the reference was used for somebody else
   */
  begin(order: ScanOrder): Promise<{ readonly scanUrl: string }>;

  /**
   * `unknown`: nothing was begun under this reference (yet). A scan that nobody has finished stays `pending`.
   * @throws ProviderError
   */
  query(reference: string): Promise<ScanState | 'unknown'>;

  /**
   * What a notification says, once it is certain who says it: signature over the raw bytes, then shape. Its time must
   * be within 300 s of ours.
   * @throws NotificationRefused (of payment-channel.ts), and nothing else, whatever is sent
   */
  verifyNotification(headers: RawHeaders, rawBody: Uint8Array): ScanReport;
}

/** Everything but the reference is personal or sensitive. */
export interface ScanOrder {
  /** Ours, stored before the first call: 1 to 64 characters of `0-9 a-z A-Z _ -`. */
  readonly reference: string;
  readonly enterpriseName: string;
  /** 统一社会信用代码. */
  readonly code: string;
  /** The legal representative's. */
  readonly name: string;
  /** Of the identity card, 15 or 18 characters. */
  readonly idNumber: string;
}

export const scanStates = ['pending', 'passed', 'failed'] as const;
export type ScanState = (typeof scanStates)[number];

export interface ScanReport {
  /** The same for every repetition of one event. */
  readonly eventId: string;
  readonly reference: string;
  readonly outcome: Exclude<ScanState, 'pending'>;
}
