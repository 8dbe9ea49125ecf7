/** Periods of member limits (每用户每天/周/月/半年/年, domain.md §1.3), in Asia/Shanghai. */
export const limitPeriods = ['day', 'week', 'month', 'half_year', 'year'] as const;
export type LimitPeriod = (typeof limitPeriods)[number];

/** What the manager fills in before 下一步 (guide A, 步骤2; domain.md §1.3). Times ISO 8601. */
export interface AllocationTerms {
  readonly commodityId: string;
  readonly mallId: string;
  readonly quantity: number;
  /** Pieces a day for all members together; −1 = unlimited ("-1" 代表不限制数量). */
  readonly dailyLimit: number;
  readonly memberLimits: readonly { readonly period: LimitPeriod; readonly count: number }[];
  readonly validFrom: string | null;
  readonly validUntil: string | null;
  /** 是否自动发奖. */
  readonly autoAward: boolean;
  readonly remark: string | null;
  /** Award settings of the commodity's category (domain.md §1.3); null when none were given. */
  readonly award: Readonly<Record<string, unknown>> | null;
}
