import type { CatalogueEntry } from './entry';

/** Refusals on a seller’s way in. */
export const sellerErrors = {
  ALREADY_ONBOARDING: {
    status: 409,
    retryable: false,
    en: 'This account has begun to become a seller already.',
    zh: '该账号已在入驻流程中。',
  },
  AGREEMENT_NOT_ACCEPTED: {
    status: 422,
    retryable: false,
    en: 'The agreement must be accepted.',
    zh: '请先同意接入协议。',
  },
  AGREEMENT_OUTDATED: {
    status: 422,
    retryable: false,
    en: 'A newer version of the agreement is out: read and accept {current}.',
    zh: '协议已更新，请阅读并同意最新版本 {current}。',
  },
  CLAIMED_BY_OTHER: {
    status: 409,
    retryable: false,
    en: 'Another reviewer has this review.',
    zh: '该审核任务已被其他审核员领取。',
  },
  ALREADY_DECIDED: {
    status: 409,
    retryable: false,
    en: 'This review was decided by {by} at {at}.',
    zh: '该审核已由 {by} 于 {at} 作出决定。',
  },
  OWN_SUBMISSION: {
    status: 403,
    retryable: false,
    en: 'Nobody judges or steers what is of their own company.',
    zh: '不能审核或处理本企业的事项。',
  },
  REASON_MISSING: {
    status: 422,
    retryable: false,
    en: 'Whoever sends a submission back says why, at each item that is to change.',
    zh: '退回或驳回时，须在每个需要修改的项目上写明原因。',
  },
  FEE_NOT_PAID: {
    status: 409,
    retryable: false,
    en: 'The certification fee must be paid and valid first.',
    zh: '请先缴纳平台认证费（须在有效期内）。',
  },
  AMOUNT_WRONG: {
    status: 422,
    retryable: false,
    en: 'This is not the amount; tries left: {triesLeft}.',
    zh: '金额不正确，剩余 {triesLeft} 次机会。',
  },
  FIELD_NOT_SEALABLE: {
    status: 422,
    retryable: false,
    en: 'A field that is sent encrypted is empty or longer than 214 bytes.',
    zh: '加密传输的字段为空或超过 214 字节。',
  },
  LICENCE_TOO_LARGE: {
    status: 422,
    retryable: false,
    en: 'The licence has at most {limitBytes} bytes for a merchant ID.',
    zh: '开通商户号所用的营业执照文件不得超过 {limitBytes} 字节。',
  },
  SUBJECT_MISMATCH: {
    status: 422,
    retryable: false,
    en: 'This is not the verified subject; errors says at which field.',
    zh: '与已认证的企业主体不一致，具体字段见 errors。',
  },
  FEE_ALREADY_PAID: {
    status: 409,
    retryable: false,
    en: 'The certification fee is paid already.',
    zh: '平台认证费已缴纳。',
  },
  COMPANY_ACCOUNTS_FULL: {
    status: 422,
    retryable: false,
    en: 'This company is held by {limit} accounts already.',
    zh: '该企业认证的账号数量已达上限（{limit} 个）。',
  },
} as const satisfies Record<string, CatalogueEntry>;
