import type { DraftReviewKind, ReviewKind } from '../../domain/review/states';
import { DomainError } from '../../domain/shared/errors';
import { recordAudit } from '../case/repository';
import type { By } from '../case/record-transition';
import { firstRow, rows, run, type Queryable, type Trx } from '../connection';
import { isOwnSeller } from '../seller/own-company';

/** One kind of submission that operators trust a seller with. */
export interface Trust {
  readonly kind: DraftReviewKind;
  readonly grantedBy: string;
  readonly grantedAt: Date;
  readonly reason: string;
}

/** Who said that the seller is trusted with this kind, and why; undefined where nobody does. */
export async function trustWith(
  db: Queryable,
  sellerId: string,
  kind: ReviewKind,
): Promise<Pick<Trust, 'grantedBy' | 'reason'> | undefined> {
  return firstRow(
    db,
    `select granted_by as "grantedBy", reason from trusted_sellers
      where seller_id = :sellerId and kind = :kind and revoked_at is null`,
    { sellerId, kind },
  );
}

export async function trustOf(db: Queryable, sellerId: string): Promise<readonly Trust[]> {
  return rows<Trust>(
    db,
    `select kind, granted_by as "grantedBy", granted_at as "grantedAt", reason from trusted_sellers
      where seller_id = :sellerId and revoked_at is null order by kind`,
    { sellerId },
  );
}

/**
 * The kinds a seller is trusted with from now on, and no others; what stays is left as it was granted. Operators who set
 * it at once wait for each other. Nothing changed is nothing written.
 *
 * @throws DomainError OWN_SUBMISSION: the seller is of the operator's own company
 */
export async function setTrust(
  trx: Trx,
  trust: { readonly sellerId: string; readonly kinds: readonly DraftReviewKind[]; readonly by: Required<By> },
): Promise<void> {
  const { sellerId, kinds, by } = trust;
  await run(trx, 'select from sellers where id = :sellerId for no key update', { sellerId });
  const is = new Set((await trustOf(trx, sellerId)).map(({ kind }) => kind));
  const granted = kinds.filter((kind) => !is.has(kind));
  const revoked = [...is].filter((kind) => !kinds.includes(kind));
  // rule: nobody-trusts-their-own
  if (granted.length > 0 && (await isOwnSeller(trx, sellerId, by.actor))) throw new DomainError('OWN_SUBMISSION');
  const write = { sellerId, actor: by.actor, reason: by.reason };
  await run(
    trx,
    `update trusted_sellers set revoked_by = :actor, revoked_reason = :reason, revoked_at = now()
      where seller_id = :sellerId and revoked_at is null and kind = any(:revoked::text[])`,
    { ...write, revoked },
  );
  await run(
    trx,
    `insert into trusted_sellers (seller_id, kind, granted_by, reason)
     select :sellerId, kind, :actor, :reason from unnest(:granted::text[]) as kind`,
    { ...write, granted },
  );
  const audited = { subjectId: sellerId, enterpriseId: null, sellerId, by };
  for (const kind of granted) await recordAudit(trx, { ...audited, action: `seller.trust_${kind}` });
  for (const kind of revoked) await recordAudit(trx, { ...audited, action: `seller.distrust_${kind}` });
}
