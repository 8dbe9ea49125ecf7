import type { FrozenBenefit } from '../../domain/catalogue/benefit';
import type { ClosingAct, PurchaseState } from '../../domain/purchase/states';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

export interface PurchaseRow {
  readonly id: string;
  readonly state: PurchaseState;
  readonly benefit: FrozenBenefit;
  readonly quantity: number;
  readonly unitPriceFen: number;
  readonly totalFen: number;
  readonly expiresAt: Date;
  readonly commodityId: string | null;
  /** An online payment is being closed: until that is certain nobody can do anything. */
  readonly closing: ClosingAct | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `
  id, state, benefit, quantity, unit_price_fen as "unitPriceFen", total_fen as "totalFen",
  expires_at as "expiresAt", commodity_id as "commodityId", closing_act as closing, created_at as "createdAt", updated_at as "updatedAt"`;

/** A purchase of the caller's own enterprise; another's is not there. */
export async function purchaseById(db: Queryable, enterpriseId: string, id: string): Promise<PurchaseRow | undefined> {
  // rule: own-purchases-alone
  return firstRow<PurchaseRow>(
    db,
    `select ${columns} from purchases where id = :id and enterprise_id = :enterpriseId`,
    { id, enterpriseId },
  );
}

export async function listPurchases(
  db: Queryable,
  enterpriseId: string,
  filter: { readonly state: PurchaseState | null },
  request: PageRequest,
): Promise<Page<PurchaseRow>> {
  // rule: own-purchases-in-lists
  const found = await rows<PurchaseRow>(
    db,
    `select ${columns} from purchases
      where enterprise_id = :enterpriseId and (:state::text is null or state = :state)
        and (:after::text is null or id < :after)
      order by id desc limit :limit + 1`,
    { enterpriseId, ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

/** What a purchase was opened with: enough to start its run again from facts. */
export interface PurchaseOrigin {
  readonly purchaseId: string;
  readonly enterpriseId: string;
  readonly benefitId: string;
  readonly quantity: number;
  readonly placedBy: string;
}

export async function purchaseOrigin(db: Queryable, purchaseId: string): Promise<PurchaseOrigin | undefined> {
  return firstRow<PurchaseOrigin>(
    db,
    `select id as "purchaseId", enterprise_id as "enterpriseId", benefit ->> 'id' as "benefitId", quantity,
            placed_by as "placedBy"
       from purchases where id = :purchaseId`,
    { purchaseId },
  );
}
