import type { DocumentType } from '../../domain/document/kinds';
import type { ReviewKind } from '../../domain/review/states';
import { firstRow, rows, type Queryable } from '../connection';

export interface DocumentRow {
  readonly id: string;
  readonly ownerAccountId: string;
  /** The seller the owner became, if any. */
  readonly sellerId: string | null;
  readonly contentType: DocumentType;
  readonly bytes: number;
  readonly sha256: string;
  readonly name: string;
  readonly keyId: string;
  readonly createdAt: Date;
}

const columns = `d.id, d.owner_account_id as "ownerAccountId", s.id as "sellerId", d.content_type as "contentType",
  d.bytes, d.sha256, d.name, d.key_id as "keyId", d.created_at as "createdAt"`;
const source = 'documents d left join sellers s on s.account_id = d.owner_account_id';

export async function documentById(db: Queryable, id: string): Promise<DocumentRow | undefined> {
  return firstRow<DocumentRow>(db, `select ${columns} from ${source} where d.id = :id`, { id });
}

/** Those of the ids that are documents of this account, in no order: what is missing is not theirs to hand in. */
export async function documentsOfAccount(
  db: Queryable,
  accountId: string,
  ids: readonly string[],
): Promise<DocumentRow[]> {
  // rule: documents-of-the-account-only
  return rows<DocumentRow>(
    db,
    `select ${columns} from ${source} where d.owner_account_id = :accountId and d.id = any(:ids::text[])`,
    { accountId, ids },
  );
}

/** Documents that another key than this seals, in the order of their ids. */
export async function documentsOfOlderKeys(
  db: Queryable,
  page: { readonly keyId: string; readonly after: string; readonly limit: number },
): Promise<DocumentRow[]> {
  return rows<DocumentRow>(
    db,
    `select ${columns} from ${source} where d.key_id <> :keyId and d.id > :after order by d.id limit :limit`,
    page,
  );
}

/**
 * Reviews of a seller's submissions that this reviewer decides, may decide, or has decided, and that may name the
 * document: of products, of which a seller has many, those alone that do.
 */
export async function reviewsShownTo(
  db: Queryable,
  who: { readonly sellerId: string; readonly accountId: string; readonly documentId: string },
): Promise<{ readonly kind: ReviewKind; readonly submissionId: string }[]> {
  return rows(
    db,
    // rule: documents-are-shown-to-the-decider, any-product-names-its-document
    `select r.kind, r.submission_id as "submissionId"
       from reviews r left join review_decisions d on d.id = r.decision_id
      where r.seller_id = :sellerId
        and (r.state in ('waiting', 'claimed') or (r.state = 'decided' and d.account_id = :accountId))
        and (r.kind <> 'product' or exists (select 1 from product_submissions s
              where s.id = r.submission_id and s.body ->> 'documentId' = :documentId))
      order by r.id desc limit 50`,
    who,
  );
}
