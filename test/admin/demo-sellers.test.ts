import { randomBytes } from 'node:crypto';
import { seedDemoSellers, type DemoWorld } from '../../admin/demo-sellers';
import { rotateKeys } from '../../admin/rotate-keys';
import { dataKeys } from '../../config/env';
import { casePolicies } from '../../config/policies';
import { openCasesAfter } from '../../db/case/repository';
import { rows } from '../../db/connection';
import { newId } from '../../db/new-id';
import { verifyLedger } from '../../db/ledger/queries';
import { KeyedVault } from '../../db/secrets/keyed-vault';
import { sellerFacts } from '../../db/seller/facts';
import { requirementsOf } from '../../domain/seller/requirements';
import { isUnifiedSocialCreditCode } from '../../domain/seller/identifiers';
import { isRunning } from '../../temporal/run-health';
import { runSettings } from '../../worker/start-loops';
import { sweepRuns } from '../../worker/loops/sweep-runs';
import { startInstallation, type Installation } from '../support/installation';

let mallflow: Installation;
let world: DemoWorld;

beforeAll(async () => {
  mallflow = await startInstallation();
  const { config, services } = mallflow;
  const { certificationFee, sellerOnboarding } = casePolicies(config);
  world = { ...services, ...sellerOnboarding, fee: { ...certificationFee, validForMs: null } };
  expect(await seedDemoSellers(world)).toBe(true);
});
afterAll(() => mallflow.stop());

it('are loaded once, however often', async () => {
  expect(await seedDemoSellers(world)).toBe(false);
  expect(await verifyLedger(mallflow.database.db)).toEqual([]);
  const codes = await rows<{ code: string }>(
    mallflow.database.db,
    'select subject_code as code from sellers where subject_code is not null',
  );
  expect(codes.filter(({ code }) => !isUnifiedSocialCreditCode(code))).toEqual([]);
});

it.each([
  ['seller@demo', null, []],
  ['seller-verification@demo', 'enterprise_verification', []],
  ['seller-company@demo', 'company_information', []],
  ['seller-fee@demo', 'certification_fee', []],
  ['seller-deferred@demo', 'deferred', ['seller']],
  ['seller-merchant@demo', 'merchant_id', ['seller']],
  ['seller-shop@demo', 'shop_published', ['seller']],
  ['seller-product@demo', 'product_listed', ['seller']],
  ['seller-selling@demo', null, ['seller']],
])('%s has just come to the step %s', async (login, step, roles) => {
  const { body: me } = await (await mallflow.as(login)).get('/v1/me');
  expect(me.roles).toEqual(roles);
  const facts = await sellerFacts(mallflow.database.db, (me.sellerId as string | undefined) ?? '');
  const first = facts && requirementsOf(facts).find(({ key, state }) => state !== 'met' && key !== 'seller_centre');
  const expected = step === 'deferred' ? ['certification_fee', 'deferred'] : [step, 'not_started'];
  expect(first && [first.key, first.state]).toEqual(step === null ? undefined : expected);
});

it('sell in the market, as far as they have come', async () => {
  const sellerIdOf = async (login: string) => (await (await mallflow.as(login)).get('/v1/me')).body.sellerId as string;
  const shop = async (login: string) => mallflow.anonymous.get(`/v1/market/shops/${await sellerIdOf(login)}`);
  expect((await shop('seller-shop@demo')).status).toBe(404);
  for (const login of ['seller-product@demo', 'seller-selling@demo']) {
    const { status, body } = await shop(login);
    expect([status, body.headline]).toEqual([200, '让企业上云更简单']);
    expect((await mallflow.anonymous.get(body.bannerUrl as string)).status).toBe(200);
  }
  expect((await mallflow.anonymous.get('/v1/market/products')).body.items).toMatchObject([
    { sellerId: await sellerIdOf('seller-selling@demo'), purchasable: true, paymentMethods: ['wechat_pay'] },
  ]);
});

it('go on once a worker is there: each open case gets its run', async () => {
  const { services, database, config } = mallflow;
  const graceMs = config.MALLFLOW_LOST_GRACE_SECONDS;
  const parts = { ...services, db: database.db, settings: runSettings(config), graceMs };
  await sweepRuns(parts)();
  const open = await openCasesAfter(database.db, { after: '', limit: 100 });
  expect(open.map(({ kind }) => kind).sort()).toEqual([
    ...Array.from({ length: 6 }, () => 'certification_fee'),
    ...Array.from({ length: 3 }, () => 'merchant_id'),
    // The one that sells has come to its end.
    ...Array.from({ length: 7 }, () => 'seller_onboarding'),
  ]);
  for (const { workflowId } of open)
    expect([workflowId, await isRunning(services.temporal, workflowId)]).toEqual([workflowId, true]);
});

it('show the licence of a verification to its reviewers, once it is handed over', async () => {
  const [verification, other] = await rows<{ id: string; sellerId: string; licence: string }>(
    mallflow.database.db,
    'select id, seller_id as "sellerId", licence_document_id as licence from enterprise_verifications order by id limit 2',
  );
  const reviewer = await mallflow.as('reviewer@demo');
  const seen = async (id: string) => (await reviewer.get(`/v1/documents/${id}`)).status;
  expect(await seen(verification!.licence)).toBe(404);
  await rows(
    mallflow.database.owner,
    `insert into reviews (id, kind, submission_id, seller_id, case_workflow_id, state, remind_at, due_at)
     values (:id, 'enterprise_verification', :submissionId, :sellerId, 'case', 'waiting', now(), now())`,
    { id: newId('review'), submissionId: verification!.id, sellerId: verification!.sellerId },
  );
  expect([await seen(verification!.licence), await seen(other!.licence)]).toEqual([200, 404]);
});

it('are sealed anew with everything else, in every column that says what it is sealed about', async () => {
  const keys = [{ id: 'next', key: randomBytes(32) }, ...dataKeys(mallflow.config)];
  const resealed = await rotateKeys({ ...world, db: mallflow.database.owner, vault: new KeyedVault(keys) });
  expect(resealed).toEqual(
    expect.arrayContaining([
      { what: 'enterprise_verifications.details_ciphertext', resealed: 7 },
      { what: 'company_informations.details_ciphertext', resealed: 6 },
      { what: 'accounts.mobile_ciphertext', resealed: 9 },
      { what: 'documents', resealed: 10 },
    ]),
  );
});
