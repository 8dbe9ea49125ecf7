import { parseEnvironment, tenpay, type Environment } from '../../config/env';

const whole = {
  MALLFLOW_TENPAY_SECRET_ID: 'AKIDexample0000',
  MALLFLOW_TENPAY_SECRET_KEY: 'a secret key',
  MALLFLOW_TENPAY_MERCHANT_ID: '10012345',
};

const production = {
  NODE_ENV: 'production',
  MALLFLOW_SECRET: 's'.repeat(32),
  MALLFLOW_DATA_KEYS: `own:${Buffer.alloc(32, 1).toString('base64')}`,
};

const faultsOf = (environment: Environment): readonly string[] => {
  try {
    tenpay(parseEnvironment(environment));
    return [];
  } catch (error) {
    return (error as { faults: readonly string[] }).faults;
  }
};

it('is read wholly or not at all, and asks the real endpoint unless told otherwise', () => {
  expect(tenpay(parseEnvironment({}))).toBeUndefined();
  expect(tenpay(parseEnvironment(whole))).toEqual({
    secretId: 'AKIDexample0000',
    secretKey: 'a secret key',
    channelMerchantId: '10012345',
    baseUrl: 'https://cpdp.tencentcloudapi.com',
  });
  const { MALLFLOW_TENPAY_MERCHANT_ID: _id, ...partly } = whole;
  expect(faultsOf(partly)).toEqual([expect.stringContaining('MALLFLOW_TENPAY_MERCHANT_ID')]);
});

it.each([
  ['http://127.0.0.1:3900', 1],
  ['https://tenpay.example.com', 1],
  ['https://cpdp.tencentcloudapi.com', 0],
  ['https://cpdp.ap-guangzhou.tencentcloudapi.com', 0],
])('in production %s has %i faults', (url, count) => {
  const environment = { ...whole, MALLFLOW_TENPAY_BASE_URL: url };
  expect(faultsOf(environment)).toEqual([]);
  expect(faultsOf({ ...production, ...environment })).toHaveLength(count);
});
