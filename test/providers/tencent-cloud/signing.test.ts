import { authorization } from '../../../providers/tencent-cloud/signing';

/**
 * The worked example of 签名方法 v3 (cloud.tencent.com/document/api/213/30654), whose published secrets end in asterisks.
 * Its body is written with the six characters of each escape.
 */
const key = {
  secretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******',
  secretKey: 'Gu5t9xGARNpq86cd98joQYCN3*******',
};
const call = {
  service: 'cvm',
  host: 'cvm.tencentcloudapi.com',
  action: 'DescribeInstances',
  timestamp: 1_551_113_065,
  body: String.raw`{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}`,
};

describe('TC3-HMAC-SHA256', () => {
  it('gives the published signature of the published example', () => {
    expect(authorization(key, call)).toBe(
      'TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3*******/2019-02-25/cvm/tc3_request, ' +
        'SignedHeaders=content-type;host;x-tc-action, ' +
        'Signature=be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3',
    );
  });

  it.each([
    ['body', { body: `${call.body} ` }],
    ['action', { action: 'DescribeInstance' }],
    ['host', { host: 'cvm.tencentcloudapi.com:443' }],
    ['service', { service: 'ocr' }],
    ['time', { timestamp: call.timestamp + 1 }],
  ])('covers the %s', (_what, change) => {
    const signatureOf = (text: string) => /Signature=([0-9a-f]{64})$/.exec(text)?.[1];
    const changed = signatureOf(authorization(key, { ...call, ...change }));
    expect(changed).toMatch(/^[0-9a-f]{64}$/);
    expect(changed).not.toBe(signatureOf(authorization(key, call)));
  });
});
