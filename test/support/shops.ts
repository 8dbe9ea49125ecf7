import sharp from 'sharp';
import { run } from '../../db/connection';
import { newAccount } from './accounts';
import { eventually } from './eventually';
import type { Body, HttpClient, Reply } from './http-client';
import type { Installation } from './installation';
import { someCompany } from './seller-journey';
import { sellerRows } from './sellers';

/** A seller whose seller centre is open, with images that fit its shop. */
export interface ShopSeller {
  readonly client: HttpClient;
  readonly sellerId: string;
  /** Where its shop is: `/v1/sellers/…/shop`. */
  readonly path: string;
  readonly images: ShopImages;
}

export interface ShopImages {
  readonly bannerImageId: string;
  readonly logoImageId: string;
}

/** Rows only: the steps before the seller centre are not played. */
export async function shopSeller(mallflow: Installation, login: string): Promise<ShopSeller> {
  const client = await newAccount(mallflow, { login, roles: ['seller'] });
  const sellerId = await sellerRows(mallflow, client);
  await openCentre(mallflow, sellerId);
  const images = {
    bannerImageId: await shopImage(client, 1_920, 300),
    logoImageId: await shopImage(client, 390, 260, 'jpeg'),
  };
  return { client, sellerId, path: `/v1/sellers/${sellerId}/shop`, images };
}

async function openCentre({ database }: Pick<Installation, 'database'>, sellerId: string): Promise<void> {
  await run(
    database.owner,
    `update sellers set centre_opened_at = now(), centre_opened_by = 'defer', subject_name = :name,
            subject_code = :code, subject_verified_at = now(), subject_verified_by = 'registry'
      where id = :sellerId`,
    { sellerId, ...someCompany() },
  );
}

/** Uploads a plain picture of these measures; its id. */
export async function shopImage(
  client: HttpClient,
  width: number,
  height: number,
  type: 'png' | 'jpeg' = 'png',
): Promise<string> {
  const plain = sharp({ create: { width, height, channels: 3, background: '#0a7' } });
  const reply = await client.upload('/v1/images', await plain.toFormat(type).toBuffer(), `image/${type}`);
  if (reply.status !== 201) throw new Error(`POST /v1/images answered ${reply.status}`);
  return reply.body.id as string;
}

/** A whole shop; `changed` replaces what it names. */
export function shopForm({ images }: Pick<ShopSeller, 'images'>, changed: Record<string, unknown> = {}) {
  return {
    ...images,
    name: '星河软件旗舰店',
    headline: '让企业上云更简单',
    slogan: '七年专注云上运维',
    businessScope: '云服务器运维、数据库托管与迁移。',
    introduction: '我们为中小企业提供上云、迁移与日常运维服务。',
    service: shopService(),
    hotProductIds: [],
    ...changed,
  };
}

export function shopService(changed: Record<string, unknown> = {}) {
  return {
    qq: '100012345',
    email: 'service@example.com',
    phone: '400-800-1234',
    onlineHours: '09:00:00 - 18:00:00',
    phoneHours: '09:00:00 - 17:30:00',
    ...changed,
  };
}

export async function saveShop(seller: ShopSeller, changed: Record<string, unknown> = {}): Promise<Reply> {
  return expectOk(await seller.client.call('PUT', `${seller.path}/draft`, shopForm(seller, changed)));
}

export async function submitShop(seller: ShopSeller): Promise<Body> {
  return expectOk(await seller.client.post(`${seller.path}/submit`)).body;
}

/** The review that waits for a decision about this seller's. */
export function openReviewOf(reviewer: HttpClient, sellerId: string, kind: 'shop' | 'product' = 'shop'): Promise<Body> {
  return eventually(
    async (): Promise<Body> => {
      const { body } = await reviewer.get(`/v1/reviews?kind=${kind}&state=waiting&limit=200`);
      return (body.items as { sellerId: string }[]).find((one) => one.sellerId === sellerId);
    },
    (found: Body) => found !== undefined,
  );
}

export async function decideShop(reviewer: HttpClient, sellerId: string, decision: unknown): Promise<Body> {
  const { id } = await openReviewOf(reviewer, sellerId);
  return expectOk(await reviewer.post(`/v1/reviews/${id as string}/decide`, decision)).body;
}

export const approval = { outcome: 'approve', verdicts: [] } as const;

/** Handed in and approved: buyers see it. */
export async function publishShop(seller: ShopSeller, reviewer: HttpClient): Promise<void> {
  await saveShop(seller);
  await submitShop(seller);
  await decideShop(reviewer, seller.sellerId, approval);
}

function expectOk(reply: Reply): Reply {
  if (reply.status === 200) return reply;
  throw new Error(`answered ${reply.status}: ${JSON.stringify(reply.body)}`);
}
