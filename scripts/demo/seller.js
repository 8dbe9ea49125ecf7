// @ts-check
'use strict';

const { randomInt } = require('node:crypto');
const { Person, chapter, eventually, expectThat, tell, yuan } = require('./stage');
const { informationForm, licence, merchantForm, newCreditCode, transferForm } = require('./seller-forms');

/**
 * @typedef {import('./stage').Json} Json
 * @typedef {import('./outside-world').OutsideWorld} OutsideWorld
 * @typedef {{ person: Person, id: string, onboardingId: string }} Seller
 * @typedef {{ name: string, code: string, accountNumber: string, documentId: string }} Company
 */

/** 注册账号, 卖家入驻, 同意并勾选协议. */
async function signUp() {
  chapter('注册账号 – an account, and the agreement ticked');
  const login = `seller-${Date.now()}@example.com`;
  const account = { login, password: 'mallflow-demo', displayName: '云岭软件', mobile: '13800138000' };
  await new Person('').call('POST', '/v1/accounts', 201, { body: account });
  const { person } = await Person.signIn(login);
  const agreement = await person.get('/v1/agreements/seller');
  tell(`${login} registers and reads ${agreement['title']} ${agreement['version']}`);
  const ticked = { agreementVersion: agreement['version'], accepted: true };
  await person.refused('POST', '/v1/seller-onboardings', 422, 'AGREEMENT_NOT_ACCEPTED', { ...ticked, accepted: false });
  const onboarding = await person.post('/v1/seller-onboardings', ticked, 201);
  await person.refused('POST', '/v1/seller-onboardings', 409, 'ALREADY_ONBOARDING', ticked);
  expectThat('the stage', onboarding['stage'], 'enterprise_verification');
  tell('Without the tick there is no way in; with it the onboarding begins, once');
  return { person, id: String(onboarding['sellerId']), onboardingId: String(onboarding['id']) };
}

/** @param {Seller} seller @param {string} key */
async function requirement({ person, onboardingId }, key) {
  const { requirements } = await person.get(`/v1/seller-onboardings/${onboardingId}`);
  return /** @type {Json} */ (/** @type {Json[]} */ (requirements).find((one) => one['key'] === key));
}

/** @param {Seller} seller @param {string} key @param {string} state @param {string} [turn] */
const untilRequirement = (seller, key, state, turn) =>
  eventually(
    `${key} ${state}`,
    () => requirement(seller, key),
    (now) => now['state'] === state && (turn === undefined || now['whoseTurn'] === turn),
  );

/**
 * 实名认证, by a transfer whose amount the seller tells.
 * @param {Seller} seller
 * @param {OutsideWorld} outside
 * @param {(seller: Seller, company: Company, proving: Json) => Promise<void>} dawdle what the seller does before that
 * @returns {Promise<Company>}
 */
async function verify(seller, outside, dawdle) {
  chapter('实名认证 – enterprise verification');
  const { person, id } = seller;
  const document = await person.call('POST', '/v1/documents', 201, { body: licence, type: 'application/pdf' });
  const company = {
    ...{ name: '深圳云岭软件有限公司', code: newCreditCode() },
    ...{ accountNumber: `7559${randomInt(10 ** 10, 10 ** 11)}`, documentId: String(document.body['id']) },
  };
  const wrong = { ...transferForm(company), unifiedSocialCreditCode: '91350100M000100Y4Z' };
  await person.refused('POST', `/v1/sellers/${id}/verification`, 400, 'VALIDATION_FAILED', wrong);
  tell('A code whose check digit is wrong is refused at its field');
  await person.post(`/v1/sellers/${id}/verification`, transferForm(company));
  const proving = await untilRequirement(seller, 'enterprise_verification', 'in_progress', 'seller');
  await dawdle(seller, company, proving);
  const { items } = await outside.call('GET', `/transfers?accountNumber=${company.accountNumber}`);
  const amountFen = Number(items[0].amountFen);
  const amount = `/v1/sellers/${id}/verification/transfer-amount`;
  const refused = await person.refused('POST', amount, 422, 'AMOUNT_WRONG', { amountFen: amountFen === 1 ? 2 : 1 });
  expectThat('the tries left', refused['triesLeft'], 1);
  await person.post(amount, { amountFen });
  tell(`The registry agrees, ${yuan(amountFen)} arrive, one wrong guess, then the right amount: verified`);
  return company;
}

/** @param {Seller} seller @param {Company} company */
async function inform(seller, company) {
  chapter('填写信息 – company information');
  const { person, id } = seller;
  const path = `/v1/sellers/${id}/company-information`;
  const form = informationForm(company);
  const other = { ...form, bank: { ...form.bank, accountName: '另一家公司' } };
  const problem = await person.refused('POST', path, 422, 'SUBJECT_MISMATCH', other);
  expectThat('the field', problem['errors'][0].path, '/bank/accountName');
  await person.post(path, form);
  tell('An account of another name is refused at its field; the right one is accepted without a person');
}

/** @param {Seller} seller */
async function deferFee({ person, id }) {
  chapter('支付费用 – the certification fee, deferred and paid');
  await person.post(`/v1/sellers/${id}/certification-fee/defer`);
  const deferred = await eventually(
    'the seller centre opens',
    () => person.get(`/v1/sellers/${id}/readiness`),
    (now) => now['sellerCentreOpen'] === true,
  );
  expectThat('whether products can be created', deferred['canCreateProducts'], false);
  const channels = { channels: ['wechat_pay'], form: merchantForm({ documentId: 'doc_00000000000000000000000000' }) };
  await person.refused('POST', `/v1/sellers/${id}/merchant-ids`, 409, 'FEE_NOT_PAID', channels);
  tell('暂不缴纳: the seller centre opens, without products and without a merchant ID');
}

/**
 * @param {Seller} seller
 * @param {OutsideWorld} outside
 * @returns {Promise<string>} the end of what is paid for
 */
async function payFee({ person, id }, outside) {
  const fee = `/v1/sellers/${id}/certification-fee`;
  const { payment } = await person.post(`${fee}/pay`, { method: 'wechat_native' });
  await outside.pay(payment.channelNumber);
  const paid = await eventually(
    'the fee is paid',
    () => person.get(fee),
    (now) => now['state'] === 'met',
  );
  await person.refused('POST', `${fee}/pay`, 409, 'FEE_ALREADY_PAID', { method: 'wechat_native' });
  const ready = await person.get(`/v1/sellers/${id}/readiness`);
  expectThat('whether products can be created now', ready['canCreateProducts'], true);
  tell(`立即缴纳: ${yuan(paid['amountFen'])} once, valid until ${paid['validUntil']}; products can be created`);
  return String(paid['validUntil']);
}

/** @param {Seller} seller @param {OutsideWorld} outside @param {Company} company */
async function openMerchantIds(seller, outside, company) {
  chapter('开通商户号 – merchant IDs at WeChat Pay and Tenpay');
  const { person, id } = seller;
  const path = `/v1/sellers/${id}/merchant-ids`;
  await person.post(path, { channels: ['wechat_pay', 'tenpay'], form: merchantForm(company) });
  const at = (/** @type {string} */ channel, /** @type {string} */ state) =>
    eventually(
      `${channel} ${state}`,
      async () =>
        /** @type {Json} */ (
          /** @type {Json[]} */ ((await person.get(path))['items']).find((one) => one['channel'] === channel)
        ),
      (now) => now['state'] === state,
    );
  const applications = async () =>
    /** @type {Json[]} */ ((await outside.call('GET', `/merchant-applications?reference=${id}`))['items']);
  const application = async (/** @type {string} */ channel) =>
    eventually(
      `the application at ${channel}`,
      async () => (await applications()).find((one) => one['channel'] === channel) ?? {},
      (one) => one['id'] !== undefined,
    );
  const wechat = await application('wechat_pay');
  const reasons = [{ field: 'merchant_shortname', reason: '简称与经营内容不符' }];
  await outside.call('POST', `/merchant-applications/${wechat['id']}/reject`, { reasons });
  const rejected = await at('wechat_pay', 'rejected');
  expectThat('the field to change', rejected['errors'][0].path, '/form/shortName');
  tell(`WeChat Pay rejects: ${rejected['errors'][0].reason} (at shortName, nothing else is asked again)`);
  await person.post(`${path}/wechat_pay/resubmit`, { form: { ...merchantForm(company), shortName: '云岭' } });
  await eventually(
    'the form is with WeChat Pay again',
    () => application('wechat_pay'),
    (one) => one['state'] !== 'rejected',
  );
  for (const step of ['verify-account', 'approve', 'sign']) {
    await outside.call('POST', `/merchant-applications/${(await application('wechat_pay'))['id']}/${step}`);
  }
  const opened = await at('wechat_pay', 'opened');
  tell(`Resubmitted under the same number, reviewed and signed: merchant ID ${opened['merchantId']}`);
  await outside.call('POST', `/merchant-applications/${(await application('tenpay'))['id']}/approve`);
  await outside.call('POST', `/merchant-applications/${(await application('tenpay'))['id']}/sign`);
  await at('tenpay', 'opened');
  tell('Tenpay opens side by side; one of them would have been enough to sell');
}

module.exports = { deferFee, inform, openMerchantIds, payFee, signUp, untilRequirement, verify };
