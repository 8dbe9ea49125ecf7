import type { Principal } from '../shared/roles';

/** What of the changes an account may see. */
export interface Onlooker {
  /** Operators see every case. */
  readonly all: boolean;
  /** Reviewers see the queue move. */
  readonly reviews: boolean;
  /** A mall manager's: what is bought, stocked and handed out there. */
  readonly enterpriseId: string | null;
  /** A seller's, from the first day and whatever the roles: the way in, the fee, shop and products. */
  readonly sellerId: string | null;
}

export function onlookerOf(principal: Principal): Onlooker {
  const { roles } = principal;
  return {
    all: roles.includes('operator'),
    reviews: roles.includes('reviewer'),
    // rule: enterprise-changes-are-its-managers
    enterpriseId: roles.includes('mall_manager') ? principal.enterpriseId : null,
    sellerId: principal.sellerId,
  };
}

interface Seen {
  readonly type: string;
  readonly enterpriseId: string | null;
  readonly sellerId: string | null;
}

/**
 * Whether a change is told to the onlooker. Who reviews a submission and when is not the seller's to know; what comes
 * of it changes the seller's own case, shop or product.
 */
export function sees(onlooker: Onlooker, change: Seen): boolean {
  if (onlooker.all) return true;
  const ofReview = change.type.startsWith('review.');
  if (onlooker.reviews && ofReview) return true;
  // rule: changes-of-other-enterprises-stay-there
  if (onlooker.enterpriseId !== null && change.enterpriseId === onlooker.enterpriseId) return true;
  // rule: changes-of-other-sellers-stay-there, reviews-are-not-the-sellers-to-watch
  return onlooker.sellerId !== null && change.sellerId === onlooker.sellerId && !ofReview;
}
