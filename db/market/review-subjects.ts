import { productReviewSubject } from '../product/review-subject';
import type { ReviewSubjects } from '../review/subjects';
import { sellerReviewSubjects, type SellerReviewParts } from '../seller/review-subjects';
import { shopReviewSubject } from '../shop/review-subject';

/** Everything that reviewers judge. */
export function everyReviewSubject(parts: SellerReviewParts): ReviewSubjects {
  return { ...sellerReviewSubjects(parts), shop: shopReviewSubject(), product: productReviewSubject() };
}
