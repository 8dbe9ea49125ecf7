import { Router, type Request } from 'express';
import { endpoint, type Answer, type Ground, type Reading } from '../wechat/pipeline';
import type { Applications } from './applications';
import type { Applyments } from './applyments';
import { uploadIn, type Media, type Upload } from './media';

const upload: Reading = {
  type: /^multipart\/form-data;/,
  signed: (request, raw) => uploadIn(request.headers['content-type'] ?? '', raw).signed,
  body: (request, raw) => uploadIn(request.headers['content-type'] ?? '', raw),
};

const json = (body: Readonly<Record<string, unknown>>): Answer => ({ kind: 'json', body });
const named = (request: Request, name: string): string => String(request.params[name]);

/** 收付通: uploading, submitting, asking. */
export function applymentRoutes(
  ground: Ground,
  desks: { readonly applyments: Applyments; readonly applications: Applications; readonly media: Media },
): Router {
  const { applyments, applications, media } = desks;
  const router = Router({ caseSensitive: true, strict: true });
  router.post(
    '/v3/merchant/media/upload',
    endpoint(
      ground,
      'merchant_media',
      async ({ body }) => json({ media_id: await media.take(body as Upload) }),
      upload,
    ),
  );
  router.post(
    '/v3/ecommerce/applyments/',
    endpoint(ground, 'merchant_submit', async ({ body, serial }) => json(await applyments.submit(body, serial))),
  );
  router.get(
    '/v3/ecommerce/applyments/out-request-no/:number',
    endpoint(ground, 'merchant_query', async ({ request }) =>
      json(await applyments.query(applications.of('wechat_pay', named(request, 'number')))),
    ),
  );
  router.get(
    '/v3/ecommerce/applyments/:id',
    endpoint(ground, 'merchant_query', async ({ request }) =>
      json(await applyments.query(applications.byId(named(request, 'id')))),
    ),
  );
  return router;
}
