import { randomUUID } from 'node:crypto';
import { newAccount } from '../support/accounts';
import { startEmulator, type Emulator } from '../support/emulator';
import type { Body, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { controlsOf, SellerJourney, someCompany } from '../support/seller-journey';
import { sellerRows, verificationRows } from '../support/sellers';

let emulator: Emulator;
let mallflow: Installation;
let outside: ReturnType<typeof controlsOf>;

beforeAll(async () => {
  emulator = await startEmulator();
  outside = controlsOf(emulator.url);
  const environment = { MALLFLOW_REGISTRY_AGAIN_SECONDS: '1', MALLFLOW_COMPANY_ACCOUNTS: '2' };
  mallflow = await startInstallation({ emulator, environment });
});
afterAll(async () => {
  await mallflow.stop();
  await emulator.stop();
});

function begin(company = someCompany()): Promise<SellerJourney> {
  return SellerJourney.begin(mallflow.url, outside, undefined, company);
}

function shown({ status, body }: Reply): unknown {
  const paths = (body.errors as { path: string }[] | undefined)?.map(({ path }) => path);
  return [status, body.code ?? body.state, ...(paths ?? [])];
}

describe('beginning', () => {
  it.each([
    ['the agreement is not ticked', { accepted: false }, [422, 'AGREEMENT_NOT_ACCEPTED', '/accepted']],
    ['another version', { agreementVersion: '0.9' }, [422, 'AGREEMENT_OUTDATED', '/agreementVersion']],
  ])('is refused: %s', async (_, change, expected) => {
    const account = { login: `s-${randomUUID()}`, password: 'mallflow-demo', displayName: '卖', mobile: '13800138000' };
    await mallflow.anonymous.post('/v1/accounts', account);
    const seller = await mallflow.as(account.login);
    const body = { agreementVersion: '1.0', accepted: true, ...change };
    expect(shown(await seller.post('/v1/seller-onboardings', body))).toEqual(expected);
    expect((await seller.get('/v1/seller-onboardings')).body.items).toEqual([]);
  });

  it('happens once, by two tabs at once too', async () => {
    const account = { login: `s-${randomUUID()}`, password: 'mallflow-demo', displayName: '卖', mobile: '13800138000' };
    await mallflow.anonymous.post('/v1/accounts', account);
    const seller = await mallflow.as(account.login);
    const tick = () => seller.post('/v1/seller-onboardings', { agreementVersion: '1.0', accepted: true });
    const replies = await Promise.all([tick(), tick(), tick()]);
    expect(replies.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(shown(await tick())).toEqual([409, 'ALREADY_ONBOARDING']);
  });
});

describe('steps out of turn', () => {
  let journey: SellerJourney;
  beforeAll(async () => {
    journey = await begin();
  });

  it('are refused, and change nothing', async () => {
    const { seller, path, company, personal } = journey;
    const bank = { accountNumber: personal.accountNumber, bankName: '行', branchName: '支行', location: '深圳' };
    const information = {
      ...{ unifiedSocialCreditCode: company.code, contactName: '张', contactPhone: '95588' },
      bank: { ...bank, accountName: company.name },
    };
    const replies = [
      await seller.post(`${path}/verification/transfer-amount`, { amountFen: 1 }),
      await seller.post(`${path}/verification/withdraw`),
      await seller.post(`${path}/company-information`, information),
      await seller.post(`${path}/certification-fee/defer`),
      await seller.get(`${path}/verification`),
    ];
    expect(replies.map(shown)).toEqual([...Array<unknown>(4).fill([409, 'WRONG_STATE']), [404, 'NOT_FOUND']]);
    expect((await journey.requirement('enterprise_verification')).state).toBe('not_started');
  });

  it('no sum can be told before the transfer has arrived; the rows say so, without asking any run', async () => {
    const seller = await newAccount(mallflow, { login: `s-${randomUUID()}`, roles: [] });
    const sellerId = await sellerRows(mallflow, seller);
    await verificationRows(mallflow, seller, sellerId);
    const { status, body } = await seller.post(`/v1/sellers/${sellerId}/verification/transfer-amount`, {
      amountFen: 1,
    });
    expect([status, body.code, body.allowed]).toEqual([409, 'WRONG_STATE', ['withdraw']]);
  });

  it('are told to whom they are open, and to nobody else', async () => {
    const own = await journey.seller.get(`/v1/seller-onboardings/${journey.onboardingId}`);
    expect(own.body.actions).toEqual(['verification']);
    const operator = await mallflow.as('operator@demo');
    const seen = await operator.get(`/v1/seller-onboardings/${journey.onboardingId}`);
    expect([seen.body.id, seen.body.actions]).toEqual([journey.onboardingId, []]);
  });

  it.each<[string, (form: Body) => Body, unknown]>([
    [
      'a check digit that is wrong',
      (form) => ({ ...form, unifiedSocialCreditCode: '91350100M000100Y4Z' }),
      [400, 'VALIDATION_FAILED', '/unifiedSocialCreditCode'],
    ],
    [
      'another’s document',
      (form) => ({ ...form, licenceDocumentId: 'doc_01jd0000000000000000000000' }),
      [422, 'REFERENCE_NOT_FOUND', '/licenceDocumentId'],
    ],
  ])('a form with %s is refused', async (_, change, expected) => {
    const form = change(await journey.verificationForm());
    expect(shown(await journey.seller.post(`${journey.path}/verification`, form))).toEqual(expected);
  });

  it('a licence that nobody can look at is refused', async () => {
    const archive = Buffer.from('PK\u0003\u0004licence.png', 'latin1');
    const { body } = await journey.seller.upload('/v1/documents', archive, 'application/zip');
    const form = { ...(await journey.verificationForm()), licenceDocumentId: body.id as string };
    const refused = [422, 'REFERENCE_NOT_FOUND', '/licenceDocumentId'];
    expect(shown(await journey.seller.post(`${journey.path}/verification`, form))).toEqual(refused);
  });
});

describe('after the verification', () => {
  let journey: SellerJourney;
  beforeAll(async () => {
    journey = await begin();
    await journey.verify();
  });

  it.each([
    ['another company’s code', { unifiedSocialCreditCode: '91350100M000100Y43' }, ['/unifiedSocialCreditCode']],
    ['an account of somebody else', { accountName: '深圳别家有限公司' }, ['/bank/accountName']],
  ])('information with %s is refused at its field', async (_, { accountName, ...change }: Body, paths) => {
    const { company, personal } = journey;
    const bank = {
      ...{ accountName: accountName ?? company.name, accountNumber: personal.accountNumber },
      ...{ bankName: '行', branchName: '支行', location: '深圳' },
    };
    const form = { unifiedSocialCreditCode: company.code, contactName: '张', contactPhone: '95588', bank, ...change };
    const reply = await journey.seller.post(`${journey.path}/company-information`, form);
    expect(shown(reply)).toEqual([422, 'SUBJECT_MISMATCH', ...paths]);
  });

  it('the fee is put off: the centre opens once with its role, products and merchant IDs stay closed', async () => {
    await journey.inform();
    const defer = () => journey.seller.post(`${journey.path}/certification-fee/defer`);
    // Somebody who has begun to pay may change their mind.
    await journey.openPayment();
    expect(shown(await defer())).toEqual([200, 'deferred']);
    expect(shown(await defer())).toEqual([200, 'deferred']);
    const { body } = await journey.seller.get(`${journey.path}/readiness`);
    expect(body).toMatchObject({ sellerCentreOpen: true, canCreateProducts: false, canSell: false });
    expect(body.gates.find(({ key }: Body) => key === 'merchant_id')).toMatchObject({
      met: false,
      whoseTurn: 'nobody',
    });
    expect((await journey.seller.get('/v1/me')).body.roles).toEqual(['seller']);
    const { body: onboarding } = await journey.seller.get(`/v1/seller-onboardings/${journey.onboardingId}`);
    expect(onboarding.stage).toBe('seller_centre');
  });

  it('the fee is paid afterwards: products may be created, and it can no longer be put off', async () => {
    await journey.payFee();
    expect((await journey.seller.get(`${journey.path}/readiness`)).body.canCreateProducts).toBe(true);
    expect(shown(await journey.seller.post(`${journey.path}/certification-fee/defer`))).toEqual([
      409,
      'FEE_ALREADY_PAID',
    ]);
    const operator = await mallflow.as('operator@demo');
    const { body } = await operator.get(`/v1/processes?kind=seller_onboarding&q=${journey.onboardingId}`);
    expect(body.items).toMatchObject([{ stage: 'seller_centre', whoseTurn: 'seller', state: 'open' }]);
  });
});

it('the worker is gone between the steps: what is owed is done by the next one', async () => {
  const journey = await begin();
  await outside('POST', '/faults', { target: 'bank', kind: '500', times: 2 });
  await journey.seller.post(`${journey.path}/verification`, await journey.verificationForm());
  await mallflow.stopWorker();
  await mallflow.startWorker();
  await journey.until('enterprise_verification', 'in_progress', 'seller');
  await mallflow.stopWorker();
  await mallflow.startWorker();
  expect((await journey.tellAmount(await journey.arrivedFen())).status).toBe(200);
  const { items } = await outside('GET', `/transfers?accountNumber=${journey.personal.accountNumber}`);
  expect(items).toHaveLength(1);
});
