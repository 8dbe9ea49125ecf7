import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { reportOf } from '../../../providers/merchants/wechat-pay/shapes';
import { createTenpayMerchants } from '../../../providers/merchants/tenpay/tenpay';

/** Answers that a channel should never give. */

const wechat = {
  applyment_state: 'AUDITING',
  applyment_state_desc: '审核中',
  out_request_no: 'sel_1',
  applyment_id: '200000000000000001',
};

it('WeChat Pay: what is left out or empty is not there', () => {
  expect(reportOf(wechat, 'sel_1')).toEqual({
    ...{ providerId: '200000000000000001', standing: 'auditing', verification: null, signUrl: null, merchantId: null },
    reasons: [],
  });
});

it.each([
  ['about another application', { out_request_no: 'sel_2' }, 'OTHER_APPLICATION'],
  ['finished without a merchant ID', { applyment_state: 'FINISH' }, 'NO_SUB_MCHID'],
  ['to be verified without a remittance', { applyment_state: 'ACCOUNT_NEED_VERIFY' }, 'NO_ACCOUNT_VALIDATION'],
  ['a state nobody knows', { applyment_state: 'LOST' }, 'ANSWER_SHAPE'],
  ['a link that is none of the web’s', { sign_url: 'javascript:alert(1)' }, 'ANSWER_SHAPE'],
])('WeChat Pay: %s is not believed', (_what, change, code) => {
  expect(() => reportOf({ ...wechat, ...change }, 'sel_1')).toThrow(`untrusted: ${code}`);
});

it.each([
  ['success without a merchant ID', { RegistrationStatus: 'SUCCESS' }, 'untrusted: NO_SUB_MERCHANT'],
  ['a status nobody knows', { RegistrationStatus: 'LOST' }, 'untrusted: ANSWER_SHAPE'],
  ['data that are none', { RegistrationStatus: 'PROCESSING', ExternalReturnData: '{' }, 'untrusted: ANSWER_SHAPE'],
  ['no result', null, 'busy: NO_RESULT'],
])('Tenpay: %s is not believed', async (_what, result, message) => {
  const Result = result === null ? null : { ChannelRegistrationNo: '1', ...result };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ Response: { ErrorCode: 'SUCCESS', Result, RequestId: 'r' } }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = { secretId: 'AKID00000000', secretKey: 'secret', channelMerchantId: 'M1' };
  const channel = createTenpayMerchants({ ...keys, baseUrl }, { deadlineMs: 60_000, pauseMs: 5 });
  await expect(channel.query('sel_1')).rejects.toThrow(message);
  await new Promise((resolve) => server.close(resolve));
});
