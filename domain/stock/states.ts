import type { CaseStanding } from '../case/states';
import type { StateMachine } from '../shared/state-machine';

/**
 * Commodities of the enterprise stock (企业总库存). An own commodity is a draft between 下一步 and 完成; finished, like
 * purchased stock from the start, it is `online` (guide A, end of 步骤1: 默认上线状态).
 */
export const commodityStates = ['draft', 'online', 'offline', 'expired', 'discarded'] as const;
export type CommodityState = (typeof commodityStates)[number];

export const commodityCommands = [
  'edit',
  'codes',
  'complete',
  'discard',
  'take-offline',
  'increase-stock',
  'bring-online',
] as const;
export type CommodityCommand = (typeof commodityCommands)[number];

/** The clocks: a draft is reminded of once and then expires; what is finished expires at its own time. */
export type CommodityAct = CommodityCommand | 'remind' | 'expire_draft' | 'expire';

export const commodityMachine: StateMachine<CommodityState, CommodityAct, CommodityCommand> = {
  initial: 'draft',
  commands: commodityCommands,
  transitions: {
    draft: {
      edit: 'draft',
      codes: 'draft',
      complete: 'online',
      discard: 'discarded',
      remind: 'draft',
      expire_draft: 'expired',
    },
    // rule: online-stock-is-not-increased
    online: { codes: 'online', 'take-offline': 'offline', expire: 'expired' },
    offline: { codes: 'offline', 'increase-stock': 'offline', 'bring-online': 'online', expire: 'expired' },
    expired: {},
    discarded: {},
  },
  reachedBy: {
    edit: [],
    codes: [],
    complete: ['online'],
    discard: ['discarded'],
    'take-offline': ['offline'],
    'increase-stock': [],
    'bring-online': ['online'],
  },
};

/** Where the case of adding a commodity stands; it is over once the commodity is in stock. */
export const commodityStanding: Readonly<Record<CommodityState, CaseStanding>> = {
  draft: { state: 'open', whoseTurn: 'manager' },
  online: { state: 'completed', whoseTurn: 'nobody' },
  offline: { state: 'completed', whoseTurn: 'nobody' },
  expired: { state: 'expired', whoseTurn: 'nobody' },
  discarded: { state: 'cancelled', whoseTurn: 'nobody' },
};

export const commoditySources = ['own', 'purchased'] as const;
export type CommoditySource = (typeof commoditySources)[number];

/** 资源用途 (domain.md §5.1): the guide's 积分商城 means `points_operation`. */
export const commodityPurposes = ['points_operation', 'e_commerce'] as const;
export type CommodityPurpose = (typeof commodityPurposes)[number];

/** 资源分类 an enterprise may add itself: 实物奖, 优惠券, 积分, CDK 码, 微信现金红包. */
export const ownCategories = ['physical', 'coupon', 'points', 'cdk', 'wechat_red_packet'] as const;
export type OwnCategory = (typeof ownCategories)[number];

/** All categories; `direct_top_up` and `rights_pack` exist in purchased stock only (domain.md §5.11). */
export const commodityCategories = [...ownCategories, 'direct_top_up', 'rights_pack'] as const;
export type CommodityCategory = (typeof commodityCategories)[number];
