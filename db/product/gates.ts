import { DomainError } from '../../domain/shared/errors';
import { firstRow, type Queryable } from '../connection';
import { requireFee } from '../merchant/repository';
import { requireSignedAgreement } from '../seller/agreements';

/**
 * What is sold is worked on in the seller centre, which opens once the fee is paid or put off (guide B, 支付费用).
 *
 * @throws DomainError SELLER_CENTRE_CLOSED
 */
export async function requireSellerCentre(db: Queryable, sellerId: string): Promise<void> {
  const centre = await firstRow(db, 'select 1 from sellers where id = :sellerId and centre_opened_at is not null', {
    sellerId,
  });
  // rule: products-need-the-seller-centre
  if (centre === undefined) throw new DomainError('SELLER_CENTRE_CLOSED', { allowed: [] });
}

/**
 * "如未缴纳平台认证费，则不能创建商品": to create a product and to hand one in. What is listed stays listed when the fee is
 * over (domain.md §5.6).
 *
 * @throws DomainError SELLER_CENTRE_CLOSED, WRONG_STATE where the agreement is overdue, FEE_NOT_PAID
 */
export async function requireProductGates(db: Queryable, sellerId: string): Promise<void> {
  await requireSellerCentre(db, sellerId);
  await requireSignedAgreement(db, sellerId);
  // rule: products-need-the-fee
  await requireFee(db, sellerId);
}
