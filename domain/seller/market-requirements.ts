import type { Turn } from '../case/states';
import type { SellerFacts } from './facts';
import type { FieldReason } from './field-reason';
import type { MarketFacts } from './market-facts';

/** How one of the last two steps stands; see the requirements it is one of. */
interface Standing {
  readonly state: 'not_started' | 'in_progress' | 'in_review' | 'action_needed' | 'met';
  readonly whoseTurn: Turn;
  readonly since: Date;
  readonly expectedAt?: Date;
  readonly nextAction?: string;
  readonly errors?: readonly FieldReason[];
}

/** 店铺发布: once it is published it stays so, whatever becomes of a change of it. */
export function shopPublished({ centreOpenedAt, openedAt, market: { shop } }: SellerFacts): Standing {
  if (centreOpenedAt === null) return notYet(openedAt);
  const since = shop?.since ?? centreOpenedAt;
  // rule: published-shop-is-met
  if (shop?.published === true) return { state: 'met', whoseTurn: 'nobody', since };
  if (shop === null) return sellers('not_started', since, 'shop/draft');
  if (shop.draft === 'in_review') return withReviewer(since, shop.expectedAt);
  const cameBack = shop.draft === 'changes_requested' || shop.errors.length > 0;
  if (cameBack) return { ...sellers('action_needed', since, 'shop/draft'), errors: shop.errors };
  return sellers('in_progress', since, 'shop/submit');
}

/** 商品上架: done with the first product that was listed (domain.md §5.17); until then the one begun last tells. */
export function productListed({ stage, centreOpenedAt, openedAt, fee, market: { products } }: SellerFacts): Standing {
  // rule: first-listing-is-met
  if (stage === 'complete') return { state: 'met', whoseTurn: 'nobody', since: openedAt };
  if (centreOpenedAt === null) return notYet(openedAt);
  const { newest } = products;
  // rule: fee-before-the-first-product
  if (newest === null) return sellers('not_started', centreOpenedAt, fee?.state === 'paid' ? 'products' : undefined);
  return newestStanding(newest);
}

function newestStanding(newest: NonNullable<MarketFacts['products']['newest']>): Standing {
  const { id, state, since, expectedAt, errors } = newest;
  const path = `products/${id}`;
  switch (state) {
    case 'draft':
      return sellers('in_progress', since, `${path}/submit`);
    case 'in_review':
      return withReviewer(since, expectedAt);
    case 'changes_requested':
    case 'rejected':
      return { ...sellers('action_needed', since, `${path}/draft`), errors };
    case 'approved':
    case 'listed':
    case 'unlisted':
      return sellers('in_progress', since, `${path}/list`);
  }
}

function notYet(since: Date): Standing {
  return { state: 'not_started', whoseTurn: 'nobody', since };
}

function sellers(state: 'not_started' | 'in_progress' | 'action_needed', since: Date, nextAction?: string): Standing {
  return { state, whoseTurn: 'seller', since, ...(nextAction === undefined ? {} : { nextAction }) };
}

/** Expected, not due: a review that takes long does not make the seller late. */
function withReviewer(since: Date, expectedAt: Date | null): Standing {
  return { state: 'in_review', whoseTurn: 'reviewer', since, ...(expectedAt === null ? {} : { expectedAt }) };
}
