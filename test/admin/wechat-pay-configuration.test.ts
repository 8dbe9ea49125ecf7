import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, parseEnvironment, wechatPay, type Environment } from '../../config/env';
import { unseal } from '../../providers/payments/wechat-pay/sealing';
import { createWechatPay } from '../../providers/payments/wechat-pay/wechat-pay';
import { certificateExample } from '../providers/wechat-pay/published-examples';

const prefix = 'MALLFLOW_WECHAT_PAY_';
const folder = mkdtempSync(join(tmpdir(), 'mallflow-wechat-pay-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pems = (type: 'rsa' | 'ec') => {
  const pair =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    publicKey: pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  };
};
const rsa = pems('rsa');
const ec = pems('ec');
const apiV3Key = 'k'.repeat(32);
const certificate = unseal(certificateExample.sealed, Buffer.from(certificateExample.apiV3Key)).toString();

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const keyFile = file('key.pem', rsa.key);
const publicKeyFile = file('public.pem', rsa.publicKey);
const certificateFile = file('certificate.pem', certificate);
const whole = {
  MCHID: '1900000001',
  APPID: 'wx0000000000000001',
  MERCHANT_SERIAL: '5A00000000000000000000000000000000000001',
  MERCHANT_KEY_FILE: keyFile,
  API_V3_KEY_FILE: file('v3.key', `${apiV3Key}\n`),
  PLATFORM_KEYS: `PUB_KEY_ID_1=${publicKeyFile},${certificateExample.serial}=${certificateFile}`,
  NOTIFY_BASE_URL: 'https://mall.example',
};
type Name = keyof typeof whole | 'MERCHANT_KEY' | 'API_V3_KEY' | 'BASE_URL';
type Change = { readonly [name in Name]?: string | undefined };

const environment = (change: Change = {}): Environment =>
  Object.fromEntries(Object.entries({ ...whole, ...change }).map(([name, value]) => [`${prefix}${name}`, value]));

/** Each fault by the variable it names, without the prefix. */
function faultsOf(given: Environment): string[] {
  try {
    wechatPay(parseEnvironment(given));
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    expect(error.message).not.toContain(apiV3Key);
    expect(error.message).not.toContain('BEGIN');
    return error.faults.map((fault) => (fault.split(':')[0] ?? '').replace(prefix, '')).sort();
  }
  return [];
}

describe('the configuration of WeChat Pay', () => {
  it('is nothing, or all of it', () => {
    expect(wechatPay(parseEnvironment({}))).toBeUndefined();
    expect(wechatPay(parseEnvironment(environment()))).toEqual({
      mchid: '1900000001',
      appid: 'wx0000000000000001',
      merchantSerial: '5A00000000000000000000000000000000000001',
      merchantKey: rsa.key,
      apiV3Key,
      platformKeys: [
        { id: 'PUB_KEY_ID_1', pem: rsa.publicKey },
        { id: certificateExample.serial, pem: certificate },
      ],
      baseUrl: 'https://api.mch.weixin.qq.com',
      notifyBaseUrl: 'https://mall.example',
    });
  });

  it('takes secrets from variables too, and what it takes makes an adapter', () => {
    const change = { MERCHANT_KEY_FILE: undefined, API_V3_KEY_FILE: undefined, API_V3_KEY: apiV3Key };
    const access = wechatPay(
      parseEnvironment(environment({ ...change, MERCHANT_KEY: rsa.key.replaceAll('\n', '\\n') })),
    );
    expect(access).toMatchObject({ merchantKey: rsa.key, apiV3Key });
    expect(createWechatPay(access!).capabilities.channel).toBe('wechat_pay');
  });

  it.each<[string, Change, string[]]>([
    ['without merchant number', { MCHID: undefined }, ['MCHID']],
    ['without key', { MERCHANT_KEY_FILE: undefined }, ['MERCHANT_KEY']],
    ['without several', { APPID: undefined, PLATFORM_KEYS: undefined }, ['APPID', 'PLATFORM_KEYS']],
    ['without our address', { NOTIFY_BASE_URL: undefined }, ['NOTIFY_BASE_URL']],
    ['a key twice', { MERCHANT_KEY: rsa.key }, ['MERCHANT_KEY']],
    ['a key that is none', { MERCHANT_KEY_FILE: file('junk', 'junk') }, ['MERCHANT_KEY']],
    ['a key of another kind', { MERCHANT_KEY_FILE: file('ec.pem', ec.key) }, ['MERCHANT_KEY']],
    ['a public key as ours', { MERCHANT_KEY_FILE: publicKeyFile }, ['MERCHANT_KEY']],
    ['a file that is missing', { API_V3_KEY_FILE: '/nowhere/x' }, ['API_V3_KEY', 'API_V3_KEY_FILE']],
    ['a short key', { API_V3_KEY_FILE: file('short', 'k'.repeat(31)) }, ['API_V3_KEY']],
    ['32 characters of more bytes', { API_V3_KEY_FILE: file('wide', '钥'.repeat(32)) }, ['API_V3_KEY']],
    ['no pair', { PLATFORM_KEYS: 'PUB_KEY_ID_1' }, ['PLATFORM_KEYS']],
    ['an id nobody has', { PLATFORM_KEYS: `mine=${publicKeyFile}` }, ['PLATFORM_KEYS']],
    [
      'an id twice',
      { PLATFORM_KEYS: `PUB_KEY_ID_1=${publicKeyFile},PUB_KEY_ID_1=${publicKeyFile}` },
      ['PLATFORM_KEYS'],
    ],
    ['a certificate of another serial', { PLATFORM_KEYS: `${'AB'.repeat(20)}=${certificateFile}` }, ['PLATFORM_KEYS']],
    ['a private key of the channel', { PLATFORM_KEYS: `PUB_KEY_ID_1=${keyFile}` }, ['PLATFORM_KEYS']],
    ['an endpoint with a path', { BASE_URL: 'https://api.mch.weixin.qq.com/v3' }, ['BASE_URL']],
    ['an address with a slash at its end', { NOTIFY_BASE_URL: 'https://mall.example/' }, ['NOTIFY_BASE_URL']],
    ['an address with a query', { NOTIFY_BASE_URL: 'https://mall.example?a=1' }, ['NOTIFY_BASE_URL']],
  ])('%s is a fault', (_what, change, faults) => {
    expect(faultsOf(environment(change))).toEqual(faults);
  });

  it('one variable alone is a fault of all others', () => {
    expect(faultsOf({ [`${prefix}BASE_URL`]: 'http://127.0.0.1:4010' })).toHaveLength(7);
  });

  it.each<[Change, string[]]>([
    [{}, []],
    [{ BASE_URL: 'https://api2.mch.weixin.qq.com' }, []],
    [{ BASE_URL: 'http://127.0.0.1:4010' }, ['BASE_URL']],
    [{ BASE_URL: 'https://api.mch.weixin.qq.com.example' }, ['BASE_URL']],
    [{ NOTIFY_BASE_URL: 'http://mall.example' }, ['NOTIFY_BASE_URL']],
  ])('in production %j has faults in %j', (change, faults) => {
    const own = { MALLFLOW_SECRET: 's'.repeat(32), MALLFLOW_DATA_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}` };
    expect(faultsOf({ NODE_ENV: 'production', ...own, ...environment(change) })).toEqual(faults);
    expect(faultsOf(environment(change))).toEqual([]);
  });
});
