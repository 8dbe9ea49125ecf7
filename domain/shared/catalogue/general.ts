import type { CatalogueEntry } from './entry';

/** Refusals and failures any call may meet. */
export const generalErrors = {
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
  TIME_PAST: { status: 422, retryable: false, en: 'This time must lie ahead.', zh: '该时间必须晚于当前时间。' },
  TIME_ORDER: {
    status: 422,
    retryable: false,
    en: 'A period must begin before it ends.',
    zh: '开始时间必须早于结束时间。',
  },
  LOGIN_TAKEN: { status: 422, retryable: false, en: 'This login is taken.', zh: '该账号名已被占用。' },
  PASSWORD_WRONG: { status: 422, retryable: false, en: 'The current password is wrong.', zh: '当前密码错误。' },
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
