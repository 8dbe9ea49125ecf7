import type { StateMachine } from '../shared/state-machine';

/** 企业实名认证: by a transfer whose amount the seller tells (对公打款), or by the legal person's scan (法人扫码). */
export const verificationMethods = ['corporate_transfer', 'legal_person_scan'] as const;
export type VerificationMethod = (typeof verificationMethods)[number];

/** `submitted`: written down, but no case has taken it up; such a row means nothing and is swept after a day. */
export const verificationStates = [
  'submitted',
  'in_progress',
  'in_review',
  'action_needed',
  'withdrawn',
  'met',
] as const;
export type VerificationState = (typeof verificationStates)[number];

/** What the registry says of name, code and operating state; `accepted` by a reviewer in spite of it. */
export const registryLegs = ['pending', 'not_found', 'differs', 'agreed', 'accepted'] as const;
export type RegistryLeg = (typeof registryLegs)[number];

/** The proof that the seller acts for the enterprise. */
export const proofLegs = ['pending', 'begun', 'proven', 'failed'] as const;
export type ProofLeg = (typeof proofLegs)[number];

export const verificationCommands = ['submit', 'transfer-amount', 'withdraw'] as const;
export type VerificationCommand = (typeof verificationCommands)[number];

export type VerificationAct = VerificationCommand | 'hand_over' | 'accept' | 'send_back' | 'fail' | 'verify';

export const verificationMachine: StateMachine<VerificationState, VerificationAct, VerificationCommand> = {
  initial: 'submitted',
  commands: verificationCommands,
  transitions: {
    submitted: { submit: 'in_progress' },
    in_progress: {
      'transfer-amount': 'in_progress',
      withdraw: 'withdrawn',
      hand_over: 'in_review',
      fail: 'action_needed',
      verify: 'met',
    },
    in_review: { withdraw: 'withdrawn', accept: 'in_progress', send_back: 'action_needed' },
    action_needed: { submit: 'in_progress' },
    withdrawn: { submit: 'in_progress' },
    met: {},
  },
  reachedBy: { submit: [], 'transfer-amount': ['met'], withdraw: ['withdrawn'] },
};
