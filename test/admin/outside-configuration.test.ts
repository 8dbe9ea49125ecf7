import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, outside, parseEnvironment, type Environment } from '../../config/env';

const folder = mkdtempSync(join(tmpdir(), 'mallflow-outside-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const secret = Buffer.alloc(32, 5).toString('base64');
const whole = {
  REGISTRY_SECRET_ID: 'AKID0123456789',
  REGISTRY_SECRET_KEY_FILE: file('registry', 'registry-secret-key\n'),
  TRANSFERS_SECRET: `whsec_${secret}`,
  TRANSFERS_BASE_URL: 'https://bank.example/api',
  IDENTITY_SECRET_FILE: file('identity', `${secret}\n`),
  IDENTITY_BASE_URL: 'https://scan.example',
  MESSAGES_SECRET: secret,
  MESSAGES_BASE_URL: 'https://messages.example',
};
type Change = { readonly [name: string]: string | undefined };

const environment = (change: Change = {}): Environment =>
  Object.fromEntries(Object.entries({ ...whole, ...change }).map(([name, value]) => [`MALLFLOW_${name}`, value]));
const without = (prefix: string): Change =>
  Object.fromEntries(Object.keys(whole).flatMap((name) => (name.startsWith(prefix) ? [[name, undefined]] : [])));

/** Each fault by the variable it names. */
function faultsOf(given: Environment): string[] {
  try {
    outside(parseEnvironment(given));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    for (const hidden of [secret, 'registry-secret-key']) expect(error.message).not.toContain(hidden);
    return error.faults.map((fault) => (fault.split(':')[0] ?? '').replace('MALLFLOW_', '')).sort();
  }
  return [];
}

describe('the configuration of outside parties', () => {
  it('is of each party nothing, or all of it', () => {
    const party = { secret, baseUrl: expect.any(String) };
    const all = {
      registry: {
        secretId: 'AKID0123456789',
        secretKey: 'registry-secret-key',
        baseUrl: 'https://ocr.tencentcloudapi.com',
      },
      transfers: { secret, baseUrl: 'https://bank.example/api' },
      identity: { ...party, notifyBaseUrl: undefined },
      messages: party,
    };
    expect(outside(parseEnvironment(environment()))).toEqual(all);
    const none = { registry: undefined, transfers: undefined, identity: undefined, messages: undefined };
    expect(outside(parseEnvironment({}))).toEqual(none);
    for (const name of ['registry', 'transfers', 'identity', 'messages'] as const)
      expect(outside(parseEnvironment(environment(without(name.toUpperCase()))))).toEqual({
        ...all,
        [name]: undefined,
      });
  });

  it.each<[string, Change, string[]]>([
    ['a registry without a key', { REGISTRY_SECRET_KEY_FILE: undefined }, ['REGISTRY_SECRET_KEY']],
    ['a registry without an id', { REGISTRY_SECRET_ID: undefined }, ['REGISTRY_SECRET_ID']],
    ['an empty key file', { REGISTRY_SECRET_KEY_FILE: file('empty', '\n') }, ['REGISTRY_SECRET_KEY']],
    ['an endpoint with a path', { REGISTRY_BASE_URL: 'https://ocr.tencentcloudapi.com/v3' }, ['REGISTRY_BASE_URL']],
    ['transfers without a secret', { TRANSFERS_SECRET: undefined }, ['TRANSFERS_SECRET']],
    ['transfers without an address', { TRANSFERS_BASE_URL: undefined }, ['TRANSFERS_BASE_URL']],
    ['a secret twice', { IDENTITY_SECRET: secret }, ['IDENTITY_SECRET']],
    ['a file that is missing', { IDENTITY_SECRET_FILE: '/nowhere/x' }, ['IDENTITY_SECRET', 'IDENTITY_SECRET_FILE']],
    ['a short secret', { MESSAGES_SECRET: Buffer.alloc(23).toString('base64') }, ['MESSAGES_SECRET']],
    ['a secret that is no base64', { MESSAGES_SECRET: 'not base64, though it is long enough' }, ['MESSAGES_SECRET']],
    ['an address with a slash at its end', { MESSAGES_BASE_URL: 'https://a.example/' }, ['MESSAGES_BASE_URL']],
    [
      'our address alone',
      { ...without('IDENTITY'), IDENTITY_NOTIFY_BASE_URL: 'https://a.example' },
      ['IDENTITY_BASE_URL', 'IDENTITY_SECRET'],
    ],
  ])('%s is a fault', (_what, change, faults) => {
    expect(faultsOf(environment(change))).toEqual(faults);
  });

  it.each<[Change, string[]]>([
    [{}, []],
    [{ REGISTRY_BASE_URL: 'https://ocr.ap-shanghai.tencentcloudapi.com' }, []],
    [{ REGISTRY_BASE_URL: 'https://ocr.tencentcloudapi.com.example' }, ['REGISTRY_BASE_URL']],
    [{ REGISTRY_BASE_URL: 'http://ocr.tencentcloudapi.com' }, ['REGISTRY_BASE_URL']],
    [{ REGISTRY_BASE_URL: 'http://127.0.0.1:3900' }, ['REGISTRY_BASE_URL']],
    [{ TRANSFERS_BASE_URL: 'http://bank.example' }, ['TRANSFERS_BASE_URL']],
    [{ IDENTITY_BASE_URL: 'https://localhost:3900' }, ['IDENTITY_BASE_URL']],
    [{ MESSAGES_BASE_URL: 'https://127.0.0.2' }, ['MESSAGES_BASE_URL']],
    [{ MESSAGES_BASE_URL: 'https://[::1]:3900' }, ['MESSAGES_BASE_URL']],
    [{ IDENTITY_NOTIFY_BASE_URL: 'http://mall.example' }, ['IDENTITY_NOTIFY_BASE_URL']],
  ])('in production %j has faults in %j', (change, faults) => {
    const own = { MALLFLOW_SECRET: 's'.repeat(32), MALLFLOW_DATA_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}` };
    expect(faultsOf({ NODE_ENV: 'production', ...own, ...environment(change) })).toEqual(faults);
    expect(faultsOf(environment(change))).toEqual([]);
  });
});
