import { randomUUID } from 'node:crypto';
import { rows } from '../../db/connection';
import { codesOf } from '../../db/stock/code-repository';
import { complete, commodityOf, draft, firstStep, importCodes, refusal, uploadedImages } from '../support/commodities';
import type { HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';

let mallflow: Installation;
let manager: HttpClient;
let addCdk: () => Promise<string>;
beforeAll(async () => {
  mallflow = await startInstallation();
  manager = await mallflow.as('manager@demo');
  const images = await uploadedImages(mallflow);
  addCdk = async () => (await draft(manager, firstStep(images, { category: 'cdk' }))).id as string;
});
afterAll(() => mallflow.stop());

const answer = ({ status, body }: Reply) => [status, body];
const lines = ({ status, body }: Reply) => [
  status,
  body.code,
  body.errors?.map(({ path, line, code }: { path: string; line: number; code: string }) => `${path} ${line} ${code}`),
];

async function stored(id: string): Promise<string[]> {
  const found = await rows<{ keyId: string; ciphertext: Buffer }>(
    mallflow.database.db,
    'select key_id as "keyId", ciphertext from commodity_codes where commodity_id = :id order by id',
    { id },
  );
  return found.map((sealed) => mallflow.services.vault.open(codesOf(id), sealed));
}

describe('importing codes', () => {
  it('takes a file as editors write it, before and after the commodity is in stock', async () => {
    const id = await addCdk();
    expect((await commodityOf(manager, id)).actions).toEqual(['edit', 'codes', 'complete', 'discard']);
    expect(answer(await importCodes(manager, id, '\uFEFFA-1\r\n\r\n  A-2  \r\n'))).toEqual([200, { imported: 2 }]);
    const short = await manager.post(`/v1/commodities/${id}/complete`, {
      ...{ totalStock: 3, expiresAt: null, platforms: [], tags: [] },
    });
    expect([short.status, short.body.code, short.body.codes, short.body.needed]).toEqual([422, 'CODES_SHORT', 2, 3]);
    expect(short.body.errors).toMatchObject([{ path: '/totalStock', code: 'CODES_SHORT' }]);
    await complete(manager, id, { totalStock: 2 });
    expect(answer(await importCodes(manager, id, 'A-3'))).toEqual([200, { imported: 1 }]);
    await manager.post(`/v1/commodities/${id}/take-offline`);
    const more = (by: number) => manager.post(`/v1/commodities/${id}/increase-stock`, { by });
    const beyond = await more(2);
    expect([beyond.status, beyond.body.code, beyond.body.needed]).toEqual([422, 'CODES_SHORT', 4]);
    expect(beyond.body.errors).toMatchObject([{ path: '/by', code: 'CODES_SHORT' }]);
    expect((await more(1)).status).toBe(200);
    expect(await stored(id)).toEqual(['A-1', 'A-2', 'A-3']);
    expect((await commodityOf(manager, id)).history.map(({ to }: { to: string }) => to)).toEqual([
      ...['draft', 'draft', 'online', 'online', 'offline', 'offline'],
    ]);
  });

  it('is all or nothing, and names physical lines, never codes', async () => {
    const id = await addCdk();
    await importCodes(manager, id, 'KNOWN');
    const inFile = await importCodes(manager, id, `NEW\n\n NEW\n${'x'.repeat(129)}\n\u200B\nKNOWN`);
    expect(lines(inFile)).toEqual([422, 'CODES_REJECTED', ['/3 3 DUPLICATE', '/4 4 TOO_LONG', '/5 5 EMPTY']]);
    const inStock = await importCodes(manager, id, 'NEW\r\n\r\nKNOWN');
    expect(lines(inStock)).toEqual([422, 'CODES_REJECTED', ['/3 3 DUPLICATE']]);
    for (const { body } of [inFile, inStock]) expect(JSON.stringify(body)).not.toMatch(/KNOWN|NEW|xxx/);
    expect(await stored(id)).toEqual(['KNOWN']);
  });

  it('answers a repeated key without importing again, and refuses it for another file', async () => {
    const id = await addCdk();
    const key = randomUUID();
    const first = await importCodes(manager, id, 'B-1\nB-2', key);
    const again = await importCodes(manager, id, 'B-1\nB-2', key);
    expect([answer(again), again.headers.get('idempotent-replayed')]).toEqual([answer(first), 'true']);
    const other = await importCodes(manager, id, 'B-3', key);
    expect([other.status, other.body.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect(await stored(id)).toHaveLength(2);
  });

  it('refuses what is no text, too large or of another type', async () => {
    const id = await addCdk();
    expect(refusal(await importCodes(manager, id, Buffer.from([0xc3, 0x28])))).toEqual([
      400,
      'VALIDATION_FAILED',
      [''],
    ]);
    const large = await importCodes(manager, id, 'x'.repeat(5_242_881));
    expect([large.status, large.body.code, large.body.limitBytes]).toEqual([413, 'TOO_LARGE', 5_242_880]);
    const many = await importCodes(manager, id, Array.from({ length: 100_001 }, (_, n) => `${n}`).join('\n'));
    expect([many.status, many.body.code, many.body.limitCodes]).toEqual([413, 'TOO_LARGE', 100_000]);
    const json = await manager.post(`/v1/commodities/${id}/codes`, { codes: ['A'] });
    expect([json.status, json.body.code]).toEqual([415, 'UNSUPPORTED_TYPE']);
    expect(await stored(id)).toEqual([]);
  });

  it('takes 100,000 codes at once', async () => {
    const id = await addCdk();
    const codes = Array.from({ length: 100_000 }, (_, n) => `CDK-${n.toString(36).padStart(8, '0')}-${n % 7}`);
    expect(answer(await importCodes(manager, id, codes.join('\r\n')))).toEqual([200, { imported: 100_000 }]);
    expect(await complete(manager, id, { totalStock: 100_000 })).toMatchObject({ stock: { left: 100_000 } });
  });

  it('keeps codes out of what the database and the engine keep', async () => {
    const id = await addCdk();
    const code = `PLAIN-${randomUUID()}`;
    await importCodes(manager, id, code);
    await complete(manager, id, { totalStock: 1 });
    const tables = await rows<{ name: string }>(
      mallflow.database.owner,
      "select tablename as name from pg_tables where schemaname = 'public'",
    );
    for (const { name } of tables) {
      const [found] = await rows<{ n: number }>(
        mallflow.database.owner,
        `select count(*) as n from "${name}" t where position(:code in t::text) > 0
            or position(encode(convert_to(:code, 'UTF8'), 'hex') in t::text) > 0`,
        { code },
      );
      expect([name, found?.n]).toEqual([name, 0]);
    }
    const run = mallflow.services.temporal.workflow.getHandle(`commodity-add:${id}`);
    expect(JSON.stringify(await run.fetchHistory())).not.toContain(code);
  });
});
