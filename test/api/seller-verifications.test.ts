import { randomUUID } from 'node:crypto';
import { run } from '../../db/connection';
import { processIdOf } from '../../domain/shared/ids';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import type { Body, HttpClient, Reply } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { controlsOf, SellerJourney, someCompany } from '../support/seller-journey';
import { documentOf } from '../support/sellers';

let emulator: Emulator;
let mallflow: Installation;
let reviewer: HttpClient;
let outside: ReturnType<typeof controlsOf>;

beforeAll(async () => {
  emulator = await startEmulator();
  outside = controlsOf(emulator.url);
  const environment = { MALLFLOW_REGISTRY_AGAIN_SECONDS: '1', MALLFLOW_COMPANY_ACCOUNTS: '2' };
  mallflow = await startInstallation({ emulator, environment });
  reviewer = await mallflow.as('reviewer@demo');
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

/** Told at once, unless the provider is slow: then the seller finds it a little later. */
async function beginScan(journey: SellerJourney, form: Record<string, unknown>): Promise<Body> {
  const begun = await journey.seller.post(`${journey.path}/verification`, form);
  expect([begun.status, begun.body.state]).toEqual([200, 'in_progress']);
  return eventually(
    async () => (await journey.seller.get(`${journey.path}/verification`)).body,
    ({ scanUrl }: Body) => scanUrl !== undefined,
  );
}

async function scanForm(journey: SellerJourney): Promise<Record<string, unknown>> {
  const { method: _, contactName: _c, contactMobile: _m, bank: _b, ...subject } = await journey.verificationForm();
  const { legalName: name, idNumber } = journey.personal;
  return { ...subject, method: 'legal_person_scan', legalRepresentative: { name, idNumber } };
}

/** The registry knows the company by another name. */
async function registeredOtherwise({ company, personal }: SellerJourney): Promise<void> {
  const entry = { name: '深圳另一家软件有限公司', legalRepresentative: personal.legalName, state: 'active' };
  await outside('PUT', `/registry/${company.code}`, entry);
}

async function decide(journey: SellerJourney, kind: string, decision: Record<string, unknown>): Promise<void> {
  const mine = (item: Body): boolean => item.sellerId === journey.sellerId && item.state === 'waiting';
  const found = await eventually(
    async () => ((await reviewer.get(`/v1/reviews?kind=${kind}&limit=200`)).body.items as Body[]).find(mine),
    (item) => item !== undefined,
  );
  const reply = await reviewer.post(`/v1/reviews/${found.id as string}/decide`, decision);
  expect([reply.status, reply.body.code]).toEqual([200, undefined]);
}

it('the transfer: two tries, each counted once; sent back, only the bank data are asked again', async () => {
  const journey = await begin();
  const { seller, path } = journey;
  const form = await journey.verificationForm();
  const first = await seller.post(`${path}/verification`, form);
  expect(first.body).toMatchObject({ state: 'in_progress', contactName: '联**', bank: { bankName: '招商银行' } });
  expect(first.body.reference).toEqual(expect.any(String));
  const number = journey.personal.accountNumber;
  expect(JSON.stringify(first.body)).not.toContain(number);
  expect(shown(await seller.post(`${path}/verification`, form))).toEqual([409, 'WRONG_STATE']);
  await journey.until('enterprise_verification', 'in_progress', 'seller');
  const wrong = ((await journey.arrivedFen()) % 99) + 1;

  // Two at once under one key: one try.
  const key = randomUUID();
  const tell = () => seller.post(`${path}/verification/transfer-amount`, { amountFen: wrong }, { key });
  const both = await Promise.all([tell(), tell()]);
  expect(both.map(({ body }) => body.code as string)).toContain('AMOUNT_WRONG');
  expect((await seller.get(`${path}/verification`)).body.triesLeft).toBe(1);
  const last = await journey.tellAmount(wrong);
  expect([last.status, last.body.code, last.body.triesLeft]).toEqual([422, 'AMOUNT_WRONG', 0]);
  const back = await journey.until('enterprise_verification', 'action_needed');
  expect(back).toMatchObject({ errors: [{ path: '/bank', code: 'AMOUNT_TRIES_SPENT' }], nextAction: 'verification' });

  // The registry is away: it is not asked again about what it agreed to.
  await outside('POST', '/faults', { target: 'registry', kind: '500', times: 1_000 });
  try {
    const other = { ...(form['bank'] as object), accountNumber: `99${number}` };
    expect((await seller.post(`${path}/verification`, { ...form, bank: other })).status).toBe(200);
    await journey.until('enterprise_verification', 'in_progress', 'seller');
  } finally {
    await outside('DELETE', '/faults');
  }
  const { items } = await outside('GET', `/transfers?accountNumber=99${number}`);
  const right = await journey.tellAmount(items[0].amountFen as number);
  expect([right.status, right.body.state]).toEqual([200, 'met']);
  expect((await journey.tellAmount(wrong)).status).toBe(200);
  expect(shown(await seller.post(`${path}/verification`, form))).toEqual([409, 'WRONG_STATE']);
  await expect(journey.inform()).resolves.toBeUndefined();
});

it('the time to tell the amount is over: bank data again', async () => {
  const journey = await begin();
  await journey.seller.post(`${journey.path}/verification`, await journey.verificationForm());
  await journey.until('enterprise_verification', 'in_progress', 'seller');
  const { owner } = mallflow.database;
  await run(
    owner,
    `update enterprise_verifications set due_at = now() where seller_id = :sellerId`,
    journeyIds(journey),
  );
  await mallflow.services.gateway.reload(sellerOnboardingWorkflowId(journey.onboardingId));
  const back = await journey.until('enterprise_verification', 'action_needed');
  expect(back.errors).toMatchObject([{ path: '/bank', code: 'AMOUNT_NOT_ENTERED' }]);
  expect(shown(await journey.tellAmount(1))).toEqual([409, 'WRONG_STATE']);
});

function journeyIds({ sellerId }: SellerJourney) {
  return { sellerId };
}

it('a scan: its address for the seller, its answer by callback; failed, the legal representative again', async () => {
  const journey = await begin();
  const form = await scanForm(journey);
  const begun = await beginScan(journey, form);
  expect(begun.scanUrl).toEqual(expect.stringMatching(/^http/));
  const again = await journey.seller.post(`${journey.path}/verification`, form);
  // There is no amount to be told of a scan.
  expect([again.status, again.body.code, again.body.allowed]).toEqual([409, 'WRONG_STATE', ['withdraw']]);
  await outside('POST', `/verifications/${begun.reference as string}/fail`, {});
  const back = await journey.until('enterprise_verification', 'action_needed');
  expect(back.errors).toMatchObject([{ path: '/legalRepresentative', code: 'SCAN_FAILED' }]);
  const second = await beginScan(journey, form);
  await outside('POST', `/verifications/${second.reference as string}/pass`, {});
  await journey.until('enterprise_verification', 'met');
  // Told again after it has moved on: nothing changes.
  await outside('POST', `/verifications/${second.reference as string}/notify`, { times: 2, delayMs: 0 });
  expect((await journey.requirement('enterprise_verification')).state).toBe('met');
});

it('the registry does not know the company: asked again until it does, and the partner’s turn it is', async () => {
  const journey = await begin();
  const { code, name } = journey.company;
  const registered = { name, legalRepresentative: '王五' };
  await outside('PUT', `/registry/${code}`, { ...registered, state: 'unknown' });
  await journey.seller.post(`${journey.path}/verification`, await journey.verificationForm());
  // Told once, however often it is asked.
  const told = async () =>
    (await (await mallflow.as('operator@demo')).get(`/v1/processes/${processIdOf(journey.onboardingId)}`)).body
      .timeline as Body[];
  await eventually(told, (timeline) => timeline.some(({ text }) => String(text).includes('does not know')));
  const waiting = await journey.requirement('enterprise_verification');
  expect(waiting.expectedAt).toEqual(expect.any(String));
  expect(waiting).toMatchObject({ state: 'in_progress', whoseTurn: 'provider', errors: [] });
  await outside('PUT', `/registry/${code}`, { ...registered, state: 'active' });
  await journey.until('enterprise_verification', 'in_progress', 'seller');
});

it('the registry says otherwise: a reviewer sends it back at its field, accepts it, and sees the information too', async () => {
  const journey = await begin();
  const { seller, path } = journey;
  await registeredOtherwise(journey);
  const form = await journey.verificationForm();
  await seller.post(`${path}/verification`, form);
  const inReview = await journey.until('enterprise_verification', 'in_review', 'reviewer');
  expect(inReview.errors).toEqual([]);
  const verdict = { item: '/licenceDocumentId', outcome: 'change', reasonCode: 'UNREADABLE', note: '看不清' };
  await decide(journey, 'enterprise_verification', { outcome: 'request_changes', verdicts: [verdict] });
  const back = await journey.until('enterprise_verification', 'action_needed');
  expect(back.errors).toEqual([expect.objectContaining({ path: '/licenceDocumentId', code: 'UNREADABLE' })]);

  await seller.post(`${path}/verification`, { ...form, licenceDocumentId: await documentOf(seller) });
  await decide(journey, 'enterprise_verification', { outcome: 'approve', verdicts: [] });
  await journey.until('enterprise_verification', 'in_progress', 'seller');
  await journey.tellAmount(await journey.arrivedFen());
  await journey.until('enterprise_verification', 'met');
  const informed = journey.inform();
  await decide(journey, 'company_information', { outcome: 'approve', verdicts: [] });
  await informed;
  expect((await journey.requirement('certification_fee')).state).toBe('not_started');
});

it('taken back while a reviewer has it; the review is withdrawn with it', async () => {
  const journey = await begin();
  await registeredOtherwise(journey);
  await journey.seller.post(`${journey.path}/verification`, await journey.verificationForm());
  await journey.until('enterprise_verification', 'in_review');
  const ofSeller = async () => {
    const { items } = (await reviewer.get('/v1/reviews?kind=enterprise_verification&limit=200')).body;
    return (items as Body[])
      .filter(({ sellerId }) => sellerId === journey.sellerId)
      .map(({ state }) => state as string);
  };
  await eventually(ofSeller, (states) => states.length === 1);
  const withdraw = () => journey.seller.post(`${journey.path}/verification/withdraw`);
  expect(shown(await withdraw())).toEqual([200, 'withdrawn']);
  expect(shown(await withdraw())).toEqual([200, 'withdrawn']);
  expect(await ofSeller()).toEqual(['withdrawn']);
  expect((await journey.requirement('enterprise_verification')).state).toBe('not_started');
});

it('another account of the company verifies for itself, and one too many is refused', async () => {
  const company = someCompany();
  const [first, second, third] = [await begin(company), await begin(company), await begin(company)];
  await Promise.all([first.verify(), second.verify()]);
  const refused = await third.seller.post(`${third.path}/verification`, await third.verificationForm());
  expect(shown(refused)).toEqual([422, 'COMPANY_ACCOUNTS_FULL', '/unifiedSocialCreditCode']);
});
