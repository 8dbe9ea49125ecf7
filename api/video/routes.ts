import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { recordAudit } from '../../db/case/repository';
import type { Queryable } from '../../db/connection';
import { newId } from '../../db/new-id';
import { videoById, wholeVideo, type VideoRow } from '../../db/video/queries';
import { addVideo } from '../../db/video/repository';
import { maxPieceBytes, maxVideoBytes, videoType, videoUrl } from '../../domain/video/kinds';
import { resourceShape } from '../http/answers';
import { numberFilter } from '../http/lists';
import { commandRequest, rawRoute, route, type AnyRoute, type Sighting } from '../http/route';
import { iso } from '../http/times';
import { imageHeaders } from '../image/keep';
import { appendPiece } from './append';

const videoSchema = z.strictObject({
  ...resourceShape,
  state: z.enum(['receiving', 'stored']),
  /** As announced. */
  bytes: z.int(),
  /** What is here, from the beginning on: where the next piece begins. */
  receivedBytes: z.int(),
  /** Where anybody gets it, once it is stored: a path on this host. */
  url: z.string().nullable(),
});

function renderVideo({ id, name, bytes, receivedBytes, createdAt, updatedAt }: VideoRow) {
  const isStored = receivedBytes === bytes;
  return {
    ...{ id, bytes, receivedBytes, state: isStored ? 'stored' : 'receiving', url: isStored ? videoUrl(name) : null },
    ...{ createdAt: iso(createdAt), updatedAt: iso(updatedAt), actions: isStored ? [] : ['edit'] },
  };
}

async function rendered(db: Queryable, id: string) {
  const row = await videoById(db, id);
  if (row === undefined) throw new Error(`video ${id} is missing`);
  return renderVideo(row);
}

/** The caller's own seller's. */
async function ownVideo({ services, principal, params }: Sighting): Promise<VideoRow | undefined> {
  const video = await videoById(services.db, params['id'] ?? '');
  // rule: videos-are-their-sellers-own
  return video?.sellerId === principal.sellerId ? video : undefined;
}

const announceSchema = z.strictObject({
  /** How long the whole of it is. */
  bytes: z.int().min(1).max(maxVideoBytes),
});

const announce = route<z.infer<typeof announceSchema>>({
  method: 'post',
  path: '/v1/videos',
  summary: 'Announce a video of a product (mp4, 1280×720, at most 100 MB), to be sent in pieces',
  tag: 'sellers',
  access: ['seller'],
  idempotency: 'honoured',
  body: announceSchema,
  answers: { 201: videoSchema },
  handle: async (call) => {
    const { services, principal, requestId } = call;
    const { accountId, sellerId } = principal;
    if (sellerId === null) throw new Error(`${accountId} is no seller`);
    const id = newId('video');
    const name = `${randomBytes(20).toString('hex')}.mp4`;
    let givenUp: readonly string[] = [];
    const answer = await services.commands.inTransaction({
      ...commandRequest(call),
      status: 201,
      resourceId: id,
      work: async (trx) => {
        givenUp = await addVideo(trx, { id, name, ownerAccountId: accountId, sellerId, bytes: call.body.bytes });
        const by = { actor: accountId, requestId };
        await recordAudit(trx, { action: 'video.add', subjectId: id, enterpriseId: null, sellerId, by });
      },
      render: (trx) => rendered(trx, id),
    });
    for (const old of givenUp)
      await services.videos.remove(old).catch((error: unknown) => {
        services.log.warn({ err: error, video: old }, 'a video that was given up lies on');
      });
    return answer;
  },
});

const offsetBounds = `a whole number from 0 to ${maxVideoBytes}`;

const pieceQuery = z.strictObject({
  /** Where in the video the piece begins: what came so far, `receivedBytes`; the first at 0. */
  offset: numberFilter(z.int(offsetBounds).min(0, offsetBounds).max(maxVideoBytes, offsetBounds)).default(0),
});

const append = rawRoute<z.infer<typeof pieceQuery>, VideoRow>({
  method: 'patch',
  path: '/v1/videos/:id',
  summary: 'The next piece of a video (at most 4 MiB), from byte `offset` on; with the last it is checked and stored',
  tag: 'sellers',
  access: ['seller'],
  idempotency: 'none',
  find: ownVideo,
  query: pieceQuery,
  // A piece by itself is no video.
  raw: { contentTypes: ['application/octet-stream'], limitBytes: maxPieceBytes },
  answers: { 200: videoSchema },
  handle: async ({ services, target, query, body }) => {
    await appendPiece(services, target.id, { offset: query.offset, bytes: body.bytes });
    return { status: 200, body: await rendered(services.db, target.id) };
  },
});

const standing = route<undefined, unknown, VideoRow>({
  method: 'get',
  path: '/v1/videos/:id',
  summary: 'How much of a video is here: whoever was cut off goes on from there',
  tag: 'sellers',
  access: ['seller'],
  idempotency: 'none',
  query: z.strictObject({}),
  find: ownVideo,
  answers: { 200: videoSchema },
  handle: ({ target }) => Promise.resolve({ status: 200, body: renderVideo(target) }),
});

/** Open to everybody, as images are. Players ask for parts: the end first, and where somebody jumps to. */
const content = route<undefined, undefined, VideoRow>({
  method: 'get',
  path: '/videos/:name',
  summary: 'The bytes of a video, or the one range asked for',
  tag: 'sellers',
  access: 'open',
  idempotency: 'none',
  headers: { Range: 'One range of bytes, e.g. `bytes=0-1023`; anything else is answered whole' },
  find: ({ services, params }) => wholeVideo(services.db, params['name'] ?? ''),
  answers: { 200: null, 206: null },
  produces: [videoType],
  handle: ({ services, request, target: { name, bytes } }) => {
    const ranges = request.range(bytes);
    // What cannot be satisfied, or asks for several, is answered whole, as RFC 9110 §14.2 allows.
    const range = Array.isArray(ranges) && ranges.type === 'bytes' && ranges.length === 1 ? ranges[0] : undefined;
    const { start, end } = range ?? { start: 0, end: bytes - 1 };
    return Promise.resolve({
      status: range === undefined ? 200 : 206,
      raw: { contentType: videoType, content: Readable.from(services.videos.read(name, start, end)) },
      headers: {
        ...imageHeaders,
        'Accept-Ranges': 'bytes',
        'Content-Length': String(end - start + 1),
        ...(range === undefined ? {} : { 'Content-Range': `bytes ${start}-${end}/${bytes}` }),
      },
    });
  },
});

export const videoRoutes: readonly AnyRoute[] = [announce, append, standing, content];
