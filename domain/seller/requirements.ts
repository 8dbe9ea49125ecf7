import type { Turn } from '../case/states';
import type { FieldReason } from './field-reason';

/** What a seller needs, in the order of the guide: one vocabulary for requirements, gates and stages (api.md §4). */
export const requirementKeys = [
  'agreement',
  'enterprise_verification',
  'company_information',
  'certification_fee',
  'seller_centre',
  'merchant_id',
  'shop_published',
  'product_listed',
] as const;
export type RequirementKey = (typeof requirementKeys)[number];

/**
 * `not_started`: nothing was done about it yet, whether the seller could or not. `action_needed`: something came back.
 * `deferred` is the fee's alone (暂不缴纳).
 */
export const requirementStates = [
  'not_started',
  'in_progress',
  'in_review',
  'action_needed',
  'deferred',
  'met',
  'expired',
] as const;
export type RequirementState = (typeof requirementStates)[number];

export interface Requirement {
  readonly key: RequirementKey;
  readonly state: RequirementState;
  /** `nobody` where it is met, or where something else must be done first. */
  readonly whoseTurn: Turn;
  readonly since: Date;
  /** When it is over if nobody acts. */
  readonly dueAt?: Date;
  /** When an outside party is next expected to answer. */
  readonly expectedAt?: Date;
  /** The command as it stands in the URL. */
  readonly nextAction?: string;
  readonly errors: readonly FieldReason[];
}
