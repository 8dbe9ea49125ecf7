import type { CommodityPurpose, OwnCategory } from './states';

/** The fields of 下一步 (guide A, 自行添加积分商品, first table). Images and templates by id. */
export interface FirstStep {
  readonly purpose: CommodityPurpose;
  readonly name: string;
  readonly category: OwnCategory;
  readonly awardTemplateId: string;
  readonly priceFen: number;
  readonly redemptionNote: string;
  readonly coverImageId: string;
  readonly detailImageId: string;
}

/** The fields of 完成 (second table). */
export interface SecondStep {
  readonly totalStock: number;
  /** ISO 8601. */
  readonly expiresAt: string | null;
  readonly platforms: readonly string[];
  readonly tags: readonly string[];
  readonly remark: string | null;
}
