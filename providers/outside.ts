import type { Outside } from '../domain/ports/outside';
import type { Surroundings } from './http/caller';
import { createIdentityScan, type IdentitySettings } from './identity/signed-json';
import { createMessages } from './messages/signed-json';
import { createTencentOcr, type TencentOcrSettings } from './registry/tencent-ocr';
import type { SignedJsonSettings } from './signed-json/client';
import { createTransfers } from './transfers/signed-json';

/** Of each party what the configuration has read; undefined where it is not configured. */
export interface OutsideSettings {
  readonly registry: TencentOcrSettings | undefined;
  readonly transfers: SignedJsonSettings | undefined;
  readonly identity: IdentitySettings | undefined;
  readonly messages: SignedJsonSettings | undefined;
}

export function createOutside(settings: OutsideSettings, around: Surroundings = {}): Outside {
  const { registry, transfers, identity, messages } = settings;
  return {
    registry: registry && createTencentOcr(registry, around),
    transfers: transfers && createTransfers(transfers, around),
    identity: identity && createIdentityScan(identity, around),
    messages: messages && createMessages(messages, around),
  };
}
