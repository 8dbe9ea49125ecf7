import { firstRow, rows, run } from '../../db/connection';
import { newId } from '../../db/new-id';
import { applyScan, takeInScan, waitingScans } from '../../db/seller/scan-reports';
import { deleteInertSubmissions, submitVerification } from '../../db/seller/submissions';
import { recordRegistryAnswer, recordScan, recordTransfer } from '../../db/seller/verification-legs';
import { ProviderError } from '../../domain/ports/provider-error';
import { deedsIn } from './seller-deeds';
import { agrees, openSellerRoom } from './seller-room';

let room: Awaited<ReturnType<typeof openSellerRoom>>;
let deeds: ReturnType<typeof deedsIn>;
beforeAll(async () => {
  room = await openSellerRoom(2);
  deeds = deedsIn(room);
});
beforeEach(() => {
  Object.assign(room.says, { registry: () => agrees, transfer: () => 'sent', scan: () => 'pending' });
});
afterAll(() => room.database.drop());

describe('opening', () => {
  it('is done once, also when the step is run again', async () => {
    const seller = await room.begin();
    await room.steps.openOnboarding(seller.opening);
    const events = await rows(room.db, 'select 1 from process_cases where subject_id = :onboardingId', seller);
    expect(events).toHaveLength(1);
  });

  it('an account begins once', async () => {
    const seller = await room.begin();
    const second = room.steps.openOnboarding({ ...seller.opening, onboardingId: newId('onboarding') });
    await expect(second).rejects.toThrow('ALREADY_ONBOARDING');
  });

  it('an account holding the verified subject goes on at the next step', async () => {
    const { accountId } = await room.begin();
    const onboardingId = newId('onboarding');
    const sellerId = onboardingId.replace('onb_', 'sel_');
    const other = newId('account');
    await run(
      room.owner,
      `insert into accounts (id, login, password_hash, display_name, roles)
       select :other, :other, password_hash, display_name, roles from accounts where id = :accountId`,
      { other, accountId },
    );
    await run(
      room.owner,
      `insert into sellers (id, account_id, subject_name, subject_code, subject_verified_at, subject_verified_by)
       values (:sellerId, :other, '公司', '91350100M000100Y43', now(), 'registry')`,
      { sellerId, other },
    );
    const opening = { onboardingId, accountId: other, agreementVersion: '1.0', commandId: null, requestId: null };
    expect(await room.steps.openOnboarding({ ...opening, policy: room.policy })).toMatchObject({
      state: 'company_information',
    });
  });
});

describe('the registry', () => {
  it.each([
    ['another name', { name: 'different' }],
    ['another legal representative', { legalRepresentative: 'different' }],
    ['revoked', { operating: 'revoked' }],
    ['cancelled', { operating: 'cancelled' }],
  ])('%s: a reviewer looks', async (_, change) => {
    room.says.registry = () => ({ ...agrees, ...change }) as typeof agrees;
    const seller = await room.begin();
    await seller.verify(seller.transfer());
    const at = await seller.act('askRegistry');
    expect(at.review).toMatchObject({ kind: 'enterprise_verification' });
    expect(at.next?.act).not.toBe('send_transfer');
  });

  it('not found is asked again, later', async () => {
    room.says.registry = () => ({ found: false });
    const seller = await room.begin();
    await seller.verify(seller.transfer());
    const at = await seller.act('askRegistry');
    expect(at.next).toMatchObject({ act: 'ask_registry' });
    expect(at.next!.inMs).toBeGreaterThan(60_000_000);
  });

  it('away: asked again, and shown as stuck when it stays so', async () => {
    room.says.registry = () => {
      throw new ProviderError('away', 'TIMEOUT');
    };
    const seller = await room.begin();
    await seller.verify(seller.transfer());
    for (let n = 0; n < 5; n += 1) expect((await seller.act('askRegistry')).next?.act).toBe('ask_registry');
    const stuck = () =>
      firstRow(room.db, 'select stuck_code as code from process_cases where subject_id = :onboardingId', seller);
    expect(await stuck()).toEqual({ code: 'PROVIDER_TIMEOUT' });
    room.says.registry = () => agrees;
    await seller.act('askRegistry');
    expect(await stuck()).toEqual({ code: null });
  });

  it('an answer that comes after the form was taken back changes nothing', async () => {
    const seller = await room.begin();
    await seller.verify(seller.transfer());
    room.says.registry = () => ({ ...agrees, name: 'different' }) as typeof agrees;
    await seller.act('withdrawVerification');
    await seller.act('askRegistry');
    expect(await seller.row()).toMatchObject({ state: 'withdrawn', registry: 'pending' });
  });
});

describe('the transfer', () => {
  it('its amount is chosen once, whatever becomes of the calls', async () => {
    const seller = await room.begin();
    await seller.verify(seller.transfer());
    await seller.act('askRegistry');
    room.sent.length = 0;
    room.says.transfer = () => {
      throw new ProviderError('away', 'TIMEOUT');
    };
    for (let n = 0; n < 4; n += 1) await seller.act('sendTransfer');
    room.says.transfer = () => 'pending';
    expect((await seller.act('sendTransfer')).next?.act).toBe('query_transfer');
    expect(new Set(room.sent).size).toBe(1);
    expect(room.sent[0]).toBeGreaterThanOrEqual(1);
    expect(room.sent[0]).toBeLessThanOrEqual(99);
    room.says.transfer = () => 'unknown';
    expect((await seller.act('queryTransfer')).next?.act).toBe('send_transfer');
  });

  it('before it has arrived nobody can tell its amount', async () => {
    const seller = await room.begin();
    await seller.verify(seller.transfer());
    expect((await seller.tell(5)).refused).toMatchObject({ code: 'WRONG_STATE' });
  });

  it('failed: bank data again', async () => {
    room.says.transfer = () => 'failed';
    const seller = await deeds.transferred();
    expect((await seller.facts()).verification).toMatchObject({
      ...{ state: 'action_needed', errors: [{ path: '/bank', code: 'TRANSFER_FAILED' }] },
    });
  });

  it('arriving after the form was taken back it changes nothing', async () => {
    const seller = await room.begin();
    await seller.verify(seller.transfer());
    await seller.act('askRegistry');
    room.says.transfer = () => 'pending';
    await seller.act('sendTransfer');
    await seller.act('withdrawVerification');
    room.says.transfer = () => 'sent';
    await seller.act('queryTransfer');
    expect(await seller.row()).toMatchObject({ state: 'withdrawn', transferArrivedAt: null });
  });

  it('a try counts once however often it is judged, and under whatever id it had to be sent', async () => {
    const seller = await deeds.transferred();
    const wrong = ((await seller.amountFen()) % 99) + 1;
    const id = newId('command');
    for (let n = 0; n < 3; n += 1)
      expect((await seller.tell(wrong, id)).refused).toEqual({ code: 'AMOUNT_WRONG', facts: { triesLeft: 1 } });
    const renewed = newId('command');
    expect((await seller.tell(wrong, renewed, id)).refused?.facts).toEqual({ triesLeft: 1 });
    expect((await seller.row()).triesLeft).toBe(1);
    const at = await seller.tell(wrong);
    expect(at.refused?.facts).toEqual({ triesLeft: 0 });
    expect((await seller.row()).state).toBe('action_needed');
  });

  it('right: verified, and told again it stays so', async () => {
    const seller = await deeds.transferred();
    const id = newId('command');
    const right = await seller.amountFen();
    expect(await seller.tell(right, id)).toMatchObject({ state: 'company_information' });
    expect((await seller.tell(right, id)).refused).toBeUndefined();
    expect(await seller.row()).toMatchObject({ state: 'met' });
  });

  it('its time ends only when it is over', async () => {
    const seller = await deeds.transferred();
    await seller.act('endProof');
    expect((await seller.row()).state).toBe('in_progress');
    const id = await seller.currentId();
    await run(room.owner, 'update enterprise_verifications set due_at = now() where id = :id', { id });
    await seller.act('endProof');
    expect((await seller.facts()).verification?.errors).toEqual([
      { path: '/bank', code: 'AMOUNT_NOT_ENTERED', reason: '' },
    ]);
  });
});

describe('the scan', () => {
  const report = (reference: string, outcome: 'passed' | 'failed', eventId = newId('command')) =>
    takeInScan(room.db, { eventId, reference, outcome });
  const relay = async (): Promise<void> => {
    for (const waiting of await waitingScans(room.db, 100))
      await room.db.transaction((trx) => applyScan(trx, waiting, room.policy));
  };

  it('told before we wrote down that it began, it counts', async () => {
    const seller = await room.begin();
    await seller.verify(seller.scan());
    await seller.act('askRegistry');
    await report(await seller.currentId(), 'passed');
    await relay();
    expect(await seller.act('beginScan')).toMatchObject({ state: 'company_information' });
    expect((await seller.row()).scanUrl).toBeNull();
  });

  it('told twice, and then otherwise: the first word stands', async () => {
    const seller = await room.begin();
    await seller.verify(seller.scan());
    expect(await seller.act('beginScan')).toMatchObject({ scanReady: true });
    const event = newId('command');
    await report(await seller.currentId(), 'passed', event);
    await report(await seller.currentId(), 'passed', event);
    expect(await waitingScans(room.db, 100)).toHaveLength(1);
    await relay();
    await report(await seller.currentId(), 'failed');
    await relay();
    expect(await seller.row()).toMatchObject({ state: 'in_progress', proof: 'proven' });
    expect(await seller.act('askRegistry')).toMatchObject({ state: 'company_information' });
  });

  it('an unknown reference is put aside', async () => {
    await report('ver_nobody', 'passed');
    await relay();
    expect(await waitingScans(room.db, 100)).toEqual([]);
  });

  it('of the same person is kept when something else was wrong; of another it is not', async () => {
    const seller = await room.begin();
    await seller.verify(seller.scan());
    await seller.act('beginScan');
    room.says.scan = () => 'passed';
    await seller.act('queryScan');
    await seller.act('withdrawVerification');
    await seller.verify(seller.scan());
    expect(await seller.row()).toMatchObject({ proof: 'proven', registry: 'pending' });
    await seller.act('withdrawVerification');
    await seller.verify(seller.scan('王五'));
    expect(await seller.row()).toMatchObject({ proof: 'pending', registry: 'pending' });
  });
});

describe('handed in again', () => {
  it.each([
    ['with other bank data: the registry is not asked again', {}, 'agreed'],
    ['with another name: it is', { enterpriseName: '深圳别家有限公司' }, 'pending'],
  ])('%s', async (_, change, registry) => {
    const seller = await deeds.transferred();
    await seller.act('withdrawVerification');
    await seller.verify({ ...seller.transfer('99110907700310'), ...change });
    expect(await seller.row()).toMatchObject({ state: 'in_progress', registry, proof: 'pending' });
  });

  it('while one is under way: refused, and the row of the second means nothing', async () => {
    const seller = await room.begin();
    await seller.verify(seller.transfer());
    const first = await seller.currentId();
    expect((await seller.verify(seller.transfer())).refused).toMatchObject({ code: 'WRONG_STATE' });
    expect(await seller.currentId()).toBe(first);
  });

  it('a form of one claim is one row; what nobody took up is swept after a day, and nothing else', async () => {
    const seller = await room.begin();
    const claim = { sellerId: seller.sellerId, claimedAs: newId('command'), form: seller.transfer() };
    const id = await submitVerification(room.db, room.vault, claim);
    expect(await submitVerification(room.db, room.vault, claim)).toBe(id);
    await seller.verify(seller.transfer());
    await run(
      room.owner,
      `update enterprise_verifications set created_at = now() - interval '25 hours'
      where seller_id = :sellerId`,
      { sellerId: seller.sellerId },
    );
    await deleteInertSubmissions(room.db);
    const left = await rows<{ id: string }>(
      room.db,
      'select id from enterprise_verifications where seller_id = :sellerId',
      { sellerId: seller.sellerId },
    );
    expect(left).toEqual([{ id: await seller.currentId() }]);
  });
});

it('answers that come in after the form was taken back change nothing', async () => {
  const seller = await room.begin();
  await seller.verify(seller.transfer());
  const about = { onboardingId: seller.onboardingId, verificationId: await seller.currentId() };
  const terms = { askAgainInMs: 1_000, proveWithinMs: 1_000, accountsPerCompany: 2 };
  await seller.act('withdrawVerification');
  const before = await seller.row();
  await room.db.transaction(async (trx) => {
    await recordRegistryAnswer(trx, { ...about, ...terms, verdict: 'differs' });
    await recordTransfer(trx, { ...about, ...terms, standing: 'sent' });
    await recordScan(trx, { ...about, ...terms, standing: 'passed' });
  });
  expect(await seller.row()).toEqual(before);
});
