import { firstRow, rows, run } from '../../db/connection';
import { someCompany } from '../support/seller-journey';
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

describe('a reviewer', () => {
  it('looks: the address of a scan is waited for all the same', async () => {
    const seller = await room.begin();
    await seller.verify(seller.scan());
    room.says.registry = () => ({ ...agrees, legalRepresentative: 'different' }) as typeof agrees;
    expect(await seller.act('askRegistry')).toMatchObject({ review: expect.anything(), scanReady: false });
    expect(await seller.act('beginScan')).toMatchObject({ scanReady: true });
  });

  it('accepts in spite of the registry: only then the transfer goes out, and the subject is the reviewer’s word', async () => {
    const review = await deeds.inReview();
    await deeds.decide(review, 'approve');
    expect(await review.seller.act('loadOnboarding')).toMatchObject({ review: null, next: { act: 'send_transfer' } });
    await review.seller.act('sendTransfer');
    await review.seller.tell(await review.seller.amountFen());
    const at = await review.seller.inform();
    expect(at.review).toMatchObject({ kind: 'company_information' });
    expect((await review.seller.inform()).refused).toMatchObject({ code: 'WRONG_STATE' });
  });

  it('sends it back with reasons; a second word, or one about what was taken back, changes nothing', async () => {
    const review = await deeds.inReview();
    await deeds.decide(review, 'request_changes');
    await deeds.decide(review, 'approve');
    expect((await review.seller.facts()).verification).toMatchObject({
      ...{ state: 'action_needed', registry: 'differs' },
      errors: [{ path: '/enterpriseName', code: 'MISMATCH', reason: '不一致' }],
    });
    const other = await deeds.inReview();
    await other.seller.act('withdrawVerification');
    await deeds.decide(other, 'approve');
    expect((await other.seller.row()).state).toBe('withdrawn');
    const onOpened = {
      ...other,
      sellerId: other.seller.sellerId,
      dueAt: new Date(),
      by: { actor: 'system', requestId: null },
    };
    const opened = room.db.transaction((trx) => room.reviews.enterprise_verification.onOpened(trx, onOpened));
    expect(await opened).toBe(false);
  });
});

describe('a company', () => {
  it('is held by so many accounts at most, also when they are met at once', async () => {
    const company = someCompany();
    const sellers = [
      await deeds.transferred(company),
      await deeds.transferred(company),
      await deeds.transferred(company),
    ];
    const amounts = await Promise.all(sellers.map((seller) => seller.amountFen()));
    await Promise.all(sellers.map((seller, at) => seller.tell(amounts[at]!)));
    const states = await Promise.all(sellers.map(async (seller) => (await seller.row()).state));
    expect(states.sort()).toEqual(['action_needed', 'met', 'met']);
    const late = await room.begin(company);
    expect((await late.verify(late.transfer())).refused).toMatchObject({ code: 'COMPANY_ACCOUNTS_FULL' });
  });
});

describe('information and fee', () => {
  it('must be the subject’s, in whatever brackets', async () => {
    const seller = await deeds.verified({ ...someCompany(), name: `深圳星河（${Date.now()}）有限公司` });
    expect((await seller.inform({ accountName: '别家' })).refused?.facts).toMatchObject({
      errors: [{ path: '/bank/accountName' }],
    });
    expect((await seller.inform({ code: '91350100M000100Y43' })).refused?.facts).toMatchObject({
      errors: [{ path: '/unifiedSocialCreditCode' }],
    });
    const halfWidth = seller.company.name.replace('（', '(').replace('）', ')');
    expect(await seller.inform({ accountName: halfWidth })).toMatchObject({ state: 'certification_fee' });
  });

  it('steps of another stage are refused', async () => {
    const seller = await room.begin();
    expect((await seller.act('deferFee')).refused).toMatchObject({ code: 'WRONG_STATE' });
    expect((await seller.act('openPaidCentre')).refused).toMatchObject({ code: 'WRONG_STATE' });
    expect((await seller.inform()).refused).toMatchObject({ code: 'WRONG_STATE' });
  });

  it('the centre opens once: one event, one role', async () => {
    const seller = await deeds.verified();
    await seller.inform();
    for (let n = 0; n < 2; n += 1) expect(await seller.act('deferFee')).toMatchObject({ state: 'seller_centre' });
    await seller.act('openPaidCentre');
    const account = await firstRow(room.db, 'select roles from accounts where id = :accountId', seller);
    expect(account).toEqual({ roles: ['seller'] });
    const opened = await rows(
      room.db,
      `select 1 from case_events e join process_cases c on c.id = e.case_id
        where c.subject_id = :onboardingId and e.to_state = 'seller_centre' and e.from_state = 'certification_fee'`,
      seller,
    );
    expect(opened).toHaveLength(1);
  });
});

describe('the database', () => {
  it.each([
    [
      'a form is changed',
      `update enterprise_verifications set enterprise_name = 'x' where id = :id`,
      /permission denied/,
    ],
    [
      'two are under way',
      `insert into enterprise_verifications (id, seller_id, claimed_as, method, enterprise_name,
        code, licence_document_id, details_key_id, details_ciphertext, state)
      select id || 'x', seller_id, id || 'x', method, enterprise_name, code, licence_document_id, details_key_id,
             details_ciphertext, 'in_progress' from enterprise_verifications where id = :id`,
      /one_under_way/,
    ],
    ['met with a leg missing', `update enterprise_verifications set state = 'met' where id = :id`, /met_has_both_legs/],
  ])('refuses that %s', async (_, statement, why) => {
    const seller = await room.begin();
    await seller.verify(seller.transfer());
    await expect(run(room.db, statement, { id: await seller.currentId() })).rejects.toThrow(why);
  });
});
