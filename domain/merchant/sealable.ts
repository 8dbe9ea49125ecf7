import type { Fault } from '../shared/errors';
import { utf8Bytes } from '../shared/utf8';
import type { MerchantFormInput } from './schemas';

/** What RSAES-OAEP with SHA-1 takes under a key of 2048 bits. */
const mostBytes = 214;

export function isSealable(text: string): boolean {
  // rule: sealed-fields-have-bounds
  return text !== '' && utf8Bytes(text) <= mostBytes;
}

/** The fields of the form that a channel wants sealed and that cannot be: nobody is asked with them. */
export function unsealableFields({ legalRepresentative, administrator }: MerchantFormInput): Fault[] {
  const sealed: readonly (readonly [string, string])[] = [
    ['/form/legalRepresentative/name', legalRepresentative.name],
    ['/form/administrator/name', administrator.name],
    ['/form/administrator/email', administrator.email],
  ];
  return sealed
    .filter(([, text]) => !isSealable(text))
    .map(([path]) => ({ path, code: 'FIELD_NOT_SEALABLE', message: 'must have 1 to 214 bytes' }));
}
