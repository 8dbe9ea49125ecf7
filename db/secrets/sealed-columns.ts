import { codeAbout } from '../../domain/payment/codes';
import { sealedAbout } from '../../domain/shared/sealed-about';
import { marksAbout } from '../review/marks';
import { codesOf } from '../stock/code-repository';

/** Where a sealed text stands, and what it is sealed about: what changing the keys needs to know of it. */
export interface SealedColumn {
  readonly table: string;
  /** The primary key: rows are gone through in its order. */
  readonly id: { readonly column: string; readonly type: 'text' | 'bigint' };
  readonly keyId: string;
  readonly ciphertext: string;
  /** What the text is sealed about, from the value of a column of its row. */
  readonly about: { readonly column: string; readonly of: (value: string) => string };
  /** The keyed fingerprint beside it, of the same text about the same thing. */
  readonly fingerprint?: string;
}

/** The usual shape: `mobile` stands in `mobile_key_id` and `mobile_ciphertext` of a row with a text `id`. */
function usual(table: string, column: string): SealedColumn {
  return {
    table,
    id: { column: 'id', type: 'text' },
    keyId: `${column}_key_id`,
    ciphertext: `${column}_ciphertext`,
    about: { column: 'id', of: (id) => sealedAbout(table, column, id) },
  };
}

/**
 * Every sealed column there is. A test compares this list with the database: a column of ciphertext that is missing here
 * would be left behind by `rotate-keys`, and lost with the key it was sealed by.
 */
export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'commodity_codes',
    id: { column: 'id', type: 'bigint' },
    keyId: 'key_id',
    ciphertext: 'ciphertext',
    about: { column: 'commodity_id', of: codesOf },
    fingerprint: 'fingerprint',
  },
  {
    table: 'seller_marks',
    id: { column: 'id', type: 'bigint' },
    keyId: 'key_id',
    ciphertext: 'ciphertext',
    about: { column: 'kind', of: marksAbout },
    fingerprint: 'fingerprint',
  },
  {
    table: 'payment_attempts',
    id: { column: 'channel_number', type: 'text' },
    keyId: 'code_key_id',
    ciphertext: 'code_ciphertext',
    about: { column: 'channel_number', of: codeAbout },
  },
  usual('enterprise_verifications', 'details'),
  usual('enterprise_verifications', 'amount'),
  usual('enterprise_verifications', 'scan_url'),
  {
    ...usual('transfer_amount_entries', 'amount'),
    about: { column: 'verification_id', of: (id) => sealedAbout('enterprise_verifications', 'amount', id) },
  },
  usual('company_informations', 'details'),
  usual('accounts', 'mobile'),
  usual('accounts', 'email'),
  usual('merchant_submissions', 'form'),
  usual('merchant_applications', 'sign_url'),
  usual('merchant_applications', 'verification'),
  usual('merchant_amounts', 'amount'),
];
