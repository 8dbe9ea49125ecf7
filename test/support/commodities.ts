import { randomUUID } from 'node:crypto';
import { run } from '../../db/connection';
import { addImage } from '../../db/image/repository';
import { newId } from '../../db/new-id';
import type { FirstStep } from '../../domain/stock/steps';
import type { Body, HttpClient, Reply } from './http-client';
import type { Installation } from './installation';
import { finished } from './purchases';

/** Fixed ids of the product: one award template of each category. */
export const templates = {
  physical: 'tpl_01template0000000000000001',
  coupon: 'tpl_01template0000000000000003',
  points: 'tpl_01template0000000000000004',
  cdk: 'tpl_01template0000000000000006',
  wechat_red_packet: 'tpl_01template0000000000000008',
} as const;

export type OwnImages = Pick<FirstStep, 'coverImageId' | 'detailImageId'>;

/** Rows of two images, of the first demo enterprise unless said otherwise: their bytes are of no interest here. */
export async function uploadedImages(
  mallflow: Pick<Installation, 'database'>,
  of: { readonly enterpriseId: string; readonly accountId: string } = {
    enterpriseId: 'ent_01demo00000000000000000001',
    accountId: 'acc_01demo00000000000000000001',
  },
): Promise<OwnImages> {
  const [coverImageId, detailImageId] = [newId('image'), newId('image')];
  const { db } = mallflow.database;
  for (const id of [coverImageId, detailImageId])
    await db.transaction((trx) =>
      addImage(trx, {
        ...{ id, name: `${randomUUID()}.png`, contentType: 'image/png', width: 2, height: 2, bytes: 70 },
        ...{ ownerAccountId: of.accountId, enterpriseId: of.enterpriseId, sellerId: null },
      }),
    );
  return { coverImageId, detailImageId };
}

export function firstStep(images: OwnImages, changes: Partial<FirstStep> = {}): FirstStep {
  return {
    purpose: 'points_operation',
    name: '保温杯',
    category: 'physical',
    awardTemplateId: templates[changes.category ?? 'physical'],
    priceFen: 5_900,
    redemptionNote: '7 天内发货。',
    ...images,
    ...changes,
  };
}

export const secondStep = { totalStock: 100, expiresAt: null, platforms: [], tags: [] } as const;

/** 下一步; where the answer is slow the same key is asked again, as a client would. */
export function draft(manager: HttpClient, step: FirstStep): Promise<Body> {
  const key = randomUUID();
  return finished(() => manager.post('/v1/commodities', step, { key }));
}

/** 完成 */
export function complete(manager: HttpClient, id: string, changes: object = {}): Promise<Body> {
  const key = randomUUID();
  return finished(() => manager.post(`/v1/commodities/${id}/complete`, { ...secondStep, ...changes }, { key }));
}

export async function commodityOf(manager: HttpClient, id: string): Promise<Body> {
  const { status, body }: Reply = await manager.get(`/v1/commodities/${id}`);
  if (status !== 200) throw new Error(`answered ${status}`);
  return body;
}

export function importCodes(
  manager: HttpClient,
  id: string,
  file: string | Uint8Array,
  key = randomUUID(),
): Promise<Reply> {
  return manager.post(`/v1/commodities/${id}/codes`, file, { key, headers: { 'content-type': 'text/plain' } });
}

/** An own commodity in stock, online. */
export async function stocked(manager: HttpClient, step: FirstStep, changes: object = {}): Promise<string> {
  const { id } = await draft(manager, step);
  await complete(manager, id as string, changes);
  return id as string;
}

/** Its time passes, and nobody has written that down. */
export async function passExpiry(mallflow: Pick<Installation, 'database'>, id: string): Promise<void> {
  const sql = "update commodities set expires_at = now() - interval '1 second' where id = :id";
  await run(mallflow.database.owner, sql, { id });
}

/** What a refusal says: status, code and the fields it names. */
export function refusal({ status, body }: Reply): unknown[] {
  return [status, body.code, body.errors?.map((fault: { readonly path: string }) => fault.path)];
}
