/**
 * The closed catalogue of everything Mallflow refuses or fails with.
 *
 * `status` is the HTTP status of api.md §1; `retryable` says whether the same request may succeed later without
 * anyone changing anything; `en`/`zh` are shown to people and may name facts in braces, which are members of
 * {@link DomainError.facts} and stand beside the code in the problem document.
 */
export interface CatalogueEntry {
  readonly status: number;
  readonly retryable: boolean;
  readonly en: string;
  readonly zh: string;
}

export const errorCatalogue = {
  VALIDATION_FAILED: {
    status: 400,
    retryable: false,
    en: 'The request is not well formed; every fault is listed in errors.',
    zh: '请求格式不正确，所有问题见 errors。',
  },
  IDEMPOTENCY_KEY_MISSING: {
    status: 400,
    retryable: false,
    en: 'This call moves money, points or stock and needs an Idempotency-Key header.',
    zh: '该操作涉及资金、积分或库存，必须携带 Idempotency-Key 请求头。',
  },
  SIGN_IN_REQUIRED: { status: 401, retryable: false, en: 'Sign in first.', zh: '请先登录。' },
  SIGN_IN_FAILED: { status: 401, retryable: false, en: 'Login or password is wrong.', zh: '账号或密码错误。' },
  NOTIFICATION_REFUSED: {
    status: 401,
    retryable: false,
    en: 'This notification is not provably the channel’s.',
    zh: '无法确认该通知来自支付渠道。',
  },
  FORBIDDEN: { status: 403, retryable: false, en: 'Your roles do not allow this.', zh: '您的角色无权执行该操作。' },
  ORIGIN_REFUSED: {
    status: 403,
    retryable: false,
    en: 'A call signed in by cookie must come from the same site.',
    zh: '使用 Cookie 登录的请求必须来自同一站点。',
  },
  NOT_FOUND: { status: 404, retryable: false, en: 'There is nothing here under this name.', zh: '资源不存在。' },
  METHOD_NOT_ALLOWED: {
    status: 405,
    retryable: false,
    en: 'This path does not take that method; see the Allow header.',
    zh: '该路径不支持此请求方法，请参见 Allow 响应头。',
  },
  WRONG_STATE: {
    status: 409,
    retryable: false,
    en: 'Not possible while the state is {state}; allowed now: {allowed}.',
    zh: '当前状态为 {state}，不能执行该操作；目前可执行：{allowed}。',
  },
  IDEMPOTENCY_IN_FLIGHT: {
    status: 409,
    retryable: true,
    en: 'The first call with this Idempotency-Key is still running; ask again with the same key.',
    zh: '使用该 Idempotency-Key 的首个请求仍在处理中，请稍后用同一键重试。',
  },
  TOO_LARGE: {
    status: 413,
    retryable: false,
    en: 'The body is too large; its limit stands beside this code.',
    zh: '请求体过大，上限见同级字段。',
  },
  UNSUPPORTED_TYPE: {
    status: 415,
    retryable: false,
    en: 'The body must be sent as {accepted}.',
    zh: '请求体类型必须为 {accepted}。',
  },
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
  PAYMENT_IN_PROGRESS: {
    status: 409,
    retryable: true,
    en: 'An online payment of this order is being closed; once that is certain you may pay again.',
    zh: '该订单的线上支付正在关闭，确认关闭后可重新支付。',
  },
  REFUND_EXCEEDS: {
    status: 409,
    retryable: false,
    en: 'Only {refundableFen} fen of this attempt can still be given back.',
    zh: '该笔支付最多还可退 {refundableFen} 分。',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retryable: false,
    en: 'This Idempotency-Key was used with another body.',
    zh: '该 Idempotency-Key 已用于其他请求内容。',
  },
  REFERENCE_NOT_FOUND: {
    status: 422,
    retryable: false,
    en: 'An id in the body names nothing you may use.',
    zh: '请求内容引用的对象不存在或不可用。',
  },
  BALANCE_SHORT: {
    status: 422,
    retryable: false,
    en: 'The enterprise balance is {missingFen} fen short; top it up and pay the same order again.',
    zh: '企业余额不足，还差 {missingFen} 分；充值后可继续支付同一订单。',
  },
  POINTS_SHORT: {
    status: 422,
    retryable: false,
    en: 'There are {missingPoints} points too few.',
    zh: '积分不足，还差 {missingPoints} 积分。',
  },
  CHANNEL_NOT_AVAILABLE: {
    status: 422,
    retryable: false,
    en: 'This payment channel is not available here.',
    zh: '该支付渠道当前不可用。',
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
  TIME_PAST: { status: 422, retryable: false, en: 'This time must lie ahead.', zh: '该时间必须晚于当前时间。' },
  TIME_ORDER: {
    status: 422,
    retryable: false,
    en: 'A period must begin before it ends.',
    zh: '开始时间必须早于结束时间。',
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
  LOGIN_TAKEN: { status: 422, retryable: false, en: 'This login is taken.', zh: '该账号名已被占用。' },
  PASSWORD_WRONG: { status: 422, retryable: false, en: 'The current password is wrong.', zh: '当前密码错误。' },
  MALL_LIMIT_REACHED: {
    status: 422,
    retryable: false,
    en: 'An enterprise has at most {limit} malls.',
    zh: '每个企业最多 {limit} 个商城。',
  },
  TOO_MANY_REQUESTS: {
    status: 429,
    retryable: true,
    en: 'Too many requests at once; wait and send the same request again.',
    zh: '请求过多，请稍后重试同一请求。',
  },
  INTERNAL: {
    status: 500,
    retryable: true,
    en: 'Something went wrong on our side; quote the requestId.',
    zh: '系统内部错误，请提供 requestId。',
  },
  TRY_AGAIN: {
    status: 503,
    retryable: true,
    en: 'Not confirmed in time. The same Idempotency-Key tells the outcome; GET shows the truth.',
    zh: '未能及时确认结果。请使用同一 Idempotency-Key 查询结果，或通过 GET 查看最新状态。',
  },
  CASE_STUCK: {
    status: 503,
    retryable: true,
    en: 'This case cannot move at the moment; operators have been alerted.',
    zh: '该流程暂时无法推进，已通知运营人员。',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

export const errorCodes = Object.keys(errorCatalogue) as readonly ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCatalogue, value);
}

/** One fault in a request: `path` is a JSON Pointer into the body, or names a member of the query or a header likewise. */
export interface Fault {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** Facts of a refusal, as they stand in the problem document: plain JSON, no personal data. */
export type ErrorFacts = Readonly<Record<string, unknown>>;

/** The one error of the domain: a code of the catalogue and the facts that explain it. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: ErrorCode,
    readonly facts: ErrorFacts = {},
  ) {
    super(code);
  }
}

export type Language = 'en' | 'zh-CN';

/** The catalogue's text with the facts filled in. */
export function errorText(code: ErrorCode, facts: ErrorFacts, language: Language): string {
  const entry = errorCatalogue[code];
  const template = language === 'en' ? entry.en : entry.zh;
  return template.replace(/\{(\w+)\}/g, (_, name: string) => factText(facts[name]));
}

function factText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–';
}
