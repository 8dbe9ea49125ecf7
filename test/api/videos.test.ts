import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { firstRow, run } from '../../db/connection';
import { centreSeller, judged, manualBody, waitingReview, type ProductSeller } from '../support/products';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { documentOf } from '../support/sellers';
import { mp4 } from '../support/videos';

let mallflow: Installation;
let seller: ProductSeller;
let client: HttpClient;
beforeAll(async () => {
  mallflow = await startInstallation();
  seller = await centreSeller(mallflow, 'seller-of-videos');
  ({ client } = seller);
});
afterAll(() => mallflow.stop());

const told = ({ status, body }: Reply) => [
  status,
  body.code,
  ...((body.errors ?? []) as Body[]).map((one) => one.path),
];
const faultOf = ({ status, body }: Reply) => [status, body.code, body.errors?.[0].code];
const announce = async (bytes: number): Promise<Body> => (await client.post('/v1/videos', { bytes })).body;
const append = (id: string, offset: unknown, piece: Buffer, by = client, type = 'application/octet-stream') =>
  by.call('PATCH', `/v1/videos/${id}?offset=${String(offset)}`, piece, { headers: { 'content-type': type } });
const standing = async (id: string): Promise<Body> => (await client.get(`/v1/videos/${id}`)).body;

/** Sent whole. */
async function stored(video: Buffer): Promise<Body> {
  const { id } = await announce(video.length);
  const { status, body } = await append(id as string, 0, video);
  expect([status, body.state]).toEqual([200, 'stored']);
  return body;
}

describe('a video', () => {
  it('comes in pieces, goes on where it was cut off, and is served once it is there', async () => {
    const video = mp4({ padding: 9_000 });
    const announced = await client.post('/v1/videos', { bytes: video.length });
    const id = announced.body.id as string;
    expect([announced.status, announced.body]).toMatchObject([
      201,
      { id: expect.stringMatching(/^vid_/), state: 'receiving', bytes: video.length, receivedBytes: 0, url: null },
    ]);
    const first = await append(id, 0, video.subarray(0, 4_000));
    expect([first.status, first.body]).toMatchObject([
      200,
      { state: 'receiving', receivedBytes: 4_000, url: null, actions: ['edit'] },
    ]);
    expect(await standing(id)).toEqual(first.body);
    const name = (
      await firstRow<{ name: string }>(mallflow.database.db, 'select name from videos where id = :id', { id })
    )?.name;
    expect((await fetch(`${mallflow.url}/videos/${name}`)).status).toBe(404);
    const last = await append(id, 4_000, video.subarray(4_000));
    expect([last.status, last.body]).toMatchObject([
      200,
      { state: 'stored', receivedBytes: video.length, url: `/videos/${name}`, actions: [] },
    ]);
    const answer = await fetch(mallflow.url + (last.body.url as string));
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('accept-ranges')]).toEqual([
      ...[200, 'video/mp4', 'bytes'],
    ]);
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(video);
    const file = join(mallflow.config.MALLFLOW_IMAGE_DIR, 'videos', String(name));
    expect(readFileSync(file)).toEqual(video);
  });

  it.each([
    ['bytes=0-99', 206, 0, 99],
    ['bytes=5000-', 206, 5_000, undefined],
    ['bytes=-10', 206, -10, undefined],
    ['bytes=0-1,5-6', 200, 0, undefined],
    ['bytes=99999999-', 200, 0, undefined],
    ['pages=1-2', 200, 0, undefined],
  ] as const)('asked for %s answers %s', async (range, status, from, to) => {
    const video = mp4({ padding: 9_000 });
    const { url } = await stored(video);
    const wanted = video.subarray(from, to === undefined ? undefined : to + 1);
    const answer = await fetch(mallflow.url + (url as string), { headers: { range } });
    expect([answer.status, Buffer.from(await answer.arrayBuffer())]).toEqual([status, wanted]);
    const begin = from < 0 ? video.length + from : from;
    expect(answer.headers.get('content-range')).toBe(
      status === 200 ? null : `bytes ${begin}-${begin + wanted.length - 1}/${video.length}`,
    );
  });

  it('takes each piece once, whoever sends it twice or at once', async () => {
    const video = mp4();
    const { id } = await announce(video.length);
    const [first, other] = [video.subarray(0, 50), Buffer.concat([video.subarray(0, 49), Buffer.from('!')])];
    expect((await append(id as string, 0, first)).body.receivedBytes).toBe(50);
    const sent = await Promise.all([first, other].map((piece) => append(id as string, 0, piece)));
    expect(sent.map(({ status, body }) => [status, body.receivedBytes])).toEqual([
      [200, 50],
      [200, 50],
    ]);
    for (const offset of [0, 49, 51]) {
      const reply = await append(id as string, offset, video.subarray(0, 70));
      expect([reply.status, reply.body]).toMatchObject([
        409,
        { code: 'WRONG_STATE', state: 'receiving', allowed: ['edit'], receivedBytes: 50 },
      ]);
    }
    for (const _ of ['the last', 'and again']) {
      const last = await append(id as string, 50, video.subarray(50));
      expect([last.status, last.body.state]).toEqual([200, 'stored']);
    }
    const late = await append(id as string, 50, Buffer.from('more'));
    expect([late.status, late.body]).toMatchObject([409, { code: 'WRONG_STATE', state: 'stored', allowed: [] }]);
    const { url } = await standing(id as string);
    expect(Buffer.from(await (await fetch(mallflow.url + (url as string))).arrayBuffer())).toEqual(video);
  });

  it('that was given up makes room: of those on their way the newest three stay', async () => {
    const other = await centreSeller(mallflow, 'seller-of-many-videos');
    const begun = async (): Promise<string> => {
      const { body } = await other.client.post('/v1/videos', { bytes: mp4().length });
      await append(body.id as string, 0, mp4().subarray(0, 50), other.client);
      return body.id as string;
    };
    const nameOf = async (id: string) =>
      (await firstRow<{ name: string }>(mallflow.database.db, 'select name from videos where id = :id', { id }))?.name;
    const { id: whole } = (await other.client.post('/v1/videos', { bytes: mp4().length })).body;
    await append(whole as string, 0, mp4(), other.client);
    const first = await begun();
    const file = join(mallflow.config.MALLFLOW_IMAGE_DIR, 'videos', String(await nameOf(first)));
    expect(existsSync(file)).toBe(true);
    const kept = [await begun(), await begun(), await begun()];
    expect([existsSync(file), (await other.client.get(`/v1/videos/${first}`)).status]).toEqual([false, 404]);
    for (const id of [whole as string, ...kept]) expect((await other.client.get(`/v1/videos/${id}`)).status).toBe(200);
  });

  it('is refused where a seller’s videos together would be too large', async () => {
    const other = await centreSeller(mallflow, 'seller-of-large-videos');
    await run(
      mallflow.database.owner,
      `insert into videos (id, name, owner_account_id, seller_id, bytes, received_bytes)
       select 'vid_large' || n, 'large' || n, :accountId, :sellerId, 102261126, 102261126 from generate_series(1, 21) n`,
      { accountId: other.accountId, sellerId: other.sellerId },
    );
    const room = 2_147_483_648 - 21 * 102_261_126;
    const full = await other.client.post('/v1/videos', { bytes: room + 1 });
    expect([full.status, full.body]).toMatchObject([422, { code: 'VIDEO_SPACE_FULL', limitBytes: 2_147_483_648 }]);
    expect((await other.client.post('/v1/videos', { bytes: room })).status).toBe(201);
  });

  it.each([
    ['is of another size', mp4({ width: 1920, height: 1080 }), 'VIDEO_SIZE'],
    ['is cut off', mp4().subarray(0, -1), 'UNDECODABLE'],
  ])('that %s is refused with its last piece, and stays unfinished', async (_, video, code) => {
    const { id } = await announce(video.length);
    expect((await append(id as string, 0, video.subarray(0, 60))).status).toBe(200);
    expect(faultOf(await append(id as string, 60, video.subarray(60)))).toEqual([400, 'VALIDATION_FAILED', code]);
    expect(await standing(id as string)).toMatchObject({ state: 'receiving', receivedBytes: 60, url: null });
  });

  it('is refused where it is no video, too long, or sent in the wrong way', async () => {
    for (const bytes of [0, 104_857_601, 1.5, '9'])
      expect(told(await client.post('/v1/videos', { bytes }))).toEqual([400, 'VALIDATION_FAILED', '/bytes']);
    const { id } = await announce(60);
    expect(told(await append(id as string, 0, Buffer.from('<svg/>')))).toEqual([415, 'UNSUPPORTED_TYPE']);
    expect(told(await append(id as string, 0, mp4(), client, 'image/png'))).toEqual([415, 'UNSUPPORTED_TYPE']);
    expect(faultOf(await append(id as string, 0, Buffer.alloc(0)))).toEqual([400, 'VALIDATION_FAILED', 'EMPTY']);
    expect(faultOf(await append(id as string, 0, mp4()))).toEqual([400, 'VALIDATION_FAILED', 'TOO_LONG']);
    expect(told(await append(id as string, 0, Buffer.alloc(4_194_305)))).toEqual([413, 'TOO_LARGE']);
    for (const offset of ['', '-1', 'x', '104857601'])
      expect(told(await append(id as string, offset, mp4()))).toEqual([400, 'VALIDATION_FAILED', '/offset']);
    expect(await standing(id as string)).toMatchObject({ state: 'receiving', receivedBytes: 0 });
  });

  it('is its seller’s own, and named by a product only when it is all there', async () => {
    const other = await centreSeller(mallflow, 'seller-of-no-videos');
    const theirs = (await other.client.post('/v1/videos', { bytes: 9 })).body.id as string;
    expect((await client.get(`/v1/videos/${theirs}`)).status).toBe(404);
    expect((await append(theirs, 0, mp4())).status).toBe(404);
    const { id: unfinished } = await announce(mp4().length);
    const { id: whole } = await stored(mp4());
    const { deliveryDays: _, specs: __, ...common } = manualBody(seller.pictureId);
    const create = (by: ProductSeller, videoId: unknown) =>
      by.client.post(`/v1/sellers/${by.sellerId}/products`, {
        ...{ ...common, pictureIds: [by.pictureId], deliveryType: 'image', videoId },
      });
    for (const videoId of [unfinished, theirs, 'vid_none'])
      expect(told(await create(seller, videoId))).toEqual([422, 'REFERENCE_NOT_FOUND', '/videoId']);
    expect(told(await create(other, whole))).toEqual([422, 'REFERENCE_NOT_FOUND', '/videoId']);
    expect((await create(seller, whole)).status).toBe(201);
  });

  it('of a product is judged by a reviewer, and shown to buyers', async () => {
    const reviewer = await mallflow.as('reviewer@demo');
    const { id: videoId, url } = await stored(mp4());
    const { deliveryDays: _, specs: __, ...common } = manualBody(seller.pictureId);
    const { body: product } = await client.post(`/v1/sellers/${seller.sellerId}/products`, {
      ...{ ...common, deliveryType: 'image', categoryId: 'cat_operating_system', documentId: await documentOf(client) },
      ...{ regions: ['广州'], imageId: 'img-8toqc6s3', softwareTags: ['Nginx'], version: '1.2.0' },
      ...{ afterSales: '每周七天，每天八小时', videoId },
    });
    await client.post(`/v1/products/${product.id as string}/submit`);
    const { id } = await waitingReview(reviewer, seller.sellerId);
    const { body: review } = await reviewer.get(`/v1/reviews/${id as string}`);
    expect((review.items as Body[]).find(({ item }) => item === '/videoId')).toMatchObject({
      ...{ label: { zh: '视频', en: 'Video' }, value: url },
    });
    expect((await judged(seller, reviewer, product.id as string)).status).toBe(200);
    await client.post(`/v1/products/${product.id as string}/list`);
    const shown = (await mallflow.anonymous.get(`/v1/market/products/${product.id as string}`)).body;
    expect(shown.videoUrl).toBe(url);
    expect(shown).not.toHaveProperty('videoId');
  });
});
