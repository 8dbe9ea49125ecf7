import { merchantChannelWords } from '../merchant/states';
import { twoPersonWords } from '../operations/commands';
import { reviewKindWords } from '../review/states';
import type { Language } from '../shared/errors';

interface Wording {
  readonly en: string;
  readonly zh: string;
}

interface NoticeText {
  readonly subject: Wording;
  /** Of at most one SMS or two. */
  readonly text: Wording;
}

/**
 * What people are told, and in which words. `{name}` is a parameter of the notice; what stands in `terms` is told in the
 * reader's language. Nothing personal may be a parameter: a notice goes out by mail and SMS.
 */
const noticeTexts = {
  review_half_time: {
    subject: { en: 'A review waits', zh: '审核待处理' },
    text: {
      en: 'Half of the time for the review of a submission ({kind}) is over; it is due by {dueBy}.',
      zh: '一项审核（{kind}）时限已过半，请于 {dueBy} 前完成。',
    },
  },
  review_overdue: {
    subject: { en: 'A review is overdue', zh: '审核已超时' },
    text: {
      en: 'The review of a submission ({kind}) was due by {dueBy} and is not decided.',
      zh: '一项审核（{kind}）应于 {dueBy} 前完成，现已超时未决。',
    },
  },
  review_assigned: {
    subject: { en: 'A review is yours', zh: '您有新的审核任务' },
    text: {
      en: 'The review of a submission ({kind}) was given to you; it is due by {dueBy}.',
      zh: '一项审核（{kind}）已分配给您，请于 {dueBy} 前完成。',
    },
  },
  review_taken_away: {
    subject: { en: 'A review is not yours any more', zh: '审核任务已不归您处理' },
    text: {
      en: 'The review of a submission ({kind}) that you had claimed was withdrawn, decided or given to somebody else.',
      zh: '您领取的一项审核（{kind}）已被撤回、代为决定或转交他人，无需再处理。',
    },
  },
  review_approved: {
    subject: { en: 'Approved', zh: '审核通过' },
    text: { en: 'What you submitted ({kind}) was approved.', zh: '您提交的{kind}已通过审核。' },
  },
  review_changes_requested: {
    subject: { en: 'Changes are needed', zh: '审核退回，请修改' },
    text: {
      en: 'What you submitted ({kind}) came back; the reasons are at its fields.',
      zh: '您提交的{kind}已被退回，请按各字段的原因修改后重新提交。',
    },
  },
  review_rejected: {
    subject: { en: 'Not approved', zh: '审核未通过' },
    text: {
      en: 'What you submitted ({kind}) was not approved; the reasons are at its fields.',
      zh: '您提交的{kind}未通过审核，原因请见各字段。',
    },
  },
  review_given_back: {
    subject: { en: 'Given back without a decision', zh: '提交已退回' },
    text: {
      en: 'What you submitted ({kind}) was given back without a decision; you can change it and submit it again.',
      zh: '您提交的{kind}未作审核决定，已退回，可修改后重新提交。',
    },
  },
  merchant_id_opened: {
    subject: { en: 'The merchant ID is open', zh: '商户号已开通' },
    text: { en: 'The merchant ID of {channel} is open: buyers can pay.', zh: '{channel}商户号已开通，买家可以付款。' },
  },
  merchant_id_rejected: {
    subject: { en: 'The merchant ID form came back', zh: '商户号申请被驳回' },
    text: {
      en: 'The form for the merchant ID of {channel} came back; the reasons are at its fields.',
      zh: '{channel}商户号申请被驳回，请按各字段的原因修改后重新提交。',
    },
  },
  merchant_id_verify_account: {
    subject: { en: 'Verify your corporate account', zh: '请完成账户验证' },
    text: {
      en: 'For the merchant ID of {channel}, remit the amount shown from your corporate account by {dueBy}.',
      zh: '开通{channel}商户号需验证对公账户，请于 {dueBy} 前按页面所示金额汇款。',
    },
  },
  merchant_id_to_sign: {
    subject: { en: 'A signature is missing', zh: '请签约' },
    text: {
      en: 'The merchant ID of {channel} is approved and waits for your signature.',
      zh: '{channel}商户号已审核通过，请扫码签约。',
    },
  },
  fee_ends_soon: {
    subject: { en: 'The certification fee ends soon', zh: '平台认证费即将到期' },
    text: {
      en: 'Your certification fee is valid until {until} ({days} days). Pay the next period to go on creating products.',
      zh: '您的平台认证费有效期至 {until}（剩余 {days} 天），请续缴以便继续创建商品。',
    },
  },
  fee_expired: {
    subject: { en: 'The certification fee is over', zh: '平台认证费已到期' },
    text: {
      en: 'Your certification fee is over: what is listed stays listed, new products need it paid again.',
      zh: '您的平台认证费已到期：已上架商品不受影响，缴纳后方可创建或提交新商品。',
    },
  },
  merchant_id_frozen: {
    subject: { en: 'The merchant ID is frozen', zh: '商户号已冻结' },
    text: {
      en: 'The merchant ID of {channel} was frozen by the channel: buyers cannot pay by it.',
      zh: '{channel}商户号已被渠道冻结，暂时无法收款。',
    },
  },
  verification_met: {
    subject: { en: 'The enterprise is verified', zh: '企业实名认证已通过' },
    text: {
      en: 'The enterprise verification is done; the company information comes next.',
      zh: '企业实名认证已通过，请继续填写企业信息。',
    },
  },
  verification_action_needed: {
    subject: { en: 'The enterprise verification came back', zh: '企业实名认证需要处理' },
    text: {
      en: 'The enterprise verification needs you; the reasons are at its fields.',
      zh: '企业实名认证需要您处理，请按各字段的原因重新提交。',
    },
  },
  seller_centre_open: {
    subject: { en: 'The seller centre is open', zh: '卖家中心已开通' },
    text: {
      en: 'Your seller centre is open. What is still missing stands on its overview.',
      zh: '您的卖家中心已开通，待办事项请见概览。',
    },
  },
  onboarding_waits: {
    subject: { en: 'Your onboarding waits for you', zh: '您的入驻申请待继续' },
    text: {
      en: 'Your way to becoming a seller waits for your next step.',
      zh: '您的卖家入驻尚未完成，请继续下一步。',
    },
  },
  agreement_newer: {
    subject: { en: 'The agreement has a new version', zh: '接入协议已更新' },
    text: {
      en: 'Version {version} of the seller agreement is out; please sign it by {signBy}.',
      zh: '服务商接入协议已更新至 {version} 版，请于 {signBy} 前签署。',
    },
  },
  agreement_due_soon: {
    subject: { en: 'The agreement waits for your signature', zh: '接入协议待签署' },
    text: {
      en: 'Version {version} of the seller agreement must be signed by {signBy}, and you have not signed it yet.',
      zh: '服务商接入协议 {version} 版须于 {signBy} 前签署，您尚未签署。',
    },
  },
  agreement_overdue: {
    subject: { en: 'The agreement was not signed in time', zh: '接入协议逾期未签署' },
    text: {
      en: 'Version {version} of the seller agreement was due by {signBy}: until it is signed, nothing new can be begun.',
      zh: '服务商接入协议 {version} 版已于 {signBy} 到期未签署；签署前不能开展新增业务。',
    },
  },
  approval_asked: {
    subject: { en: 'A second operator is needed', zh: '待您确认' },
    text: {
      en: 'An operator asks to {command}; another operator has a day to confirm it.',
      zh: '有运营申请{command}，须由另一名运营在一天内确认。',
    },
  },
  runs_lost: {
    subject: { en: 'Cases have lost their runs', zh: '流程运行实例丢失' },
    text: {
      en: '{count} open cases had lost their runs. Most are started again by themselves; the list of lost cases shows which wait for you.',
      zh: '发现 {count} 个未完结流程的运行实例丢失，多数会自动恢复；需要您处理的请见“丢失”列表。',
    },
  },
  taken_down: {
    subject: { en: 'Taken down by the platform', zh: '内容已被平台下架' },
    text: {
      en: 'The platform took something of yours ({kind}) from buyers’ sight. The reason is shown with it; change it and hand it in again.',
      zh: '您的{kind}已被平台下架，原因请见该内容页面，修改后可重新提交。',
    },
  },
  listing_resubmitted: {
    subject: { en: 'A listing was changed after it was taken down', zh: '下架商品已修改' },
    text: {
      en: 'A listing that was taken down has been changed, and its mall may show it again.',
      zh: '一件被下架的商城商品已修改，商城可重新上线。',
    },
  },
} as const satisfies Record<string, NoticeText>;

export type NoticeKind = keyof typeof noticeTexts;

export const noticeKinds = Object.keys(noticeTexts) as readonly NoticeKind[];

/** Parameters that are words of ours. */
const terms: Readonly<Record<string, Wording>> = {
  listing: { en: 'listing', zh: '商城商品' },
  ...reviewKindWords,
  ...merchantChannelWords,
  ...twoPersonWords,
};

export type NoticeParams = Readonly<Record<string, string>>;

/** A notice in the reader's language; a kind that this version does not know is told by its name rather than lost. */
export function noticeText(
  notice: { readonly kind: string; readonly params: NoticeParams },
  language: Language,
): { readonly subject: string; readonly text: string } {
  const key = language === 'en' ? 'en' : 'zh';
  const known: Readonly<Record<string, NoticeText>> = noticeTexts;
  const found = known[notice.kind];
  if (found === undefined) return { subject: notice.kind, text: notice.kind };
  const filled = ({ [key]: template }: Wording): string =>
    template.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = notice.params[name] ?? '';
      return terms[value]?.[key] ?? value;
    });
  return { subject: filled(found.subject), text: filled(found.text) };
}
