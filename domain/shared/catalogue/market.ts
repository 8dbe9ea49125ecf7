import type { CatalogueEntry } from './entry';

/** Refusals about shops, products and what operators do with them. */
export const marketErrors = {
  SELLER_CENTRE_CLOSED: {
    status: 409,
    retryable: false,
    en: 'The seller centre opens once the certification fee is paid or put off.',
    zh: '缴纳或选择暂不缴纳平台认证费后，方可进入卖家中心。',
  },
  TAKEN_DOWN: {
    status: 409,
    retryable: false,
    en: 'The platform took this down: {reason}. Change it and hand it in again.',
    zh: '该内容已被平台下架：{reason}。请修改后重新提交。',
  },
  DRAFT_UNCHANGED: {
    status: 409,
    retryable: false,
    en: 'Nothing was changed since it was published or rejected; there is nothing new to hand in.',
    zh: '自上次发布或被驳回以来没有任何修改，无需提交。',
  },
  DRAFT_INCOMPLETE: {
    status: 422,
    retryable: false,
    en: 'Something is missing; errors says at which fields.',
    zh: '内容不完整，具体字段见 errors。',
  },
  IMAGE_UNFIT: {
    status: 422,
    retryable: false,
    en: 'The image must have {width}×{height} pixels in a format taken here; errors says which.',
    zh: '图片须为 {width}×{height} 像素且格式符合要求，具体见 errors。',
  },
  VIDEO_SPACE_FULL: {
    status: 422,
    retryable: false,
    en: 'All videos of a seller together have at most {limitBytes} bytes.',
    zh: '服务商的全部视频合计不得超过 {limitBytes} 字节。',
  },
  ITEM_ACCEPTED: {
    status: 422,
    retryable: false,
    en: 'This was accepted the last time and has not changed since; it cannot be refused now.',
    zh: '该项上次审核已通过且未作修改，不能再要求更改。',
  },
} as const satisfies Record<string, CatalogueEntry>;
