import type { CorporateTransfers } from './corporate-transfers';
import type { EnterpriseRegistry } from './enterprise-registry';
import type { IdentityScan } from './identity-scan';
import type { Messages } from './messages';

/** The outside parties of a seller's way in. One that is undefined is not configured: what needs it waits. */
export interface Outside {
  readonly registry: EnterpriseRegistry | undefined;
  readonly transfers: CorporateTransfers | undefined;
  readonly identity: IdentityScan | undefined;
  readonly messages: Messages | undefined;
}
