import { feeTitle, merchantTitles, onboardingTitle, reviewTitle, titleText } from '../../domain/case/titles';

describe('what a case is called', () => {
  it('is told in the language asked for where it has no name of its own', () => {
    const stored = [onboardingTitle.zh, feeTitle.zh, merchantTitles.wechat_pay.zh, merchantTitles.tenpay.zh];
    expect(stored.map((title) => titleText(title, 'en'))).toEqual([
      'Seller onboarding',
      'Cloud market certification fee',
      'Merchant ID at WeChat Pay',
      'Merchant ID at Tenpay',
    ]);
    expect(stored.map((title) => titleText(title, 'zh-CN'))).toEqual(stored);
  });

  it('leaves the name of what a review judges as its seller wrote it', () => {
    const stored = reviewTitle('product', '迁移 · 标准版');
    expect(stored).toBe('审核：商品 · 迁移 · 标准版');
    expect(titleText(stored, 'en')).toBe('Review: product · 迁移 · 标准版');
    expect(titleText(reviewTitle('company_information', undefined), 'en')).toBe('Review: company information');
  });

  it('leaves other names as they are', () => {
    expect(titleText('视频会员月卡 · 商品', 'en')).toBe('视频会员月卡 · 商品');
  });
});
