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
      en: 'Half of the time for the review of a submission ({kind}) is over; it is due on {dueOn}.',
      zh: '一项审核（{kind}）时限已过半，请于 {dueOn} 前完成。',
    },
  },
  review_overdue: {
    subject: { en: 'A review is overdue', zh: '审核已超时' },
    text: {
      en: 'The review of a submission ({kind}) was due on {dueOn} and is not decided.',
      zh: '一项审核（{kind}）应于 {dueOn} 前完成，现已超时未决。',
    },
  },
  review_assigned: {
    subject: { en: 'A review is yours', zh: '您有新的审核任务' },
    text: {
      en: 'The review of a submission ({kind}) was given to you; it is due on {dueOn}.',
      zh: '一项审核（{kind}）已分配给您，请于 {dueOn} 前完成。',
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
} as const satisfies Record<string, NoticeText>;

export type NoticeKind = keyof typeof noticeTexts;

export const noticeKinds = Object.keys(noticeTexts) as readonly NoticeKind[];

/** Parameters that are words of ours. */
const terms: Readonly<Record<string, Wording>> = {
  enterprise_verification: { en: 'enterprise verification', zh: '企业实名认证' },
  company_information: { en: 'company information', zh: '企业信息' },
  shop: { en: 'shop', zh: '店铺信息' },
  product: { en: 'product', zh: '商品' },
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
