import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { firstRow } from '../../db/connection';
import { imagesOfEnterprise } from '../../db/image/queries';
import { newAccount } from '../support/accounts';
import type { HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { sellerRows } from '../support/sellers';

const png = 'image/png';
const jpeg = 'image/jpeg';

/** Noise cannot be compressed: a picture of it is as large as it looks. */
const noise = (width: number, height: number) =>
  sharp({
    create: { width, height, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
  });
const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#0a7' } })
    .png({ compressionLevel: 9 })
    .toBuffer();

const faults = (reply: Reply) => (reply.body.errors as { path: string; code: string }[]).map(({ code }) => code);

describe('images', () => {
  let mallflow: Installation;
  let manager: HttpClient;

  beforeAll(async () => {
    mallflow = await startInstallation({ worker: false });
    manager = await mallflow.as('manager@demo');
  });
  afterAll(() => mallflow.stop());

  const upload = (bytes: Buffer, type: string, key?: string) =>
    manager.upload('/v1/images', bytes, type, key === undefined ? {} : { key });
  const stored = (reply: Reply) => fetch(mallflow.url + (reply.body.url as string));
  const storedBytes = async (reply: Reply) => Buffer.from(await (await stored(reply)).arrayBuffer());
  const files = () => {
    try {
      return readdirSync(mallflow.config.MALLFLOW_IMAGE_DIR);
    } catch {
      return [];
    }
  };
  const imageRows = async () =>
    Number((await mallflow.database.db.raw<{ rows: { n: string }[] }>('select count(*) n from images')).rows[0]?.n);

  it.each([
    [png, 'png'],
    [jpeg, 'jpg'],
  ] as const)('of type %s are taken, drawn anew and served under a name nobody can guess', async (type, ending) => {
    const sent = await noise(40, 30)[ending === 'png' ? 'png' : 'jpeg']().toBuffer();
    const reply = await upload(sent, type);
    expect([reply.status, reply.body]).toEqual([
      201,
      {
        id: expect.stringMatching(/^img_/),
        state: 'stored',
        actions: [],
        createdAt: expect.any(String),
        updatedAt: reply.body.createdAt,
        url: expect.stringMatching(new RegExp(`^/images/[0-9a-f]{40}\\.${ending}$`)),
        width: 40,
        height: 30,
        bytes: expect.any(Number),
      },
    ]);
    const response = await stored(reply);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
    expect([bytes.length, response.headers.get('content-length')]).toEqual([
      reply.body.bytes,
      String(reply.body.bytes),
    ]);
    expect(await sharp(bytes).metadata()).toMatchObject({ format: type.slice(6), width: 40, height: 30 });
  });

  it('are served to anybody, for ever, and as nothing but images', async () => {
    const reply = await upload(await plain(4, 4), png);
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await fetch(mallflow.url + (reply.body.url as string), { method });
      expect([method, status, headers.get('content-length')]).toEqual([method, 200, String(reply.body.bytes)]);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    }
  });

  it('that are not there are 404, and no path leads out of their folder', async () => {
    const outside = `${mallflow.config.MALLFLOW_IMAGE_DIR}-outside.png`;
    writeFileSync(outside, 'not for anybody');
    try {
      const names = [
        `${'0'.repeat(40)}.png`,
        'x',
        `..%2f${basename(outside)}`,
        '%2e%2e',
        '.',
        '%00.png',
        '.hidden.png',
      ];
      for (const name of names) {
        const response = await fetch(`${mallflow.url}/images/${name}`);
        expect([name, response.status]).toEqual([name, 404]);
      }
    } finally {
      rmSync(outside);
    }
  });

  describe('are refused, and nothing is kept,', () => {
    const refusals: readonly [string, () => Promise<Buffer> | Buffer, string, number, string][] = [
      ['of 2 MB and a byte', () => Buffer.alloc(2_097_153), png, 413, 'TOO_LARGE'],
      ['when empty', () => Buffer.alloc(0), png, 400, 'EMPTY'],
      [
        'an SVG called png',
        () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'),
        png,
        415,
        'UNSUPPORTED_TYPE',
      ],
      ['a page called jpeg', () => Buffer.from('<!doctype html><script>1</script>'), jpeg, 415, 'UNSUPPORTED_TYPE'],
      ['a GIF', () => Buffer.from('GIF89a'), 'image/gif', 415, 'UNSUPPORTED_TYPE'],
      ['a png called jpeg', () => plain(9, 9), jpeg, 415, 'UNSUPPORTED_TYPE'],
      ['an honest SVG', () => Buffer.from('<svg/>'), 'image/svg+xml', 415, 'UNSUPPORTED_TYPE'],
      ['JSON', () => Buffer.from('{}'), 'application/json', 415, 'UNSUPPORTED_TYPE'],
      ['nothing but a signature', async () => (await plain(9, 9)).subarray(0, 8), png, 400, 'UNDECODABLE'],
      ['a png cut in half', async () => half(await noise(60, 60).png().toBuffer()), png, 400, 'UNDECODABLE'],
      ['a jpeg cut in half', async () => half(await noise(60, 60).jpeg().toBuffer()), jpeg, 400, 'UNDECODABLE'],
      ['of 25,000,001 pixels and more', () => plain(5_001, 5_000), png, 400, 'TOO_MANY_PIXELS'],
      ['of a claimed 900 million pixels', async () => claiming(30_000, await plain(9, 9)), png, 400, 'TOO_MANY_PIXELS'],
    ];
    it.each(refusals)('%s', async (_, make, type, status, code) => {
      const [bytes, before, rowsBefore] = [await make(), files(), await imageRows()];
      const reply = await upload(bytes, type);
      expect([reply.status, status === 400 ? faults(reply)[0] : reply.body.code]).toEqual([status, code]);
      if (status === 413) expect(reply.body.limitBytes).toBe(2_097_152);
      if (status === 415) expect(reply.body.accepted).toBe('image/png, image/jpeg');
      expect([files(), await imageRows()]).toEqual([before, rowsBefore]);
    });
  });

  it('of exactly 25 million pixels and of just under 2 MB are taken', async () => {
    expect((await upload(await plain(5_000, 5_000), png)).body).toMatchObject({ width: 5_000, height: 5_000 });
    const large = await noise(820, 820).png({ compressionLevel: 0 }).toBuffer();
    expect(large.length).toBeGreaterThan(2_000_000);
    expect(large.length).toBeLessThanOrEqual(2_097_152);
    expect((await upload(large, png)).status).toBe(201);
  });

  it('that carry a script behind their end, or within, lose it', async () => {
    const script = Buffer.from('<script>alert(document.domain)</script>');
    const commented = await noise(50, 50)
      .withExif({ IFD0: { ImageDescription: script.toString() } })
      .jpeg()
      .toBuffer();
    expect(commented.includes('alert')).toBe(true);
    for (const [bytes, type] of [
      [Buffer.concat([await noise(50, 50).png().toBuffer(), script]), png],
      [Buffer.concat([await noise(50, 50).jpeg().toBuffer(), script]), jpeg],
      [commented, jpeg],
    ] as const) {
      const reply = await upload(bytes, type);
      expect(reply.status).toBe(201);
      expect((await storedBytes(reply)).includes('script')).toBe(false);
    }
  });

  it('lose what the camera wrote into them, after they were turned as it says', async () => {
    const photograph = await noise(40, 30)
      .withMetadata({ orientation: 6, exif: { IFD0: { Copyright: 'me' }, IFD3: { GPSLatitude: '39/1 54/1 0/1' } } })
      .jpeg()
      .toBuffer();
    const before = await sharp(photograph).metadata();
    expect([before.orientation, before.exif === undefined]).toEqual([6, false]);
    const reply = await upload(photograph, jpeg);
    expect(reply.body).toMatchObject({ width: 30, height: 40 });
    const after = await sharp(await storedBytes(reply)).metadata();
    expect([after.orientation, after.exif, after.icc, after.xmp]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it('are taken once under a key, byte for byte', async () => {
    const [one, other] = [await plain(5, 5), await plain(6, 6)];
    const first = await upload(one, png, 'image-1');
    const before = files();
    const again = await upload(one, png, 'image-1');
    expect([again.status, again.body, again.headers.get('idempotent-replayed')]).toEqual([201, first.body, 'true']);
    const reused = await upload(other, png, 'image-1');
    expect([reused.status, reused.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(files()).toEqual(before);
  });

  it('belong to the enterprise of who sent them, and to no other', async () => {
    const mine = (await upload(await plain(7, 7), png)).body.id as string;
    const stranger = await mallflow.as('manager2@demo');
    const own = (client: HttpClient) => client.get('/v1/me').then(({ body }) => body.enterpriseId as string);
    const found = async (client: HttpClient) =>
      (await imagesOfEnterprise(mallflow.database.db, await own(client), [mine, 'img_nothing'])).map(({ id }) => id);
    expect([await found(manager), await found(stranger)]).toEqual([[mine], []]);
  });

  it('belong to the seller who sent them, as a manager’s belong to the enterprise', async () => {
    const seller = await newAccount(mallflow, { login: 'shop@test', roles: ['seller'] });
    const sellerId = await sellerRows(mallflow, seller);
    const enterpriseId = (await manager.get('/v1/me')).body.enterpriseId as string;
    const bytes = await plain(4, 4);
    const tenants = async (client: HttpClient) => {
      const reply = await client.upload('/v1/images', bytes, png);
      return firstRow(mallflow.database.db, 'select enterprise_id as e, seller_id as s from images where id = :id', {
        id: reply.body.id as string,
      });
    };
    expect(await tenants(seller)).toEqual({ e: null, s: sellerId });
    expect(await tenants(manager)).toEqual({ e: enterpriseId, s: null });
  });

  it('that come in crowds wait for their turn or are told to come back, and every one taken is whole', async () => {
    // Small to send and slow to draw: all forty are there long before two at a time are through with eighteen.
    const bytes = await plain(4_000, 4_000);
    const replies = await Promise.all(Array.from({ length: 40 }, () => upload(bytes, png)));
    const statuses = new Set(replies.map(({ status }) => status));
    expect([...statuses].sort()).toEqual([201, 429]);
    const taken = replies.filter(({ status }) => status === 201);
    expect(taken.length).toBeGreaterThanOrEqual(18);
    for (const reply of taken.slice(0, 3)) expect((await storedBytes(reply)).length).toBe(reply.body.bytes);
  });

  it('leave no unfinished file behind, and one row for each file', async () => {
    expect(files().filter((name) => !/^[0-9a-f]{40}\.(png|jpg)$/.test(name))).toEqual([]);
    expect(files()).toHaveLength(await imageRows());
    const folder = mallflow.config.MALLFLOW_IMAGE_DIR;
    for (const name of files()) expect(readFileSync(join(folder, name)).length).toBeGreaterThan(0);
  });
});

function half(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length >> 1);
}

/** A picture of a few bytes whose head says that it is `side` pixels wide and high. */
function claiming(side: number, bytes: Buffer): Buffer {
  const liar = Buffer.from(bytes);
  liar.writeUInt32BE(side, 16);
  liar.writeUInt32BE(side, 20);
  liar.writeUInt32BE(crc32(liar.subarray(12, 29)), 29);
  return liar;
}
