import type { CaseStanding, Turn } from '../case/states';
import type { StateMachine } from '../shared/state-machine';

/** 微信商户号 takes persons' money, 财付通商户号 enterprises' by corporate bank gateway; a shop needs at least one. */
export const merchantChannels = ['wechat_pay', 'tenpay'] as const;
export type MerchantChannel = (typeof merchantChannels)[number];

export const merchantChannelWords = {
  wechat_pay: { en: 'WeChat Pay', zh: '微信支付' },
  tenpay: { en: 'Tenpay', zh: '财付通' },
} as const;

/**
 * Opening a merchant ID at one channel (guide B, 开通商户号), from the submitted form on. `submitted`: on its way, the
 * channel has not confirmed it. `in_review`: the channel checks. `verify_account`: the seller remits a sum from its
 * corporate account. `to_sign`: the seller signs. `rejected`: sent back with reasons. `opened` and `frozen` follow what
 * the channel says, for as long as the seller sells.
 */
export const merchantStates = [
  'submitted',
  'in_review',
  'verify_account',
  'to_sign',
  'rejected',
  'opened',
  'frozen',
] as const;
export type MerchantState = (typeof merchantStates)[number];

export const merchantCommands = ['verify-account', 'resubmit'] as const;
export type MerchantCommand = (typeof merchantCommands)[number];

/** The channel's answers, and the two ends of an account verification that nobody finished. */
export type MerchantAct =
  | MerchantCommand
  | 'check'
  | 'ask_account'
  | 'ask_signature'
  | 'reject'
  | 'open_id'
  | 'freeze'
  | 'account_wrong'
  | 'account_overdue';

/** What the channel may say at any time after it has the form: it may change its mind, and its word is the truth. */
const said = {
  check: 'in_review',
  ask_account: 'verify_account',
  ask_signature: 'to_sign',
  reject: 'rejected',
  open_id: 'opened',
  freeze: 'frozen',
} as const;

export const merchantMachine: StateMachine<MerchantState, MerchantAct, MerchantCommand> = {
  initial: 'submitted',
  commands: merchantCommands,
  transitions: {
    submitted: said,
    // The seller has said that it remitted, and the remittance never arrived.
    in_review: { ...said, account_overdue: 'rejected' },
    // rule: account-is-verified-when-asked
    verify_account: {
      ...said,
      'verify-account': 'in_review',
      account_wrong: 'rejected',
      account_overdue: 'rejected',
    },
    to_sign: said,
    // rule: only-rejected-forms-are-resubmitted
    rejected: { ...said, resubmit: 'submitted' },
    opened: said,
    frozen: said,
  },
  reachedBy: { 'verify-account': [], resubmit: [] },
};

const turnOf: Readonly<Record<MerchantState, Turn>> = {
  submitted: 'provider',
  in_review: 'provider',
  verify_account: 'seller',
  to_sign: 'seller',
  rejected: 'seller',
  opened: 'nobody',
  frozen: 'seller',
};

export function merchantTurn(state: MerchantState): Turn {
  return turnOf[state];
}

/** A merchant ID that is open may still be frozen: its case stays open, and nobody's turn it is. */
export function merchantStanding(state: MerchantState): CaseStanding {
  return { state: 'open', whoseTurn: turnOf[state] };
}
