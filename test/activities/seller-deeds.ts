import { someCompany } from '../support/seller-journey';
import { agrees, type openSellerRoom } from './seller-room';

type SellerRoom = Awaited<ReturnType<typeof openSellerRoom>>;

/** Sellers at the points tests begin from, and a reviewer's word. */
export function deedsIn(room: SellerRoom) {
  /** At the point where the seller tells the amount. */
  async function transferred(company = someCompany()) {
    const seller = await room.begin(company);
    await seller.verify(seller.transfer());
    await seller.act('askRegistry');
    await seller.act('sendTransfer');
    return seller;
  }

  async function verified(company = someCompany()) {
    const seller = await transferred(company);
    await seller.tell(await seller.amountFen());
    return seller;
  }

  async function inReview() {
    const seller = await room.begin();
    room.says.registry = () => ({ ...agrees, name: 'different' }) as typeof agrees;
    await seller.verify(seller.transfer());
    const at = await seller.act('askRegistry');
    return { seller, submissionId: at.review!.submissionId, reviewId: at.review!.reviewId };
  }

  function decide(
    { seller, submissionId, reviewId }: Awaited<ReturnType<typeof inReview>>,
    outcome: 'approve' | 'reject' | 'request_changes',
  ) {
    const { sellerId, accountId } = seller;
    const by = { actor: accountId, requestId: null };
    const reasons = outcome === 'approve' ? [] : [{ path: '/enterpriseName', code: 'MISMATCH', reason: '不一致' }];
    const decision = { reviewId, submissionId, sellerId, outcome, reasons, note: null, by };
    return room.db.transaction((trx) => room.reviews.enterprise_verification.onDecided(trx, decision));
  }

  return { transferred, verified, inReview, decide };
}
