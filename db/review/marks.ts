import type { Vault } from '../../domain/ports/vault';
import { rows, run, type Queryable } from '../connection';

/** By what two sellers may turn out to be one. */
export const markKinds = ['code', 'bank_account', 'phone'] as const;
export type MarkKind = (typeof markKinds)[number];

/** What a mark is sealed about: the kind alone, so that the same value of two sellers looks the same. */
export function marksAbout(kind: string): string {
  return `seller_marks:${kind}`;
}

export interface NewMarks {
  readonly sellerId: string;
  /** The id of what was handed in with them. */
  readonly source: string;
  /** Values as they are normalised for storing. */
  readonly marks: readonly { readonly kind: MarkKind; readonly value: string }[];
}

/** Remembers what a seller handed in; what is known of it already is left alone. */
export async function recordMarks(db: Queryable, vault: Vault, { sellerId, source, marks }: NewMarks): Promise<void> {
  for (const { kind, value } of marks) {
    const about = marksAbout(kind);
    const fingerprints = vault.fingerprints(about, value);
    const { keyId, ciphertext } = vault.seal(about, value);
    // A mark that an older key sealed is the same mark.
    await run(
      db,
      `insert into seller_marks (seller_id, kind, key_id, ciphertext, fingerprint, source)
       select :sellerId, :kind, :keyId, :ciphertext, :fingerprint, :source
        where not exists (select from seller_marks where seller_id = :sellerId and kind = :kind
                                                    and fingerprint = any(:fingerprints::bytea[]))
       on conflict on constraint seller_marks_once do nothing`,
      { sellerId, source, kind, keyId, ciphertext, fingerprint: fingerprints[0], fingerprints },
    );
  }
}

/** Other sellers that handed in the same; which value it was is told to nobody. */
export interface Duplicate {
  readonly kind: MarkKind;
  readonly sellers: readonly { readonly sellerId: string; readonly name: string | null }[];
}

export async function duplicatesOf(db: Queryable, sellerId: string): Promise<readonly Duplicate[]> {
  return rows<Duplicate>(
    db,
    `select alike.kind, jsonb_agg(jsonb_build_object('sellerId', s.id, 'name', s.subject_name) order by s.id) as sellers
       from (select distinct others.kind, others.seller_id
               from seller_marks own
               join seller_marks others on others.kind = own.kind and others.fingerprint = own.fingerprint
              where own.seller_id = :sellerId and others.seller_id <> :sellerId) alike
       join sellers s on s.id = alike.seller_id
      group by alike.kind order by alike.kind`,
    { sellerId },
  );
}
