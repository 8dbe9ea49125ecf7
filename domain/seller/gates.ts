import type { SellerFacts } from './facts';
import { requirementsOf, type Requirement, type RequirementKey, type RequirementState } from './requirements';
import type { Language } from '../shared/errors';

interface Wording {
  readonly en: string;
  readonly zh: string;
}

/** One gate of the guide, as the seller centre shows it. */
export interface Gate extends Requirement {
  readonly met: boolean;
  readonly reason: Wording;
}

export interface Readiness {
  readonly sellerCentreOpen: boolean;
  /** "如未缴纳平台认证费，则不能创建商品". */
  readonly canCreateProducts: boolean;
  /** "服务商至少选择……其中一种开通，否则用户无法购买店铺商品". */
  readonly canSell: boolean;
  readonly gates: readonly Gate[];
}

/** What a seller may do by now, from the same answer as the requirements. */
export function readinessOf(facts: SellerFacts): Readiness {
  const gates = requirementsOf(facts).map((requirement): Gate => {
    // A newer agreement that may still be signed closes nothing.
    const pending = requirement.key === 'agreement' && requirement.state === 'action_needed';
    const met = requirement.state === 'met' || pending;
    return { ...requirement, met, reason: reasonOf(requirement) };
  });
  const isMet = (...keys: readonly RequirementKey[]): boolean =>
    gates.every(({ key, met }) => !keys.includes(key) || met);
  return {
    sellerCentreOpen: isMet('seller_centre'),
    // rule: fee-before-products
    canCreateProducts: isMet('agreement', 'seller_centre', 'certification_fee'),
    // rule: merchant-id-before-selling
    canSell: isMet('agreement', 'seller_centre', 'merchant_id') && facts.market.products.listedNow > 0,
    gates,
  };
}

const names: Readonly<Record<RequirementKey, Wording>> = {
  agreement: { en: 'The agreement', zh: '接入协议' },
  enterprise_verification: { en: 'The enterprise verification', zh: '企业实名认证' },
  company_information: { en: 'The company information', zh: '企业信息' },
  certification_fee: { en: 'The certification fee', zh: '平台认证费' },
  seller_centre: { en: 'The seller centre', zh: '卖家中心' },
  merchant_id: { en: 'The merchant ID', zh: '商户号' },
  shop_published: { en: 'The shop', zh: '店铺' },
  product_listed: { en: 'A listed product', zh: '商品上架' },
};

const states: Readonly<Record<RequirementState, Wording>> = {
  not_started: { en: 'is yet to be begun', zh: '尚未开始' },
  in_progress: { en: 'is under way', zh: '正在办理' },
  in_review: { en: 'is being reviewed', zh: '审核中' },
  action_needed: { en: 'needs you to act', zh: '需要您处理' },
  deferred: { en: 'was put off; until it is paid no products can be created', zh: '暂不缴纳，缴纳前不能创建商品' },
  met: { en: 'is done', zh: '已完成' },
  expired: { en: 'is over and must be renewed', zh: '已过期，请续办' },
};

/** What comes first where nobody can do anything yet. */
const first: Readonly<Record<RequirementKey, Wording>> = {
  agreement: { en: 'comes first', zh: '请先同意' },
  enterprise_verification: { en: 'follows the agreement', zh: '请先同意接入协议' },
  company_information: { en: 'follows the enterprise verification', zh: '请先完成企业实名认证' },
  certification_fee: { en: 'can be paid once the company information is accepted', zh: '请先填写企业信息' },
  seller_centre: { en: 'opens once the fee is paid or put off', zh: '缴纳或选择暂不缴纳平台认证费后进入' },
  merchant_id: { en: 'can be opened once the certification fee is paid', zh: '缴纳平台认证费后方可开通' },
  shop_published: { en: 'follows the seller centre', zh: '进入卖家中心后方可发布' },
  product_listed: { en: 'follows the seller centre', zh: '进入卖家中心后方可上架' },
};

function reasonOf({ key, state, whoseTurn }: Requirement): Wording {
  const told = state === 'not_started' && whoseTurn === 'nobody' ? first[key] : states[state];
  return { en: `${names[key].en} ${told.en}.`, zh: `${names[key].zh}：${told.zh}。` };
}

export function gateReason({ reason }: Gate, language: Language): string {
  return language === 'en' ? reason.en : reason.zh;
}
