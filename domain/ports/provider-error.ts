/**
 * Why a call to an outside party brought nothing. `away`: no answer in time, so what was asked may or may not have
 * happened. `busy`: it cannot now (too many calls, a fault on its side, our account or keys not accepted), and the
 * question is not at fault. Both pass, some only after an operator has read the log: ask again with the same reference.
 * `refused`: it said no and would say so again. `untrusted`: the answer is not provably its own or makes no
 * sense, and counts as none; a person must look.
 */
export const providerErrorKinds = ['away', 'busy', 'refused', 'untrusted'] as const;
export type ProviderErrorKind = (typeof providerErrorKinds)[number];

/**
 * The one error of the ports `EnterpriseRegistry`, `CorporateTransfers`, `IdentityScan`, `Messages` and
 * `MerchantOnboarding`. It carries no body, header, name, number or address: it may be logged and may stand in a
 * history.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';

  constructor(
    readonly kind: ProviderErrorKind,
    /** The outside party's own code (letters, digits, dots and underscores), or what went wrong on the way, e.g. TIMEOUT. */
    readonly code: string,
  ) {
    super(`${kind}: ${code}`);
  }
}
