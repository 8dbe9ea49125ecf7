/** The three kinds of benefit the resource centre sells (guide A; points and red packets are never sold there). */
export const benefitKinds = ['coupon', 'direct_top_up', 'rights_pack'] as const;
export type BenefitKind = (typeof benefitKinds)[number];

/** Guide A: "优惠券和直充是没有有效期限制的；权益包会有". Days of 24 hours from the moment of stocking. */
export interface Validity {
  readonly days: number;
}

/** What a purchase freezes of a benefit the moment the order is placed. */
export interface FrozenBenefit {
  readonly id: string;
  readonly name: string;
  readonly kind: BenefitKind;
  readonly priceFen: number;
  readonly validity: Validity | null;
  readonly exchangeNotes: string;
}
