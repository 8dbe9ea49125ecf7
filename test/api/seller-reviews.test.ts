import { run } from '../../db/connection';
import { newAccount } from '../support/accounts';
import { centreRows } from '../support/products';
import { eventually } from '../support/eventually';
import { startEmulator, type Emulator } from '../support/emulator';
import type { Body, HttpClient } from '../support/http-client';
import { startInstallation, type Installation } from '../support/installation';
import { controlsOf, SellerJourney } from '../support/seller-journey';

describe('what the register says otherwise', () => {
  let emulator: Emulator;
  let mallflow: Installation;
  let reviewer: HttpClient;
  beforeAll(async () => {
    emulator = await startEmulator();
    mallflow = await startInstallation({ emulator });
    reviewer = await mallflow.as('reviewer@demo');
  });
  afterAll(async () => {
    await mallflow.stop();
    await emulator.stop();
  });

  /** A seller whose company the register knows under another name. */
  async function mismatched(): Promise<SellerJourney> {
    const journey = await SellerJourney.begin(mallflow.url, controlsOf(emulator.url));
    const { code } = journey.company;
    const known = { name: '深圳别家软件有限公司', legalRepresentative: '别人', state: 'active' };
    await journey.outside('PUT', `/registry/${code}`, known);
    return journey;
  }

  async function handIn(journey: SellerJourney, changed: Record<string, unknown> = {}): Promise<Body> {
    const form = { ...(await journey.verificationForm()), ...changed };
    const reply = await journey.seller.post(`${journey.path}/verification`, form);
    expect([reply.status, reply.body]).toMatchObject([200, {}]);
    await journey.until('enterprise_verification', 'in_review', 'reviewer');
    return eventually(
      async () => {
        const { items } = (await reviewer.get('/v1/reviews?kind=enterprise_verification&state=waiting')).body;
        return (items as Body[]).find(({ sellerId }) => sellerId === journey.sellerId);
      },
      (review) => review !== undefined,
    );
  }

  it('goes to a reviewer; what comes back says why at its field, and the next review shows what changed', async () => {
    const journey = await mismatched();
    const review = await handIn(journey);
    const { dueAt } = await journey.requirement('enterprise_verification');
    expect(dueAt).toBe(review.dueAt);
    const { body: seen } = await reviewer.get(`/v1/reviews/${review.id}`);
    expect(seen.items).toContainEqual(
      expect.objectContaining({ item: '/enterpriseName', value: journey.company.name }),
    );
    expect(seen.changes).toEqual([]);
    const licence = seen.items.find(({ item }: Body) => item === '/licenceDocumentId').value as string;
    expect((await reviewer.get(`/v1/documents/${licence}`)).status).toBe(200);

    const verdicts = [{ item: '/enterpriseName', outcome: 'change', reasonCode: 'MISMATCH', note: '与工商登记不一致' }];
    const decided = await reviewer.post(`/v1/reviews/${review.id}/decide`, { outcome: 'request_changes', verdicts });
    expect([decided.status, decided.body.state]).toEqual([200, 'decided']);
    const back = await journey.until('enterprise_verification', 'action_needed', 'seller');
    expect(back.errors).toEqual([{ path: '/enterpriseName', code: 'MISMATCH', reason: '与工商登记不一致' }]);

    const again = await handIn(journey, { enterpriseName: '深圳新名软件有限公司' });
    expect(again.id).not.toBe(review.id);
    const { changes } = (await reviewer.get(`/v1/reviews/${again.id}`)).body;
    expect(changes).toContainEqual({
      ...{ item: '/enterpriseName', before: journey.company.name, after: '深圳新名软件有限公司' },
    });
    const approved = await reviewer.post(`/v1/reviews/${again.id}/decide`, { outcome: 'approve' });
    expect(approved.status).toBe(200);
    await journey.until('enterprise_verification', 'in_progress', 'seller');
    expect((await journey.tellAmount(await journey.arrivedFen())).status).toBe(200);
    await journey.until('enterprise_verification', 'met');
  });

  it('is not steered by an operator of the company that it names, though nothing is verified yet', async () => {
    const journey = await mismatched();
    const { processId, dueAt } = await handIn(journey);
    const concerned = await newAccount(mallflow, { login: 'operator-of-the-company', roles: ['operator'] });
    const { sellerId } = await centreRows(mallflow.database, (await concerned.get('/v1/me')).body.id as string);
    const { code } = journey.company;
    await run(mallflow.database.owner, 'update sellers set subject_code = :code where id = :sellerId', {
      ...{ code, sellerId },
    });
    const until = new Date(Date.parse(dueAt as string) + 86_400_000).toISOString();
    const command = { command: 'extend_deadline', until, reason: '客户来电，已核实', preview: true };
    const steer = (by: HttpClient) => by.post(`/v1/processes/${processId as string}/commands`, command);
    const refused = await steer(concerned);
    expect([refused.status, refused.body.code]).toEqual([403, 'OWN_SUBMISSION']);
    expect((await steer(await mallflow.as('operator@demo'))).status).toBe(200);
  });

  it('leaves the queue when its seller takes it back', async () => {
    const journey = await mismatched();
    const review = await handIn(journey);
    const operator = await mallflow.as('operator@demo');
    const { body: masked } = await operator.get(`/v1/reviews/${review.id}`);
    expect(JSON.stringify(masked)).not.toContain(journey.personal.accountNumber);
    expect((await journey.seller.post(`${journey.path}/verification/withdraw`)).status).toBe(200);
    await eventually(
      async () => (await reviewer.get(`/v1/reviews/${review.id}`)).body,
      ({ state }) => state === 'withdrawn',
    );
    const late = await reviewer.post(`/v1/reviews/${review.id}/decide`, { outcome: 'approve' });
    expect([late.status, late.body]).toMatchObject([409, { code: 'WRONG_STATE', state: 'withdrawn' }]);
    const run = async () => (await operator.get(`/v1/processes?kind=review&q=${review.id}`)).body.items[0];
    expect(await run()).toMatchObject({ state: 'cancelled', whoseTurn: 'nobody' });
  });

  it('is told to the seller by SMS', async () => {
    const journey = await mismatched();
    const review = await handIn(journey);
    await reviewer.post(`/v1/reviews/${review.id}/decide`, { outcome: 'reject', note: '并非同一企业' });
    const { mobile } = journey.personal;
    const { items } = await eventually(
      () => journey.outside('GET', `/messages?to=${mobile}`),
      (sent) => sent.items.some(({ subject }: Body) => subject === '审核未通过'),
    );
    for (const { text } of items) expect(text).not.toContain('并非同一企业');
    await eventually(
      async () => (await journey.seller.get('/v1/notices')).body.items as Body[],
      (notices) =>
        notices.some(
          ({ kind, deliveries }) =>
            kind === 'review_rejected' &&
            deliveries.some(({ channel, state }: Body) => channel === 'sms' && state === 'sent'),
        ),
    );
  });
});
