import { z } from 'zod';
import { maxPurchaseQuantity } from '../shared/money';

/** 立即购买: one benefit, 1 to 100,000 pieces (domain.md §5.8). */
export const placePurchaseSchema = z.strictObject({
  benefitId: z.string().min(1).max(64),
  // rule: quantity-bounds
  quantity: z.int().min(1).max(maxPurchaseQuantity),
});

export const paymentMethods = ['balance', 'wechat_native', 'bank_b2b'] as const;

/** 立即支付. */
export const payPurchaseSchema = z.strictObject({ method: z.enum(paymentMethods) });
