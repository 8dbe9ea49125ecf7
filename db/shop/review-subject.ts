import { imageUrl } from '../../domain/image/kinds';
import { checkShop } from '../../domain/shop/checks';
import type { ShopBody } from '../../domain/shop/schemas';
import { firstRow, type Queryable, type Trx } from '../connection';
import { imagesOfSeller } from '../image/queries';
import { toldReasons } from '../review/told-reasons';
import type { ReviewDecision, ReviewItem, ReviewSubject } from '../review/subjects';
import { shopOf, shopSubmission } from './queries';
import { clearTakeDown, closeSubmission, lockShop, moveDraft, publish, record, takeIntoReview } from './repository';

/** What the review of a shop is about: 店铺发布, "审核通过后即可发布". */
export function shopReviewSubject(): ReviewSubject {
  return {
    lock: async (trx, submissionId) => {
      await lockShop(trx, (await shopSubmission(trx, submissionId)).sellerId);
    },
    itemsOf: shopItems,
    previousOf: previousSubmission,
    onOpened: async (trx, { submissionId, by }) => {
      await takeIntoReview(trx, submissionId, by);
      return true;
    },
    onDecided: decideShop,
    ownCompany: ownShop,
    onWithdrawn: async (trx, { submissionId, by }) => {
      const { shop } = await submittedShop(trx, submissionId);
      const { sellerId } = shop;
      await closeSubmission(trx, submissionId, 'withdraw');
      await moveDraft(trx, shop, { act: 'withdraw', submissionId: null, errors: shop.errors });
      await record(trx, { act: 'withdraw', sellerId, by });
    },
    nameOf: async (db, submissionId) => (await shopSubmission(db, submissionId)).body.name,
    criteriaOf: () => Promise.resolve({ deliveryType: null }),
    problemsOf: async (db, submissionId) => checkShop((await shopSubmission(db, submissionId)).body),
    takenDown: async (db, submissionId) => {
      const { sellerId } = await shopSubmission(db, submissionId);
      const taken = 'select 1 from shops where seller_id = :sellerId and taken_down_at is not null';
      return (await firstRow(db, taken, { sellerId })) !== undefined;
    },
    subjectIdOf: async (db, submissionId) => (await shopSubmission(db, submissionId)).sellerId,
  };
}

/** What was approved is published as it was handed in, and never the draft; what was refused leaves the published as it is. */
async function decideShop(trx: Trx, decision: ReviewDecision): Promise<void> {
  const { submissionId, outcome, by } = decision;
  const { shop, body } = await submittedShop(trx, submissionId);
  const { sellerId } = shop;
  await closeSubmission(trx, submissionId, outcome);
  // rule: only-approved-shops-are-published
  if (outcome === 'approve') {
    await publish(trx, shop, { body, submissionId, by });
    if (shop.takenDownAt !== null) await clearTakeDown(trx, sellerId);
  }
  const errors = outcome === 'approve' ? [] : toldReasons(decision);
  await moveDraft(trx, shop, { act: outcome, submissionId: null, errors });
  await record(trx, { act: outcome, sellerId, by });
}

/** The shop whose review is open, and what was handed in; whoever settles a review has locked its subject before. */
async function submittedShop(trx: Trx, submissionId: string) {
  const { sellerId, body } = await shopSubmission(trx, submissionId);
  const shop = await shopOf(trx, sellerId);
  if (shop?.submissionId !== submissionId) throw new Error(`${submissionId} is not in review`);
  return { shop, body };
}

async function previousSubmission(db: Queryable, submissionId: string): Promise<string | null> {
  const before = await firstRow<{ id: string }>(
    db,
    `select b.id from shop_submissions b join shop_submissions n using (seller_id)
      where n.id = :submissionId and b.id < n.id and b.opened_at is not null order by b.id desc limit 1`,
    { submissionId },
  );
  return before?.id ?? null;
}

async function ownShop(db: Queryable, submissionId: string, accountId: string): Promise<boolean> {
  const own = await firstRow(
    db,
    // rule: own-shop-is-not-judged
    `select 1 from shop_submissions n join sellers o on o.id = n.seller_id
       join sellers s on s.id = o.id or s.subject_code = o.subject_code
      where n.id = :submissionId and s.account_id = :accountId`,
    { submissionId, accountId },
  );
  return own !== undefined;
}

async function shopItems(db: Queryable, submissionId: string): Promise<readonly ReviewItem[]> {
  const { body, sellerId } = await shopSubmission(db, submissionId);
  const images = await imagesOfSeller(db, sellerId, [body.bannerImageId, body.logoImageId]);
  const urls = new Map(images.map(({ id, name }) => [id, imageUrl(name)]));
  return itemRows(body, urls).map(([item, zh, en, value]) => ({ item, label: { zh, en }, value }));
}

type Row = readonly [item: string, zh: string, en: string, value: string | null];

/** In the order of the form. Reviewers look at images where buyers will. */
function itemRows(body: ShopBody, images: ReadonlyMap<string, string>): Row[] {
  const { service } = body;
  return [
    ['/bannerImageId', '店铺横幅', 'Banner', images.get(body.bannerImageId) ?? null],
    ['/logoImageId', '店铺标志', 'Logo', images.get(body.logoImageId) ?? null],
    ['/name', '店铺名称', 'Shop name', body.name],
    ['/headline', '主标题', 'Headline', body.headline],
    ['/slogan', '副标题', 'Slogan', body.slogan ?? null],
    ['/businessScope', '经营范围', 'Business scope', body.businessScope],
    ['/introduction', '店铺简介', 'Introduction', body.introduction],
    ['/service/qq', '客服 QQ', 'Service QQ', service.qq],
    ['/service/email', '客服邮箱', 'Service e-mail', service.email],
    ['/service/phone', '客服电话', 'Service phone', service.phone],
    ['/service/onlineHours', '在线服务时间', 'Online hours', service.onlineHours],
    ['/service/phoneHours', '电话服务时间', 'Phone hours', service.phoneHours],
    ['/hotProductIds', '畅销商品', 'Hot products', body.hotProductIds.join(' ')],
  ];
}
