import {
  ConfigurationError,
  databaseAccess,
  ownerUrl,
  parseEnvironment,
  dataKeys,
  timeProfile,
  type Environment,
} from '../../config/env';
import { casePolicies } from '../../config/policies';

const secret = 'a secret of this test, long enough';
const key = Buffer.alloc(32, 1).toString('base64');
const otherKey = Buffer.alloc(32, 2).toString('base64');
const dataKey = `k1:${key}`;
const demoKey = parseEnvironment({}).MALLFLOW_DATA_KEYS;
const own = { MALLFLOW_SECRET: secret, MALLFLOW_DATA_KEYS: dataKey };

function faultsOf(environment: Environment): readonly string[] {
  try {
    parseEnvironment(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
  return [];
}

describe('the environment', () => {
  it('needs nothing but a database to try things out', () => {
    const config = parseEnvironment({ DATABASE_URL: 'postgres://localhost/mallflow' });
    expect(databaseAccess(config)).toEqual({ url: 'postgres://localhost/mallflow', role: 'mallflow_app' });
    expect(casePolicies(config).purchase).toMatchObject({ payWithinMs: 1_800_000, detailOpenForMs: 604_800_000 });
  });

  it('names a login of its own, or the owner in the restricted role', () => {
    const both = { DATABASE_URL: 'postgres://owner@localhost/m', APP_DATABASE_URL: 'postgres://app@localhost/m' };
    expect(databaseAccess(parseEnvironment(both))).toEqual({ url: both.APP_DATABASE_URL, role: null });
    expect(ownerUrl(parseEnvironment(both))).toBe(both.DATABASE_URL);
    expect(() => databaseAccess(parseEnvironment({}))).toThrow('DATABASE_URL: expected');
    expect(() => ownerUrl(parseEnvironment({ APP_DATABASE_URL: both.APP_DATABASE_URL }))).toThrow(
      'DATABASE_URL: expected',
    );
  });

  it('tells all faults at once, each with what was expected', () => {
    const faults = faultsOf({
      PORT: '70000',
      MALLFLOW_SECRET: 'short',
      MALLFLOW_TRUST_PROXY: 'yes',
      DATABASE_URL: 'mysql://x',
    });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
      'DATABASE_URL',
      'MALLFLOW_SECRET',
      'MALLFLOW_TRUST_PROXY',
      'PORT',
    ]);
    expect(faults.find((fault) => fault.startsWith('PORT'))).toContain('a whole number from 0 to 65535');
  });

  it('refuses names nobody knows: they are typing mistakes', () => {
    expect(faultsOf({ MALLFLOW_SECRETT: secret })).toEqual([
      expect.stringContaining('MALLFLOW_SECRETT: no such variable'),
    ]);
    expect(faultsOf({ MALLFLOW_URL: 'http://localhost', UNRELATED: 'x' })).toEqual([]);
  });

  it.each([
    [{}, ['MALLFLOW_DATA_KEYS', 'MALLFLOW_SECRET']],
    [{ MALLFLOW_SECRET: secret }, ['MALLFLOW_DATA_KEYS']],
    [own, []],
    [{ ...own, MALLFLOW_DATA_KEYS: `${dataKey},${demoKey}` }, ['MALLFLOW_DATA_KEYS']],
    [{ ...own, MALLFLOW_COOKIE_SECURE: 'false' }, ['MALLFLOW_COOKIE_SECURE']],
    [{ ...own, MALLFLOW_TIME_PROFILE: 'short' }, ['MALLFLOW_TIME_PROFILE']],
    [
      { MALLFLOW_DATA_KEYS: dataKey, MALLFLOW_TIME_PROFILE: 'short', PORT: 'x' },
      ['MALLFLOW_SECRET', 'MALLFLOW_TIME_PROFILE', 'PORT'],
    ],
  ])('in production: %j has faults in %j', (environment, expected) => {
    const faults = faultsOf({ NODE_ENV: 'production', ...environment });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual(expected);
  });

  it.each([
    '',
    'k1',
    `k1:${'A'.repeat(42)}==`,
    `K1:${key}`,
    `k1:${key},`,
    `k1:${key}, k2:${key}`,
    `k1:${key},k1:${key}`,
  ])('refuses %j as keys', (text) => {
    expect(faultsOf({ MALLFLOW_DATA_KEYS: text })).toHaveLength(1);
  });

  it('reads keys in their order', () => {
    const config = parseEnvironment({ MALLFLOW_DATA_KEYS: `k2:${otherKey},k1:${key}` });
    expect(dataKeys(config).map(({ id, key: bytes }) => [id, bytes.toString('base64')])).toEqual([
      ['k2', otherKey],
      ['k1', key],
    ]);
  });

  it('reads seconds and keeps milliseconds', () => {
    const config = parseEnvironment({ MALLFLOW_PAY_WITHIN_SECONDS: '5', MALLFLOW_TIME_PROFILE: 'short' });
    expect(casePolicies(config).purchase.payWithinMs).toBe(5_000);
    expect(timeProfile(config).workflowTaskMs).toBe(2_000);
    expect(faultsOf({ MALLFLOW_PAY_WITHIN_SECONDS: '0' })).toHaveLength(1);
  });
});
