import type { HttpClient, Reply } from './http-client';

/** One black pixel. */
const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAACXBIWXMAAAPoAAAD6AG1e1JrAAAADElEQVQImWNgYGAAAAAEAAGjChXjAAAAAElFTkSuQmCC',
  'base64',
);

const images = new Map<string, Promise<string>>();

/** An image that nothing else uses. */
export async function freshImage(as: HttpClient): Promise<string> {
  return idOf(201)(await as.upload('/v1/images', pixel, 'image/png'));
}

/** An image of the client's own; one serves every commodity it adds. */
export function imageOf(as: HttpClient): Promise<string> {
  const known = images.get(`${as.url} ${as.token ?? ''}`);
  if (known !== undefined) return known;
  const uploaded = freshImage(as);
  images.set(`${as.url} ${as.token ?? ''}`, uploaded);
  return uploaded;
}

const idOf =
  (status: number) =>
  ({ status: answered, body }: Reply): string => {
    if (answered !== status) throw new Error(`answered ${answered}: ${JSON.stringify(body)}`);
    return body.id as string;
  };

/** What 下一步 takes, with what the case changes. */
export async function firstStepOf(as: HttpClient, changes: Readonly<Record<string, unknown>> = {}) {
  const category = (changes['category'] as string | undefined) ?? 'physical';
  const templates = await as.get(`/v1/award-templates?category=${category}`);
  const imageId = await imageOf(as);
  return {
    purpose: 'points_operation',
    name: '帆布袋',
    category,
    awardTemplateId: templates.body.items[0].id as string,
    priceFen: 2_900,
    redemptionNote: '每人限兑一件',
    coverImageId: imageId,
    detailImageId: imageId,
    ...changes,
  };
}

export async function draftCommodity(as: HttpClient, changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return idOf(201)(await as.post('/v1/commodities', await firstStepOf(as, changes)));
}

/** An own commodity, in stock and online. */
export async function ownCommodity(
  as: HttpClient,
  { totalStock, ...changes }: { readonly totalStock: number; readonly [field: string]: unknown },
): Promise<string> {
  const id = await draftCommodity(as, changes);
  const secondStep = { totalStock, expiresAt: null, platforms: [], tags: [] };
  return idOf(200)(await as.post(`/v1/commodities/${id}/complete`, secondStep));
}
