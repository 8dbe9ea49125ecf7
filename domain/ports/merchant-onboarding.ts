import type { MerchantChannel } from '../merchant/states';

/**
 * A channel at which sellers get a merchant ID of their own, below the platform's (开通商户号), told in our words. Whoever
 * implements it speaks the channel's protocol, seals what the channel wants sealed and maps its field names; nobody else
 * knows them.
 *
 * The *request number* is ours: allocated and stored before the channel is asked for the first time, and kept through
 * every resubmission, so that a lost answer or a rejected form never makes a second application.
 */
export interface MerchantOnboarding {
  readonly channel: MerchantChannel;
  /** Whether the licence's picture is to be uploaded before the form is submitted. */
  readonly wantsPictures: boolean;

  /**
   * Gives the channel a picture that a form refers to; the answer is its name there. The same picture twice is safe.
   * @throws ProviderError
   */
  uploadMedia(picture: MerchantPicture): Promise<string>;

  /**
   * Submits the form under its request number. Under a number that was rejected it takes the place of the rejected form;
   * under one that is being reviewed it is refused.
   * @throws ProviderError
   */
  submit(form: MerchantForm): Promise<MerchantSubmitted>;

  /**
   * What the channel says of an application; undefined when it knows nothing under this number.
   * @throws ProviderError
   */
  query(requestNumber: string): Promise<MerchantReport | undefined>;
}

export interface MerchantPicture {
  readonly name: string;
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** One form for every channel (domain.md §2.5: both must carry the same data). All of it is personal data or close to it. */
export interface MerchantForm {
  readonly requestNumber: string;
  /** The seller's own id at us: the page of its shop is found by it. */
  readonly sellerId: string;
  /** As registered, and its 统一社会信用代码. */
  readonly enterpriseName: string;
  readonly enterpriseCode: string;
  readonly shortName: string;
  readonly servicePhone: string;
  readonly legalRepresentative: { readonly name: string; readonly idNumber: string };
  readonly administrator: {
    readonly name: string;
    readonly idNumber: string;
    readonly mobile: string;
    readonly email: string;
  };
  /** The corporate account: its name is the enterprise's. */
  readonly account: {
    readonly number: string;
    readonly bankName: string;
    readonly branchName: string;
    readonly location: string;
  };
  /** From {@link MerchantOnboarding.uploadMedia}; null where the channel wants no pictures. */
  readonly licenceMediaId: string | null;
}

export type MerchantSubmitted =
  | { readonly kind: 'accepted'; readonly providerId: string }
  /** The channel found faults at once, before any review. */
  | { readonly kind: 'rejected'; readonly reasons: readonly MerchantReason[] }
  /** Something under this number is under way or done already: query. */
  | { readonly kind: 'already_there' };

/** What a channel finds wrong, at our form's field. */
export interface MerchantReason {
  /** JSON Pointer into our form; empty when it is about no single field of it. */
  readonly path: string;
  /** The channel's name of what is wrong. */
  readonly field: string;
  /** The channel's own words. */
  readonly reason: string;
}

/**
 * `checking`: the data are being checked. `verify_account`: the corporate account has to be verified by a remittance.
 * `auditing`: under review. `to_sign`: the contract waits for the seller's signature. `opened`: the merchant ID may take
 * money. `frozen`: it may not, until the channel says otherwise.
 */
export const merchantStandings = [
  'checking',
  'verify_account',
  'auditing',
  'rejected',
  'to_sign',
  'opened',
  'frozen',
] as const;
export type MerchantStanding = (typeof merchantStandings)[number];

export interface MerchantReport {
  /** Kept as text: it is longer than a number can be. */
  readonly providerId: string;
  readonly standing: MerchantStanding;
  /** Only while the account is to be verified. */
  readonly verification: AccountVerification | null;
  /** Where the seller signs; a channel may show it while it still reviews. */
  readonly signUrl: string | null;
  readonly merchantId: string | null;
  /** Only when rejected. */
  readonly reasons: readonly MerchantReason[];
}

/** The remittance by which the seller proves that the corporate account is its own. */
export interface AccountVerification {
  readonly amountFen: number;
  readonly payeeName: string;
  readonly payeeAccount: string;
  readonly payeeBank: string;
  readonly remark: string;
  readonly deadline: Date;
}
