import { rows, run } from '../../../db/connection';
import { newId } from '../../../db/new-id';
import { deleteInertShopSubmissions } from '../../../db/shop/repository';
import { ShopRoom, subject, type Seller } from './room';

describe('the rows of a shop', () => {
  let room: ShopRoom;
  let seller: Seller;
  let sellerId: string;
  let number = 0;

  beforeAll(async () => {
    room = await ShopRoom.furnish();
  });
  beforeEach(async () => {
    number += 1;
    seller = await room.seller(`seller${number}`);
    ({ sellerId } = seller);
  });
  afterAll(() => room.database.drop());

  it('is judged by nobody of its own company', async () => {
    await seller.save();
    const submissionId = await seller.submit();
    const isOwn = (who: string) => subject.ownCompany(room.database.db, submissionId, who);
    const { accountId } = seller;
    const { reviewer } = room;
    expect([await isOwn(accountId), await isOwn(reviewer)]).toEqual([true, false]);
    const verified = `subject_name = '星河', subject_code = '91350100M000100Y43', subject_verified_at = now(),
      subject_verified_by = 'registry'`;
    await run(room.database.owner, `update sellers set ${verified} where id = :sellerId`, { sellerId });
    await run(
      room.database.owner,
      `insert into sellers (id, account_id, subject_name, subject_code, subject_verified_at, subject_verified_by)
       values (:id, :reviewer, '星河', '91350100M000100Y43', now(), 'registry')`,
      { id: newId('seller'), reviewer },
    );
    expect(await isOwn(reviewer)).toBe(true);
    await run(room.database.owner, 'delete from sellers where account_id = :reviewer', { reviewer });
  });

  it('shows its reviewer what changed since the last submission, and what it looks like', async () => {
    await seller.save();
    const first = await seller.submit();
    const items = await subject.itemsOf(room.database.db, first);
    expect(items.map(({ item, value }) => [item, value])).toEqual(
      expect.arrayContaining([
        ['/bannerImageId', `/images/banner-seller${number}.png`],
        ['/service/phoneHours', '09:00:00 - 17:30:00'],
      ]),
    );
    expect(await subject.previousOf(room.database.db, first)).toBeNull();
    await seller.withdraw(first);
    // Never opened: nobody saw it.
    await seller.freeze();
    const second = await seller.submit();
    expect(await subject.previousOf(room.database.db, second)).toBe(first);
    expect(await subject.subjectIdOf?.(room.database.db, second)).toBe(sellerId);
  });

  it('loses what nobody takes into review, after a day', async () => {
    await seller.save();
    const [inert, fresh, judged] = [await seller.freeze(), await seller.freeze(), await seller.submit()];
    await run(
      room.database.owner,
      `update shop_submissions set created_at = now() - interval '25 hours' where id = any(:ids::text[])`,
      { ids: [inert, judged] },
    );
    await deleteInertShopSubmissions(room.database.db);
    const kept = await rows<{ id: string }>(
      room.database.db,
      'select id from shop_submissions where seller_id = :sellerId order by id',
      { sellerId },
    );
    expect(kept.map(({ id }) => id)).toEqual([fresh, judged].sort());
  });

  it.each([
    [`draft_state = 'in_review'`, 'shops_in_review_names_its_submission'],
    [`draft_state = 'lost'`, 'shops_draft_state_check'],
    [`taken_down_at = now()`, 'shops_take_down_is_whole'],
    [`taken_down_at = now(), taken_down_by = 'ACCOUNT', taken_down_reason = '-'`, 'shops_taken_down_was_published'],
  ])('cannot have %s alone', async (set, constraint) => {
    await seller.save();
    const alone = `update shops set ${set.replace('ACCOUNT', seller.accountId)} where seller_id = :sellerId`;
    await expect(run(room.database.owner, alone, { sellerId })).rejects.toMatchObject({ constraint });
  });

  it.each([
    [`closed_at = now()`, 'shop_submissions_closed_has_outcome'],
    [`closed_at = now(), outcome = 'approve'`, 'shop_submissions_closed_was_open'],
  ])('has no submission with %s alone', async (set, constraint) => {
    await seller.save();
    const id = await seller.freeze();
    await expect(
      run(room.database.owner, `update shop_submissions set ${set} where id = :id`, { id }),
    ).rejects.toMatchObject({ constraint });
  });

  it('keeps what was published for good', async () => {
    await seller.publish();
    const refused = { code: '42501' };
    const { db } = room.database;
    await expect(run(db, `update shop_revisions set body = '{}'`)).rejects.toMatchObject(refused);
    await expect(run(db, 'delete from shop_revisions')).rejects.toMatchObject(refused);
    await expect(run(db, `update shop_submissions set body = '{}'`)).rejects.toMatchObject(refused);
    const twice = (number: string, submission: string) =>
      run(
        room.database.owner,
        `insert into shop_revisions (id, seller_id, number, submission_id, body)
         select :id, seller_id, ${number}, ${submission}, body from shop_revisions where seller_id = :sellerId`,
        { id: newId('revision'), sellerId },
      );
    await expect(twice('2', 'submission_id')).rejects.toMatchObject({
      constraint: 'shop_revisions_one_per_submission',
    });
    await expect(twice('1', 'null')).rejects.toMatchObject({ constraint: 'shop_revisions_numbered' });
  });
});
