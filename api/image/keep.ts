import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { imageEndings, imageUrl, type ImageType } from '../../domain/image/kinds';
import { recordAudit } from '../../db/case/repository';
import { imageById, type ImageRow } from '../../db/image/queries';
import { addImage } from '../../db/image/repository';
import { newId } from '../../db/new-id';
import { resourceShape, type Answer } from '../http/answers';
import { commandRequest, type Call } from '../http/route';
import { iso } from '../http/times';
import type { EncodedImage } from './encoder';

export const imageSchema = z.strictObject({
  ...resourceShape,
  /** Where anybody gets the bytes: a path on this host. */
  url: z.string(),
  width: z.int(),
  height: z.int(),
  /** As stored, which is not what was sent: images are drawn anew. */
  bytes: z.int(),
});

function renderImage({ name, createdAt, ...rest }: ImageRow) {
  const at = iso(createdAt);
  return { ...rest, url: imageUrl(name), state: 'stored', createdAt: at, updatedAt: at, actions: [] };
}

/** Of whatever we serve as an image. */
export const imageHeaders = {
  // rule: images-are-nothing-but-images
  'Content-Security-Policy': "default-src 'none'; sandbox",
  // A name never gets other bytes. A mall may well live on another host than we do.
  'Cache-Control': 'public, max-age=31536000, immutable',
  'Cross-Origin-Resource-Policy': 'cross-origin',
} as const;

type Keeping = Pick<
  Call<unknown, never, never>,
  'services' | 'principal' | 'request' | 'requestId' | 'idempotencyKey' | 'body'
>;

/** What is drawn becomes an image of whoever calls; answers 201. */
export function keepImage(call: Keeping, type: ImageType, draw: () => Promise<EncodedImage>): Promise<Answer> {
  const { services, principal, requestId } = call;
  const id = newId('image');
  const { accountId, enterpriseId, sellerId } = principal;
  const name = `${randomBytes(20).toString('hex')}.${imageEndings[type]}`;
  let image: EncodedImage | undefined;
  return services.commands.inTransaction({
    ...commandRequest(call),
    status: 201,
    resourceId: id,
    // The file is there before its row: if we die in between, it is an orphan that nobody knows of.
    prepare: async () => {
      image = await draw();
      await services.images.put(name, image.bytes);
    },
    work: async (trx) => {
      const { width, height, bytes } = present(image);
      const owner = { ownerAccountId: accountId, enterpriseId, sellerId };
      await addImage(trx, { id, name, ...owner, contentType: type, width, height, bytes: bytes.length });
      const audit = { action: 'image.add', subjectId: id, enterpriseId, ...(sellerId === null ? {} : { sellerId }) };
      await recordAudit(trx, { ...audit, by: { actor: accountId, requestId } });
    },
    render: async (trx) => renderImage(present(await imageById(trx, id))),
  });
}

function present<V>(value: V | undefined): V {
  if (value === undefined) throw new Error('what this call made is missing');
  return value;
}
