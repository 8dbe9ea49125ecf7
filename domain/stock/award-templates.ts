import type { OwnCategory } from './states';

/** What is chosen from: named in both languages, with an id that never changes. */
export interface Choice {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
}

/** How a reward of one category reaches whoever redeems it. */
export interface AwardTemplate extends Choice {
  readonly category: OwnCategory;
}

/** 发奖模板 (guide A: 根据资源分类有对应的发奖模板; domain.md §1.2): each belongs to exactly one category. */
export const awardTemplates: readonly AwardTemplate[] = [
  {
    id: 'tpl_01template0000000000000001',
    category: 'physical',
    zh: '实物邮寄（填写收货地址）',
    en: 'Shipped to an address',
  },
  {
    id: 'tpl_01template0000000000000002',
    category: 'physical',
    zh: '到店自提',
    en: 'Picked up in a shop',
  },
  {
    id: 'tpl_01template0000000000000003',
    category: 'coupon',
    zh: '优惠券跳转链接',
    en: 'Coupon by a link',
  },
  {
    id: 'tpl_01template0000000000000004',
    category: 'points',
    zh: '积分发放到第三方积分系统',
    en: 'Points into a system of the enterprise',
  },
  {
    id: 'tpl_01template0000000000000005',
    category: 'points',
    zh: '积分发放到平台积分账户',
    en: 'Points into an account of the platform',
  },
  {
    id: 'tpl_01template0000000000000006',
    category: 'cdk',
    zh: 'CDK 码直接展示',
    en: 'CDK shown to the member',
  },
  {
    id: 'tpl_01template0000000000000007',
    category: 'cdk',
    zh: 'CDK 码展示并跳转使用',
    en: 'CDK shown, with a link to where it is used',
  },
  {
    id: 'tpl_01template0000000000000008',
    category: 'wechat_red_packet',
    zh: '微信现金红包',
    en: 'WeChat red packet',
  },
];

export function awardTemplateById(id: string): AwardTemplate | undefined {
  return awardTemplates.find((template) => template.id === id);
}
