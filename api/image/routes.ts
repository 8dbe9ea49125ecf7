import { Readable } from 'node:stream';
import { imageTypeOf, imageTypeOfName, imageTypes, maxImageBytes } from '../../domain/image/kinds';
import { DomainError } from '../../domain/shared/errors';
import { invalid } from '../http/parse';
import type { RawBody } from '../http/raw-body';
import { rawRoute, route, type AnyRoute } from '../http/route';
import { imageHeaders, imageSchema, keepImage } from './keep';

/** What the sender says must be what it is; a wrong or missing picture is told before anything is decoded. */
function typeOf(body: RawBody) {
  if (body.bytes.length === 0) throw invalid([{ path: '', code: 'EMPTY', message: 'no image was sent' }]);
  const type = imageTypeOf(body.bytes);
  // rule: images-are-what-they-say
  if (type === undefined || type !== body.contentType)
    throw new DomainError('UNSUPPORTED_TYPE', { accepted: imageTypes.join(', ') });
  return type;
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
    const { services, body } = call;
    const type = typeOf(body);
    return keepImage(call, type, () => services.imageEncoder.encode(body.bytes, type));
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
        ...imageHeaders,
      },
    }),
});

export const imageRoutes: readonly AnyRoute[] = [upload, content];
