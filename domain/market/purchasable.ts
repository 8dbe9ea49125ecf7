import type { MerchantChannel } from '../merchant/states';

export const paymentMethods = ['wechat_pay', 'b2b_gateway'] as const;
export type PaymentMethod = (typeof paymentMethods)[number];

export const notPurchasableReasons = ['NOT_LISTED', 'MERCHANT_ID_MISSING'] as const;
export type NotPurchasableReason = (typeof notPurchasableReasons)[number];

/** 微信商户号 takes the payments of individuals, 财付通商户号 is the gateway of companies (domain.md §2.5). */
const methodOf: Readonly<Record<MerchantChannel, PaymentMethod>> = { wechat_pay: 'wechat_pay', tenpay: 'b2b_gateway' };

/**
 * "服务商至少选择微信商户号或财付通商户号其中一种开通，否则用户无法购买店铺商品": how buyers can pay for a product, and why
 * they cannot. A merchant ID that is frozen takes no payments.
 */
export function purchasableBy(product: {
  readonly listed: boolean;
  readonly openChannels: readonly MerchantChannel[];
}): {
  purchasable: boolean;
  paymentMethods: PaymentMethod[];
  notPurchasableReason?: NotPurchasableReason;
} {
  const methods = product.openChannels.map((channel) => methodOf[channel]);
  if (!product.listed) return { purchasable: false, paymentMethods: methods, notPurchasableReason: 'NOT_LISTED' };
  // rule: nobody-pays-without-a-merchant-id
  if (methods.length === 0)
    return { purchasable: false, paymentMethods: methods, notPurchasableReason: 'MERCHANT_ID_MISSING' };
  return { purchasable: true, paymentMethods: methods };
}
