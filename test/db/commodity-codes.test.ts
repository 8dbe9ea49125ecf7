import { rows } from '../../db/connection';
import { KeyedVault } from '../../db/secrets/keyed-vault';
import { codesOf, importCodes } from '../../db/stock/code-repository';
import { templates } from '../support/commodities';
import { eventually } from '../support/eventually';
import { numbered, ownCommodities, vault } from './own-commodities';

let base: Awaited<ReturnType<typeof ownCommodities>>;
beforeAll(async () => {
  base = await ownCommodities();
});
afterAll(() => base.drop());

const stored = (id: string) =>
  rows<{ keyId: string; ciphertext: Buffer; fingerprint: Buffer }>(
    base.db,
    'select key_id as "keyId", ciphertext, fingerprint from commodity_codes where commodity_id = :id order by id',
    { id },
  );
const cdk = () => base.draft({ category: 'cdk' });
const duplicates = (...lines: number[]) => ({
  code: 'CODES_REJECTED',
  facts: { errors: lines.map((line) => expect.objectContaining({ line, code: 'DUPLICATE' })) },
});

describe('importing codes', () => {
  it('stores them sealed, in their order', async () => {
    const id = await cdk();
    await base.withCodes(id, 'SECRET-1', '密码-2');
    const found = await stored(id);
    expect(found.map((sealed) => vault.open(codesOf(id), sealed))).toEqual(['SECRET-1', '密码-2']);
    for (const { ciphertext, fingerprint } of found)
      expect(Buffer.concat([ciphertext, fingerprint]).includes('SECRET')).toBe(false);
    expect((await base.audited(id)).at(-1)).toBe('commodity.codes');
  });

  it('is all or nothing: what the commodity has already is told by line', async () => {
    const id = await cdk();
    await base.withCodes(id, 'A', 'B');
    await expect(base.withCodes(id, 'C', 'B', 'D', 'A')).rejects.toMatchObject(duplicates(2, 4));
    expect(await stored(id)).toHaveLength(2);
    await base.withCodes(id, 'C');
    expect(await stored(id)).toHaveLength(3);
  });

  it('is all or nothing over many batches', async () => {
    const id = await cdk();
    const many = Array.from({ length: 4_500 }, (_, n) => `code-${n}`);
    await base.withCodes(id, 'code-4400');
    await expect(base.withCodes(id, ...many)).rejects.toMatchObject(duplicates(4_401));
    expect(await stored(id)).toHaveLength(1);
  });

  it('knows the same code of another commodity for another', async () => {
    const [one, other] = [await cdk(), await cdk()];
    await base.withCodes(one, 'A');
    await base.withCodes(other, 'A');
    const [[a], [b]] = [await stored(one), await stored(other)];
    expect(a?.fingerprint.equals(b!.fingerprint)).toBe(false);
  });

  it('of the same codes twice at once takes them once', async () => {
    const id = await cdk();
    const first = await base.db.transaction();
    await importCodes(first, { commodityId: id, codes: numbered(['A', 'B']), vault, by: base.by });
    const second = base.withCodes(id, 'B', 'C').then(
      () => undefined,
      (error: unknown) => error,
    );
    await eventually(
      () =>
        rows(
          base.owner,
          `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
        ),
      (waiting) => waiting.length > 0,
    );
    await first.commit();
    expect(await second).toMatchObject(duplicates(1));
    expect(await stored(id)).toHaveLength(2);
  });

  it('knows codes stored under a key of before', async () => {
    const id = await cdk();
    await base.withCodes(id, 'A', 'B');
    const keys = [
      { id: 'k2', key: Buffer.alloc(32, 2) },
      { id: 'k1', key: Buffer.alloc(32, 1) },
    ];
    const newer = new KeyedVault(keys);
    const again = (...texts: string[]) =>
      base.inTrx((trx) => importCodes(trx, { commodityId: id, codes: numbered(texts), vault: newer, by: base.by }));
    await expect(again('C', 'A')).rejects.toMatchObject(duplicates(2));
    await again('C');
    const found = await stored(id);
    expect(found.map(({ keyId }) => keyId)).toEqual(['k1', 'k1', 'k2']);
    expect(found.map((sealed) => newer.open(codesOf(id), sealed))).toEqual(['A', 'B', 'C']);
  });

  it('is judged by the row when it is done: another category, or discarded meanwhile', async () => {
    const id = await cdk();
    await base.revise(id, { category: 'coupon', awardTemplateId: templates.coupon });
    await expect(base.withCodes(id, 'A')).rejects.toMatchObject({ code: 'NOT_CDK' });
    const gone = await cdk();
    await base.discard(gone);
    await expect(base.withCodes(gone, 'A')).rejects.toMatchObject({ code: 'WRONG_STATE', facts: { allowed: [] } });
    expect(await stored(gone)).toEqual([]);
  });
});

describe('the vault', () => {
  const sealed = vault.seal('a', 'secret');

  it('opens what it sealed, about the same thing only', () => {
    expect(vault.open('a', sealed)).toBe('secret');
    expect(() => vault.open('b', sealed)).toThrow();
    expect(vault.seal('a', 'secret')).not.toEqual(sealed);
  });

  it('opens nothing that was changed, cut or sealed under a key it has not', () => {
    const bytes = Buffer.from(sealed.ciphertext);
    for (const at of [0, 13, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(() => vault.open('a', { ...sealed, ciphertext: changed })).toThrow();
    }
    expect(() => vault.open('a', { ...sealed, ciphertext: bytes.subarray(0, 20) })).toThrow();
    expect(() => vault.open('a', { ...sealed, keyId: 'k9' })).toThrow('no data key k9');
  });

  it('recognises secrets by thing and key', () => {
    const other = new KeyedVault([{ id: 'k1', key: Buffer.alloc(32, 2) }]);
    const prints = [vault, vault, other].map((one) => Buffer.from(one.fingerprints('a', 'secret')[0]).toString('hex'));
    expect(prints[0]).toBe(prints[1]);
    expect(prints[0]).not.toBe(prints[2]);
    expect(vault.fingerprints('b', 'secret')).not.toEqual(vault.fingerprints('a', 'secret'));
  });
});
