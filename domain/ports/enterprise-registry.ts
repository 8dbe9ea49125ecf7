/**
 * The public register of enterprises, as somebody who has a copy of it tells. It says whether what a company says of
 * itself agrees, never what it ought to have said. A copy may lag: a new company is not found in it for days ("新注册企业
 * 3–7 天后重试"), so `found: false` is a reason to ask again later, not to refuse.
 */
export interface EnterpriseRegistry {
  /**
   * Asking changes nothing, at most it costs a fee.
   * @throws ProviderError
   */
  check(question: RegistryQuestion): Promise<RegistryAnswer>;
}

export interface RegistryQuestion {
  /** As on the licence. */
  readonly name: string;
  /** 统一社会信用代码: 18 characters, check digit right. */
  readonly code: string;
  /** Personal data; asked for when the seller was identified by that person. */
  readonly legalRepresentative?: string;
}

/**
 * `operating`: `active` 在营/存续, `revoked` 吊销, `cancelled` 注销, `other` anything else (moved away, suspended, being
 * wound up, or a word we do not know): a person looks.
 */
export const operatingStates = ['active', 'revoked', 'cancelled', 'other'] as const;
export type OperatingState = (typeof operatingStates)[number];

export type RegistryAnswer =
  | { readonly found: false }
  | {
      readonly found: true;
      readonly name: 'same' | 'different';
      readonly legalRepresentative: 'same' | 'different' | 'not_asked';
      readonly operating: OperatingState;
    };
