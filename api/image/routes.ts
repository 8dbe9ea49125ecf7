import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import {
  imageEndings,
  imageTypeOf,
  imageTypeOfName,
  imageTypes,
  imageUrl,
  maxImageBytes,
} from '../../domain/image/kinds';
import { DomainError } from '../../domain/shared/errors';
import { recordAudit } from '../../db/case/repository';
import { imageById, type ImageRow } from '../../db/image/queries';
import { addImage } from '../../db/image/repository';
import { newId } from '../../db/new-id';
import { resourceShape } from '../http/answers';
import { invalid } from '../http/parse';
import type { RawBody } from '../http/raw-body';
import { commandRequest, rawRoute, route, type AnyRoute } from '../http/route';
import { iso } from '../http/times';
import type { EncodedImage } from './encoder';

const imageSchema = z.strictObject({
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

/** What the sender says must be what it is; a wrong or missing picture is told before anything is decoded. */
function typeOf(body: RawBody) {
  if (body.bytes.length === 0) throw invalid([{ path: '', code: 'EMPTY', message: 'no image was sent' }]);
  const type = imageTypeOf(body.bytes);
  // rule: images-are-what-they-say
  if (type === undefined || type !== body.contentType)
    throw new DomainError('UNSUPPORTED_TYPE', { accepted: imageTypes.join(', ') });
  return type;
}

function present<V>(value: V | undefined): V {
  if (value === undefined) throw new Error('what this call made is missing');
  return value;
}

const upload = rawRoute({
  method: 'post',
  path: '/v1/images',
  summary: 'Upload an image (png or jpeg, at most 2 MB and 25 million pixels); it is drawn anew, without metadata',
  tag: 'points mall',
  access: ['mall_manager', 'seller'],
  idempotency: 'honoured',
  raw: { contentTypes: imageTypes, limitBytes: maxImageBytes },
  answers: { 201: imageSchema },
  handle: (call) => {
    const { services, principal, body, requestId } = call;
    const type = typeOf(body);
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
        image = await services.imageEncoder.encode(body.bytes, type);
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
  },
});

/**
 * Open to everybody: members see images without a sign-in of their own, and the address cannot be guessed. What is
 * served is what we drew; the headers still keep a browser from making anything else of it.
 */
const content = route({
  method: 'get',
  path: '/images/:name',
  summary: 'The bytes of an image',
  tag: 'points mall',
  access: 'open',
  idempotency: 'none',
  find: ({ services, params }) => services.images.get(params['name'] ?? ''),
  answers: { 200: null },
  produces: imageTypes,
  handle: ({ target, params }) =>
    Promise.resolve({
      status: 200,
      raw: { contentType: imageTypeOfName(params['name'] ?? ''), content: Readable.from(target.read()) },
      headers: {
        'Content-Length': String(target.length),
        // rule: images-are-nothing-but-images
        'Content-Security-Policy': "default-src 'none'; sandbox",
        // A name never gets other bytes. A mall may well live on another host than we do.
        'Cache-Control': 'public, max-age=31536000, immutable',
        'Cross-Origin-Resource-Policy': 'cross-origin',
      },
    }),
});

export const imageRoutes: readonly AnyRoute[] = [upload, content];
