import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';
import { eachMall } from './each-mall';

export interface SectionRow {
  readonly id: string;
  readonly mallId: string;
  readonly name: string;
  readonly isDefault: boolean;
  /** No listing but void ones. */
  readonly isEmpty: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `
  s.id, s.mall_id as "mallId", s.name, s.is_default as "isDefault",
  not exists (select from listings l where l.section_id = s.id and l.state <> 'void') as "isEmpty",
  s.created_at as "createdAt", s.updated_at as "updatedAt"`;

/** A section of the caller's own enterprise; another's is not there. */
export async function sectionById(db: Queryable, enterpriseId: string, id: string): Promise<SectionRow | undefined> {
  // rule: own-sections-alone
  return firstRow<SectionRow>(
    db,
    `select ${columns} from mall_sections s join malls m on m.id = s.mall_id
      where s.id = :id and m.enterprise_id = :enterpriseId`,
    { id, enterpriseId },
  );
}

/** Of these malls, newest first; see {@link eachMall}. */
export async function listSections(
  db: Queryable,
  mallIds: readonly string[],
  request: PageRequest,
): Promise<Page<SectionRow>> {
  const found = await rows<SectionRow>(
    db,
    `select s.* from ${eachMall} (
        select ${columns} from mall_sections s
         where s.mall_id = any (array[mall.id]) and (:after::text is null or s.id < :after)
         order by s.mall_id desc, s.id desc limit :limit + 1
      ) s order by s.id desc limit :limit + 1`,
    { mallIds: [...mallIds], ...request },
  );
  return pageOf(found, request, (row) => row.id);
}
