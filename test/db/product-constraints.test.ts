import { run } from '../../db/connection';
import { ProductRoom } from '../support/product-room';

let room: ProductRoom;
let id: string;
beforeAll(async () => {
  room = await ProductRoom.furnish();
  id = await room.approved();
});
afterAll(() => room.database.drop());

/** What no code of ours may do, the tables refuse to anybody. */
const broken = (change: string): Promise<unknown> =>
  run(room.database.owner, `update products set ${change} where id = :id`, { id }).then(
    () => 'done',
    (error: unknown) => (error as { constraint?: string }).constraint,
  );

it.each([
  [`state = 'sold'`, 'products_state_check'],
  [`published_revision_id = null, state = 'unlisted'`, 'products_sale_needs_a_revision'],
  [
    `published_revision_id = null, state = 'draft', draft_state = 'changes_requested'`,
    'products_unpublished_is_as_its_draft',
  ],
  [`draft_state = 'in_review'`, 'products_in_review_names_its_submission'],
  [
    `state = 'listed', listed_at = now(), first_listed_at = now(), taken_down_at = now(), taken_down_reason = '-',
     taken_down_by = (select account_id from sellers where id = seller_id)`,
    'products_taken_down_is_unlisted',
  ],
])('%s', async (change, constraint) => {
  expect(await broken(change)).toBe(constraint);
});

it('a submission is published once, and what is published stays as it is', async () => {
  const again = `insert into product_revisions (id, product_id, seller_id, number, submission_id, body)
    select 'rvs_again', product_id, seller_id, number + 1, submission_id, body from product_revisions where product_id = :id`;
  await expect(run(room.db, again, { id })).rejects.toMatchObject({
    constraint: 'product_revisions_one_per_submission',
  });
  for (const sql of [
    `update product_revisions set body = '{}' where product_id = :id`,
    'delete from product_revisions where product_id = :id',
    `update product_submissions set body = '{}' where product_id = :id`,
  ])
    await expect(run(room.db, sql, { id })).rejects.toMatchObject({ code: '42501' });
});
