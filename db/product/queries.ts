import type { MerchantChannel } from '../../domain/merchant/states';
import type { ProductBody } from '../../domain/product/schemas';
import type { DeliveryType } from '../../domain/product/states';
import { firstRow, rows, type Queryable } from '../connection';
import { pageOf, type Page, type PageRequest } from '../lists';

/** A product as buyers see it: what was approved, and nothing of its draft. */
export interface MarketRow {
  readonly id: string;
  readonly sellerId: string;
  readonly deliveryType: DeliveryType;
  readonly body: ProductBody;
  readonly publishedAt: Date;
  readonly firstListedAt: Date;
  readonly listedAt: Date;
  /** Names in the image store, in the product's order. */
  readonly pictureNames: readonly string[];
  readonly qualificationNames: readonly string[];
  /** In the video store. */
  readonly videoName: string | null;
  /** Where the seller's merchant ID is open: how one can pay. */
  readonly openChannels: readonly MerchantChannel[];
}

const imageNames = (field: string): string => `
         coalesce((select jsonb_agg(i.name order by image.at)
                     from jsonb_array_elements_text(r.body -> '${field}') with ordinality as image (id, at)
                     join images i on i.id = image.id), '[]')`;

// rule: market-shows-what-is-published
const select = `
  select p.id, p.seller_id as "sellerId", p.delivery_type as "deliveryType", r.body, r.published_at as "publishedAt",
         p.first_listed_at as "firstListedAt", p.listed_at as "listedAt",
         ${imageNames('pictureIds')} as "pictureNames",
         ${imageNames('qualificationIds')} as "qualificationNames",
         (select v.name from videos v where v.id = r.body ->> 'videoId') as "videoName",
         coalesce((select jsonb_agg(m.channel order by m.channel desc) from merchant_applications m
                    where m.seller_id = p.seller_id and m.state = 'opened'), '[]') as "openChannels"
    from products p join product_revisions r on r.id = p.published_revision_id`;

// rule: market-shows-what-is-listed
const onSale = `p.state = 'listed' and p.taken_down_at is null`;

export async function marketProductById(db: Queryable, id: string): Promise<MarketRow | undefined> {
  return firstRow<MarketRow>(db, `${select} where p.id = :id and ${onSale}`, { id });
}

export interface MarketFilter {
  readonly sellerId: string | null;
  /** Of the category or of one below it. */
  readonly categoryId: string | null;
  /** In the name. */
  readonly q: string | null;
}

export async function listMarketProducts(
  db: Queryable,
  filter: MarketFilter,
  request: PageRequest,
): Promise<Page<MarketRow>> {
  const conditions = [
    filter.sellerId === null ? [] : ['p.seller_id = :sellerId'],
    filter.categoryId === null ? [] : [`r.category_id in (${below})`],
    filter.q === null ? [] : [`position(lower(:q) in lower(r.name)) > 0`],
    request.after === null ? [] : ['p.id < :after'],
  ].flat();
  const where = [onSale, ...conditions].join(' and ');
  const found = await rows<MarketRow>(db, `${select} where ${where} order by p.id desc limit :limit + 1`, {
    ...filter,
    ...request,
  });
  return pageOf(found, request, (row) => row.id);
}

const below = `
  with recursive chosen as (
    select id from product_categories where id = :categoryId
    union all select c.id from product_categories c join chosen on c.parent_id = chosen.id
  ) select id from chosen`;

/** Those of a seller's products that buyers can see, in the order they are named (店铺畅销商品). */
export async function productsForShop(db: Queryable, sellerId: string, ids: readonly string[]): Promise<MarketRow[]> {
  return rows<MarketRow>(
    db,
    `${select} where p.seller_id = :sellerId and p.id = any(:ids::text[]) and ${onSale}
      order by array_position(:ids::text[], p.id)`,
    { sellerId, ids },
  );
}
