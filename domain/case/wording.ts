import type { Language } from '../shared/errors';
import type { MerchantAct } from '../merchant/states';
import type { PaymentAct } from '../payment/states';
import type { PurchaseAct } from '../purchase/states';
import type { FeeAct } from '../seller/fee-states';
import type { OnboardingAct } from '../seller/onboarding-states';
import type { AllocationAct } from '../stock/allocation-states';
import type { CommodityAct } from '../stock/states';
import type { ReviewAct } from '../review/states';
import { detailWords, type EventDetail } from './event-detail';
import { interventionWords } from './intervention-wording';
import type { ProcessKind } from './states';

/** The acts of a commodity that belong to its being added. */
type CommodityAddAct = Extract<CommodityAct, 'edit' | 'complete' | 'discard' | 'remind' | 'expire_draft'>;

interface Wording {
  readonly en: string;
  readonly zh: string;
}

/**
 * What a timeline says about an act, in the words of a shop manager. `{actor}` is the display name of who did it; what
 * stands in brackets is said where its detail is known.
 * Adding a process or an act without words does not compile.
 */
const words: {
  readonly purchase: Readonly<Record<PurchaseAct | 'open', Wording>>;
  readonly payment: Readonly<Record<PaymentAct | 'open', Wording>>;
  readonly commodity_add: Readonly<Record<CommodityAddAct | 'open', Wording>>;
  readonly stock_allocation: Readonly<Record<AllocationAct | 'open', Wording>>;
  readonly seller_onboarding: Readonly<Record<OnboardingAct | 'open', Wording>>;
  readonly certification_fee: Readonly<Record<FeeAct | 'open', Wording>>;
  readonly review: Readonly<Record<ReviewAct | 'open', Wording>>;
  readonly merchant_id: Readonly<Record<MerchantAct | 'open', Wording>>;
} = {
  purchase: {
    open: { en: '{actor} placed the order; it waits for payment', zh: '{actor} 提交了订单，等待支付' },
    pay: { en: '{actor} paid from the enterprise balance', zh: '{actor} 使用企业余额完成支付' },
    stock: { en: 'The benefit entered the enterprise stock', zh: '权益已进入企业总库存' },
    close: { en: '{actor} closed the order detail; the purchase is finished', zh: '{actor} 关闭了订单详情，采购结束' },
    close_unattended: {
      en: 'The order detail was left open and closed itself; the purchase is finished',
      zh: '订单详情长时间未关闭，系统已自动关闭，采购结束',
    },
    cancel: { en: '{actor} cancelled the order before payment', zh: '{actor} 在支付前取消了订单' },
    expire: { en: 'The order was not paid in time and expired', zh: '订单超时未支付，已失效' },
    close_payment: {
      en: 'The open online payment is being closed; until that is certain nothing can be done',
      zh: '正在关闭未完成的线上支付，确认关闭前不能进行其他操作',
    },
    payment_closed: { en: 'The online payment was closed; the order can be paid', zh: '线上支付已关闭，可重新支付' },
    pay_online: { en: 'The online payment came in', zh: '线上支付已到账' },
  },
  payment: {
    open: { en: '{actor} chose to pay online', zh: '{actor} 选择线上支付' },
    ask: { en: 'The channel shows the payment code', zh: '支付渠道已生成付款码' },
    try_again: { en: '{actor} asked for a new payment code', zh: '{actor} 重新获取付款码' },
    pay_begins: { en: 'The payer is paying', zh: '付款人正在支付' },
    payer_refused: { en: 'The attempt ended without payment; it can be tried again', zh: '本次支付未成功，可重新支付' },
    close: { en: 'The payment is being closed at the channel', zh: '正在关闭支付' },
    succeed: { en: 'The payment came in', zh: '支付成功' },
    cancel: { en: 'The payment was closed unpaid', zh: '支付已关闭，未付款' },
    set_apart: {
      en: 'Money of another amount came in; it is set apart until an operator decides',
      zh: '到账金额与应付金额不符，已隔离，等待运营处理',
    },
    return_late: { en: 'The payment came in too late; it is being given back', zh: '付款到账过晚，正在退款' },
    return_duplicate: { en: 'It was paid a second time; that is being given back', zh: '重复付款，正在退回多余款项' },
    refund: { en: '{actor} ordered the refund', zh: '{actor} 发起了退款' },
    returned: { en: 'The money was given back', zh: '款项已退回' },
    returned_in_part: {
      en: 'Part of the money was given back; more is on its way',
      zh: '部分款项已退回，其余退款处理中',
    },
    return_fails: { en: 'The channel could not give it back; an operator must act', zh: '退款未成功，需要运营处理' },
  },
  commodity_add: {
    open: {
      en: '{actor} began to add the commodity; it waits for its second step',
      zh: '{actor} 开始添加商品，等待完成第二步',
    },
    edit: { en: '{actor} changed the draft', zh: '{actor} 修改了草稿' },
    complete: {
      en: '{actor} finished it; the commodity is in the enterprise stock, online',
      zh: '{actor} 完成添加，商品已进入企业总库存并上线',
    },
    discard: { en: '{actor} discarded the draft', zh: '{actor} 放弃了草稿' },
    remind: { en: 'The draft expires soon; its manager was reminded', zh: '草稿即将过期，已提醒管理员' },
    expire_draft: { en: 'The draft was not finished in time and expired', zh: '草稿超时未完成，已失效' },
  },
  stock_allocation: {
    open: {
      en: '{actor} proposed the allocation; its stock is held until it is confirmed',
      zh: '{actor} 提交了分配，库存已预占，等待确认',
    },
    confirm: {
      en: '{actor} confirmed it; the stock is the mall’s, online',
      zh: '{actor} 确认分配，已进入产品子库存并上线',
    },
    cancel: { en: '{actor} cancelled it; the stock was given back', zh: '{actor} 取消了分配，库存已退回' },
    expire: { en: 'It was not confirmed in time; the stock was given back', zh: '分配超时未确认，库存已退回' },
  },
  seller_onboarding: {
    open: {
      en: '{actor} accepted the agreement and began to become a seller',
      zh: '{actor} 同意接入协议，开始卖家入驻',
    },
    submit_verification: { en: '{actor} handed in the enterprise verification', zh: '{actor} 提交了企业实名认证' },
    enter_amount: { en: '{actor} told the right amount of the transfer', zh: '{actor} 正确填写了打款金额' },
    withdraw_verification: { en: '{actor} took the verification back', zh: '{actor} 撤回了企业实名认证' },
    submit_information: { en: '{actor} handed in the company information', zh: '{actor} 提交了企业信息' },
    defer_fee: {
      en: '{actor} put the certification fee off; the seller centre is open, without creating products',
      zh: '{actor} 选择暂不缴纳平台认证费，已进入卖家中心，暂不能创建商品',
    },
    registry_agrees: { en: 'The registry agrees', zh: '工商登记信息核对一致' },
    registry_knows_not: {
      en: 'The registry does not know the company yet; it is asked again',
      zh: '工商登记信息暂未查到，将自动再次核对',
    },
    registry_differs: {
      en: 'The registry says otherwise; a reviewer looks at it',
      zh: '与工商登记信息不一致，已转人工审核',
    },
    reviewer_accepts: { en: '{actor} accepted it', zh: '{actor} 审核通过' },
    reviewer_returns: { en: '{actor} sent it back', zh: '{actor} 审核退回' },
    transfer_arrives: {
      en: 'The transfer has arrived; the seller tells its amount',
      zh: '对公打款已到账，等待填写打款金额',
    },
    scan_begins: { en: 'The legal representative can scan', zh: '等待法定代表人扫码认证' },
    scan_passes: { en: 'The legal representative was confirmed', zh: '法定代表人扫码认证通过' },
    proof_fails: { en: 'The proof failed; the seller hands it in again', zh: '认证未通过，需重新提交' },
    amount_wrong: { en: '{actor} told a wrong amount', zh: '{actor} 填写的打款金额不正确' },
    verified: { en: 'The enterprise is verified', zh: '企业实名认证通过' },
    information_accepted: {
      en: 'The company information is accepted; the certification fee comes next',
      zh: '企业信息已确认，下一步缴纳平台认证费',
    },
    fee_paid: {
      en: 'The certification fee is paid; the seller centre is open',
      zh: '平台认证费已缴纳，卖家中心已开通',
    },
    turn_passes: { en: 'Something else changed whose turn it is', zh: '待办方已变更' },
    product_listed: { en: 'The first product is listed; the onboarding is complete', zh: '首个商品已上架，入驻完成' },
  },
  certification_fee: {
    open: { en: 'The certification fee of a new period can be paid', zh: '新一期平台认证费可以缴纳' },
    pay: { en: '{actor} chose to pay the certification fee', zh: '{actor} 选择缴纳平台认证费' },
    defer: {
      en: '{actor} put the certification fee off; products can be created once it is paid',
      zh: '{actor} 选择暂不缴纳平台认证费，缴纳后方可创建商品',
    },
    settle: { en: 'The certification fee was paid', zh: '平台认证费已缴纳' },
    waive: {
      en: '{actor} waived the certification fee; another operator confirmed it',
      zh: '{actor} 免除了平台认证费，并经另一名运营确认',
    },
    payment_ended: { en: 'The payment ended unpaid; the fee can be paid again', zh: '支付未完成，可重新缴纳' },
    open_renewal: { en: 'The next period can be paid ahead', zh: '可提前缴纳下一期平台认证费' },
    remind: { en: 'The seller was reminded that the period ends soon', zh: '已提醒服务商：平台认证费即将到期' },
    expire: { en: 'The period is over', zh: '本期平台认证费已到期' },
  },
  review: {
    open: { en: 'It waits for a reviewer', zh: '已进入审核队列，等待审核员处理' },
    claim: { en: '{actor} took it on', zh: '{actor} 领取了审核任务' },
    release: { en: '{actor} gave it back to the queue', zh: '{actor} 将审核任务退回队列' },
    reassign: { en: '{actor} gave it to another reviewer[, {to}]', zh: '{actor} 将审核任务转交给其他审核员[{to}]' },
    decide: { en: '{actor} decided[: {outcome}]', zh: '{actor} 作出了审核决定[：{outcome}]' },
    withdraw: { en: '{actor} took the submission back', zh: '{actor} 撤回了提交' },
    remind: { en: 'Half of its time is over; the reviewers were reminded', zh: '审核时限已过半，已提醒审核员' },
    escalate: { en: 'It is overdue; the operators were told', zh: '审核已超时，已通知运营' },
    approve_by_policy: {
      en: 'Approved by policy: the seller is trusted, and no rule objects',
      zh: '按可信服务商策略自动通过：无规则异议',
    },
    force_decide: {
      en: '{actor} decided it in a reviewer’s place[ ({outcome})]; a second operator confirmed',
      zh: '{actor} 代审核员作出决定[（{outcome}）]，并经第二名运营确认',
    },
  },
  merchant_id: {
    open: { en: '{actor} submitted the form for the merchant ID', zh: '{actor} 提交了商户号申请' },
    check: { en: 'The channel is checking the form', zh: '渠道正在审核' },
    ask_account: { en: 'The corporate account has to be verified', zh: '待账户验证' },
    'verify-account': { en: '{actor} said what was remitted', zh: '{actor} 填写了汇款金额' },
    account_wrong: { en: 'The amount was wrong twice; the form came back', zh: '汇款金额两次填写错误，申请已退回' },
    account_overdue: { en: 'The account was not verified in time; the form came back', zh: '账户验证超时，申请已退回' },
    ask_signature: { en: 'The contract waits for a signature', zh: '待签约' },
    reject: { en: 'The channel rejected the form', zh: '渠道驳回了申请' },
    resubmit: { en: '{actor} submitted the form again', zh: '{actor} 重新提交了申请' },
    open_id: { en: 'The merchant ID is open', zh: '商户号已开通' },
    freeze: { en: 'The channel froze the merchant ID', zh: '渠道冻结了商户号' },
  },
} satisfies Record<ProcessKind, Readonly<Record<string, Wording>>>;

const systemName: Wording = { en: 'Mallflow', zh: '系统' };

interface TimelineEvent {
  readonly kind: ProcessKind;
  readonly act: string;
  readonly actorName: string | null;
  /** Why; told to those who look after cases, and to nobody whose case it is. */
  readonly reason?: string | null;
  readonly detail?: EventDetail | null;
  /** Of the account in `detail.to`. */
  readonly toName?: string | null;
}

/** The words for an act; an act this version does not know is shown by its name rather than lost. */
export function timelineText(
  { reason = null, detail, toName = null, ...event }: TimelineEvent,
  language: Language,
): string {
  const ofKind: Readonly<Record<string, Wording>> = words[event.kind];
  const wording = ofKind[event.act] ?? interventionWords[event.act] ?? { en: event.act, zh: event.act };
  const key = language === 'en' ? 'en' : 'zh';
  const known = detailWords(detail ?? {}, toName, language);
  // rule: timelines-tell-details
  const whole = wording[key].replace(
    /\[([^\]]*)\{(\w+)\}([^\]]*)\]/g,
    (_, before: string, name: string, after: string) => {
      const told = known[name];
      return told === undefined ? '' : `${before}${told}${after}`;
    },
  );
  const text = whole.replace('{actor}', () => event.actorName ?? systemName[key]);
  // rule: hands-are-shown-with-their-reason
  if (reason === null) return text;
  return key === 'en' ? `${text}: ${reason}` : `${text}：${reason}`;
}
