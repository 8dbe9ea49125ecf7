import type { MerchantChannel } from '../merchant/states';
import { reviewKinds, reviewKindWords, type ReviewKind } from '../review/states';
import type { Language } from '../shared/errors';

interface Words {
  readonly en: string;
  readonly zh: string;
}

/** What a case is called whose subject has no name of its own. */
export const onboardingTitle: Words = { en: 'Seller onboarding', zh: '卖家入驻' };

/** Also what a payer reads on the bill: nothing of the seller. */
export const feeTitle: Words = { en: 'Cloud market certification fee', zh: '云市场平台认证费' };

export const merchantTitles: Readonly<Record<MerchantChannel, Words>> = {
  wechat_pay: { en: 'Merchant ID at WeChat Pay', zh: '开通微信商户号' },
  tenpay: { en: 'Merchant ID at Tenpay', zh: '开通财付通商户号' },
};

const reviewTitles = Object.fromEntries(
  reviewKinds.map((kind) => {
    const { en, zh } = reviewKindWords[kind];
    return [kind, { en: `Review: ${en}`, zh: `审核：${zh}` }];
  }),
) as Record<ReviewKind, Words>;

const between = ' · ';

/** `name`: what the submission calls its subject, where it has a name. */
export function reviewTitle(kind: ReviewKind, name: string | undefined): string {
  return [reviewTitles[kind].zh, name ?? []].flat().join(between);
}

const english = new Map(
  [onboardingTitle, feeTitle, ...Object.values(merchantTitles), ...Object.values(reviewTitles)].map((title) => [
    title.zh,
    title.en,
  ]),
);

/**
 * A title as it is stored, in the language asked for. Cases are stored under Chinese titles, which is where the search
 * looks; names that people gave are shown as they are.
 */
export function titleText(stored: string, language: Language): string {
  if (language === 'zh-CN') return stored;
  const [head = '', ...name] = stored.split(between);
  // rule: titles-in-the-language-asked-for
  return [english.get(head) ?? head, ...name].join(between);
}
