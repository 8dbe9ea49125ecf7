import type { CatalogueEntry } from './entry';

/** Refusals of the points mall: stock, sections, listings, members. */
export const mallErrors = {
  COMMODITY_ONLINE: {
    status: 409,
    retryable: false,
    en: 'The commodity is online; take it offline first.',
    zh: '商品处于上线状态，请先下线。',
  },
  COMMODITY_OFFLINE: {
    status: 409,
    retryable: false,
    en: 'The commodity is not online; only online stock is allocated.',
    zh: '商品未上线，不能分配库存。',
  },
  NOT_CDK: { status: 409, retryable: false, en: 'Only CDK commodities have codes.', zh: '只有 CDK 码商品可以导入码。' },
  SUB_STOCK_ONLINE: {
    status: 409,
    retryable: false,
    en: 'The sub-stock is online; take it offline first.',
    zh: '子库存处于上线状态，请先下线再修改。',
  },
  SUB_STOCK_OFFLINE: {
    status: 409,
    retryable: false,
    en: 'The sub-stock is offline; bring it online first.',
    zh: '子库存未上线，请先上线。',
  },
  SUB_STOCK_IN_USE: {
    status: 409,
    retryable: false,
    en: 'The sub-stock is held or listed; void its listings and let its redemptions end first.',
    zh: '子库存仍有预占或商品上架，不能删除。',
  },
  SECTION_IS_DEFAULT: {
    status: 409,
    retryable: false,
    en: 'The default section cannot be deleted.',
    zh: '默认分区不能删除。',
  },
  SECTION_NOT_EMPTY: {
    status: 409,
    retryable: false,
    en: 'The section still has listings.',
    zh: '分组内仍有商品，不能删除。',
  },
  LISTING_ONLINE: {
    status: 409,
    retryable: false,
    en: 'The listing is online; take it offline first.',
    zh: '商品处于上线状态，请先下线再修改。',
  },
  POINTS_SHORT: {
    status: 422,
    retryable: false,
    en: 'There are {missingPoints} points too few.',
    zh: '积分不足，还差 {missingPoints} 积分。',
  },
  TEMPLATE_MISMATCH: {
    status: 422,
    retryable: false,
    en: 'The award template belongs to another category.',
    zh: '发奖模板与资源分类不匹配。',
  },
  AWARD_MISMATCH: {
    status: 422,
    retryable: false,
    en: 'The award settings do not fit the category of the commodity.',
    zh: '发奖配置与资源分类不匹配。',
  },
  CODES_REJECTED: {
    status: 422,
    retryable: false,
    en: 'Some lines are not acceptable; nothing was imported.',
    zh: '部分行不符合要求，未导入任何码。',
  },
  CODES_SHORT: {
    status: 422,
    retryable: false,
    en: 'There are fewer codes than stock: {codes} of {needed}.',
    zh: '已导入的码少于库存数量：{codes}/{needed}。',
  },
  STOCK_LIMIT_REACHED: {
    status: 422,
    retryable: false,
    en: 'A commodity has at most {limit} pieces.',
    zh: '单个商品的总库存最多 {limit}。',
  },
  STOCK_SHORT: {
    status: 422,
    retryable: false,
    en: 'Only {left} are left.',
    zh: '库存不足，仅剩 {left}。',
  },
  NAME_TAKEN: { status: 422, retryable: false, en: 'This name is taken.', zh: '该名称已被使用。' },
  RED_PACKET_NEEDS_CASH: {
    status: 422,
    retryable: false,
    en: 'A WeChat red packet is exchanged for points and cash, never for points alone.',
    zh: '微信现金红包不支持纯积分兑换，请使用积分加钱。',
  },
  NOT_LISTABLE: {
    status: 422,
    retryable: false,
    en: 'E-commerce goods are not listed for points.',
    zh: '电商商城商品不能上架到积分商城。',
  },
  MALL_LIMIT_REACHED: {
    status: 422,
    retryable: false,
    en: 'An enterprise has at most {limit} malls.',
    zh: '每个企业最多 {limit} 个商城。',
  },
} as const satisfies Record<string, CatalogueEntry>;
