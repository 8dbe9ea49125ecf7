import type { CaseStanding } from '../case/states';
import type { StateMachine } from '../shared/state-machine';

/**
 * An allocation of enterprise stock to a mall (guide A, 步骤2: 分配库存 → 下一步 → 确认分配): proposed, its stock is held;
 * confirmed, it is a sub-stock; cancelled or timed out, the hold is given back once.
 */
export const allocationStates = ['awaiting_confirmation', 'confirmed', 'cancelled', 'expired'] as const;
export type AllocationState = (typeof allocationStates)[number];

export const allocationCommands = ['confirm', 'cancel'] as const;
export type AllocationCommand = (typeof allocationCommands)[number];

export type AllocationAct = AllocationCommand | 'expire';

export const allocationMachine: StateMachine<AllocationState, AllocationAct, AllocationCommand> = {
  initial: 'awaiting_confirmation',
  commands: allocationCommands,
  transitions: {
    awaiting_confirmation: { confirm: 'confirmed', cancel: 'cancelled', expire: 'expired' },
    // rule: confirmed-is-final
    confirmed: {},
    cancelled: {},
    expired: {},
  },
  reachedBy: { confirm: ['confirmed'], cancel: ['cancelled'] },
};

export const allocationStanding: Readonly<Record<AllocationState, CaseStanding>> = {
  awaiting_confirmation: { state: 'open', whoseTurn: 'manager' },
  confirmed: { state: 'completed', whoseTurn: 'nobody' },
  cancelled: { state: 'cancelled', whoseTurn: 'nobody' },
  expired: { state: 'expired', whoseTurn: 'nobody' },
};
