/**
 * Commodities of the enterprise stock (企业总库存), with the contract's whole vocabulary so that filters know it.
 * Purchased stock is `online` from the start (guide A, end of 步骤1: 默认上线状态).
 */
export const commodityStates = ['draft', 'online', 'offline', 'expired', 'discarded'] as const;
export type CommodityState = (typeof commodityStates)[number];

export const commoditySources = ['own', 'purchased'] as const;
export type CommoditySource = (typeof commoditySources)[number];

/** Categories of commodities; `direct_top_up` and `rights_pack` exist in purchased stock only (domain.md §5.11). */
export const commodityCategories = [
  'physical',
  'coupon',
  'points',
  'cdk',
  'wechat_red_packet',
  'direct_top_up',
  'rights_pack',
] as const;
export type CommodityCategory = (typeof commodityCategories)[number];
