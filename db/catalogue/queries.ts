import type { BenefitKind, FrozenBenefit } from '../../domain/catalogue/benefit';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';
import { takeDownColumns, type TakenDown } from '../market/take-downs';

export type BenefitRow = FrozenBenefit & TakenDown & { readonly createdAt: Date; readonly updatedAt: Date };

const columns = `
  id, name, kind, price_fen as "priceFen", exchange_notes as "exchangeNotes",
  case when validity_days is null then null else jsonb_build_object('days', validity_days) end as validity,
  created_at as "createdAt", updated_at as "updatedAt", ${takeDownColumns('benefits')}`;

export interface BenefitFilter {
  readonly kind: BenefitKind | null;
  /** Part of the name. */
  readonly q: string | null;
}

export async function listBenefits(
  db: Queryable,
  filter: BenefitFilter,
  request: PageRequest,
): Promise<Page<BenefitRow>> {
  const found = await rows<BenefitRow>(
    db,
    // rule: taken-down-benefit-is-not-listed
    `select ${columns} from benefits
      where taken_down_at is null and (:kind::text is null or kind = :kind) and (:q::text is null or strpos(lower(name), lower(:q)) > 0)
        and (:after::text is null or id < :after)
      order by id desc limit :limit + 1`,
    { ...filter, ...request },
  );
  return pageOf(found, request, (row) => row.id);
}

/** Also one that is offered no more. */
export async function benefitById(db: Queryable, id: string): Promise<BenefitRow | undefined> {
  return firstRow<BenefitRow>(db, `select ${columns} from benefits where id = :id`, { id });
}
