import type { StateMachine } from '../shared/state-machine';

/**
 * A seller's way in (guide B): 同意协议 opens it, then 实名认证 → 填写信息 → 支付费用 → the seller centre, where the rest is
 * done in any order. It lasts to the first product that is listed (domain.md §5.17). Stages and names are api.md §4's.
 */
export const onboardingStages = [
  'enterprise_verification',
  'company_information',
  'certification_fee',
  'seller_centre',
  'complete',
] as const;
export type OnboardingStage = (typeof onboardingStages)[number];

export const onboardingCommands = [
  'submit_verification',
  'enter_amount',
  'withdraw_verification',
  'submit_information',
  'defer_fee',
] as const;
export type OnboardingCommand = (typeof onboardingCommands)[number];

/** What happens by itself: an outside party or a reviewer answers, a clock runs out, the fee is paid. */
export type OnboardingAct =
  | OnboardingCommand
  | 'registry_agrees'
  | 'registry_knows_not'
  | 'registry_differs'
  | 'reviewer_accepts'
  | 'reviewer_returns'
  | 'transfer_arrives'
  | 'scan_begins'
  | 'scan_passes'
  | 'proof_fails'
  | 'amount_wrong'
  | 'verified'
  | 'information_accepted'
  | 'fee_paid'
  | 'turn_passes'
  | 'product_listed';

export const onboardingMachine: StateMachine<OnboardingStage, OnboardingAct, OnboardingCommand> = {
  initial: 'enterprise_verification',
  commands: onboardingCommands,
  transitions: {
    enterprise_verification: {
      submit_verification: 'enterprise_verification',
      enter_amount: 'enterprise_verification',
      withdraw_verification: 'enterprise_verification',
      registry_agrees: 'enterprise_verification',
      registry_knows_not: 'enterprise_verification',
      registry_differs: 'enterprise_verification',
      reviewer_accepts: 'enterprise_verification',
      reviewer_returns: 'enterprise_verification',
      transfer_arrives: 'enterprise_verification',
      scan_begins: 'enterprise_verification',
      scan_passes: 'enterprise_verification',
      proof_fails: 'enterprise_verification',
      amount_wrong: 'enterprise_verification',
      turn_passes: 'enterprise_verification',
      verified: 'company_information',
    },
    company_information: {
      submit_information: 'company_information',
      reviewer_returns: 'company_information',
      turn_passes: 'company_information',
      information_accepted: 'certification_fee',
    },
    certification_fee: {
      turn_passes: 'certification_fee',
      fee_paid: 'seller_centre',
      defer_fee: 'seller_centre',
    },
    seller_centre: { turn_passes: 'seller_centre', product_listed: 'complete' },
    complete: {},
  },
  reachedBy: {
    submit_verification: [],
    enter_amount: [],
    withdraw_verification: [],
    submit_information: [],
    defer_fee: [],
  },
};
