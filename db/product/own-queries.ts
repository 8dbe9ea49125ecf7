import type { DraftState } from '../../domain/market/draft-states';
import type { MerchantChannel } from '../../domain/merchant/states';
import type { ProductBody } from '../../domain/product/schemas';
import type { DeliveryType, ProductState } from '../../domain/product/states';
import type { FieldReason } from '../../domain/seller/field-reason';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';
import { expectedDecisions } from '../review/expected';

/** A product as its owner and operators see it. */
export interface ProductRow {
  readonly id: string;
  readonly sellerId: string;
  readonly accountId: string;
  readonly deliveryType: DeliveryType;
  readonly state: ProductState;
  readonly draft: ProductBody;
  readonly draftVersion: number;
  readonly draftState: DraftState;
  /** Why it came back; kept until it is decided anew. */
  readonly draftErrors: readonly FieldReason[];
  /** What is with a reviewer. */
  readonly submissionId: string | null;
  /** When its reviewer is expected to have decided; null while none has it. */
  readonly expectedAt: Date | null;
  /** There is nothing new in the draft: it is what was rejected, or what is published. */
  readonly unchanged: boolean;
  readonly revision: number | null;
  readonly publishedAt: Date | null;
  readonly takenDownAt: Date | null;
  readonly takenDownReason: string | null;
  readonly openChannels: readonly MerchantChannel[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const select = `
  select p.id, p.seller_id as "sellerId", s.account_id as "accountId", p.delivery_type as "deliveryType", p.state,
         p.draft, p.draft_version as "draftVersion", p.draft_state as "draftState", p.draft_errors as "draftErrors",
         p.submission_id as "submissionId",
         coalesce(p.rejected_version = p.draft_version, false)
           or coalesce(p.draft = r.body, false) and p.taken_down_at is null as unchanged,
         r.number as revision, r.published_at as "publishedAt", p.taken_down_at as "takenDownAt",
         p.taken_down_reason as "takenDownReason",
         coalesce((select jsonb_agg(m.channel order by m.channel desc) from merchant_applications m
                    where m.seller_id = p.seller_id and m.state = 'opened'), '[]') as "openChannels",
         p.created_at as "createdAt", p.updated_at as "updatedAt"
    from products p join sellers s on s.id = p.seller_id
         left join product_revisions r on r.id = p.published_revision_id`;

async function withExpected(db: Queryable, found: readonly Omit<ProductRow, 'expectedAt'>[]): Promise<ProductRow[]> {
  const inReview = found.flatMap(({ submissionId }) => (submissionId === null ? [] : [submissionId]));
  const expected = await expectedDecisions(db, inReview);
  return found.map((row) => ({ ...row, expectedAt: expected.get(row.submissionId ?? '') ?? null }));
}

/** `accountId`: whose it must be; null for who may see all. */
export async function productById(
  db: Queryable,
  id: string,
  accountId: string | null,
): Promise<ProductRow | undefined> {
  // rule: own-products-alone
  const found = await rows<Omit<ProductRow, 'expectedAt'>>(
    db,
    `${select} where p.id = :id and (:accountId::text is null or s.account_id = :accountId)`,
    { id, accountId },
  );
  return (await withExpected(db, found))[0];
}

/** The same, where it must be there. */
export async function productThere(db: Queryable, id: string): Promise<ProductRow> {
  const row = await productById(db, id, null);
  if (row === undefined) throw new Error(`no product ${id}`);
  return row;
}

/** What of the product was handed in last was taken back, not judged. */
export async function wasTakenBack(db: Queryable, productId: string): Promise<boolean> {
  const last = await firstRow<{ outcome: string | null }>(
    db,
    `select outcome from product_submissions where product_id = :productId and opened_at is not null
      order by id desc limit 1`,
    { productId },
  );
  return last?.outcome === 'withdraw';
}

export async function listProducts(
  db: Queryable,
  filter: { readonly sellerId: string; readonly state: ProductState | null },
  request: PageRequest,
): Promise<Page<ProductRow>> {
  const found = await rows<Omit<ProductRow, 'expectedAt'>>(
    db,
    `${select} where p.seller_id = :sellerId and (:state::text is null or p.state = :state)
        and (:after::text is null or p.id < :after)
      order by p.id desc limit :limit + 1`,
    { ...filter, ...request },
  );
  return pageOf(await withExpected(db, found), request, (row) => row.id);
}

export interface Submission {
  readonly id: string;
  readonly productId: string;
  readonly sellerId: string;
  readonly deliveryType: DeliveryType;
  readonly draftVersion: number;
  /** As it was handed in. */
  readonly body: ProductBody;
}

export async function submissionById(db: Queryable, id: string): Promise<Submission> {
  const found = await firstRow<Submission>(
    db,
    `select b.id, b.product_id as "productId", b.seller_id as "sellerId", p.delivery_type as "deliveryType",
            b.draft_version as "draftVersion", b.body
       from product_submissions b join products p on p.id = b.product_id where b.id = :id`,
    { id },
  );
  if (found === undefined) throw new Error(`no submission ${id}`);
  return found;
}

/** What of the same product went into review before. */
export async function submissionBefore(db: Queryable, id: string): Promise<string | null> {
  const found = await firstRow<{ id: string }>(
    db,
    `select b.id from product_submissions b join product_submissions n on n.product_id = b.product_id
      where n.id = :id and b.id < n.id and b.opened_at is not null order by b.id desc limit 1`,
    { id },
  );
  return found?.id ?? null;
}

/** The account is the seller's own, or another one of the same company. */
export async function isOwnCompany(db: Queryable, submissionId: string, accountId: string): Promise<boolean> {
  const found = await firstRow(
    db,
    `select 1 from product_submissions b join sellers owner on owner.id = b.seller_id
            join sellers s on s.id = owner.id or s.subject_code = owner.subject_code
      where b.id = :submissionId and s.account_id = :accountId`,
    { submissionId, accountId },
  );
  return found !== undefined;
}

export interface CategoryRow {
  readonly id: string;
  readonly parentId: string | null;
  readonly zh: string;
  readonly en: string;
}

/** As they are shown: each after the one it belongs to. */
export async function productCategories(db: Queryable): Promise<CategoryRow[]> {
  return rows<CategoryRow>(db, 'select id, parent_id as "parentId", zh, en from product_categories order by position');
}

/** Products take a leaf (domain.md §2.7: 商品大类 + 一级 + 二级). */
export async function isLeafCategory(db: Queryable, id: string): Promise<boolean> {
  const found = await firstRow(
    db,
    // rule: products-take-a-leaf
    `select 1 from product_categories c where c.id = :id
        and not exists (select from product_categories below where below.parent_id = c.id)`,
    { id },
  );
  return found !== undefined;
}

/** In the words of the reviewers, from the widest on. */
export async function categoryPath(db: Queryable, id: string): Promise<string> {
  const found = await rows<{ zh: string }>(
    db,
    `with recursive above as (
       select id, parent_id, zh, 0 as depth from product_categories where id = :id
       union all
       select c.id, c.parent_id, c.zh, above.depth + 1 from product_categories c join above on above.parent_id = c.id
     ) select zh from above order by depth desc`,
    { id },
  );
  return found.map(({ zh }) => zh).join(' / ');
}
