import { DomainError } from '../shared/errors';
import { commodityOffline } from './allocation-refusals';
import { allowedCommands, allows, wrongState, type StateMachine } from '../shared/state-machine';

/**
 * What a mall has of a commodity (产品子库存). Online by default; 把商品设置下线状态方可更改库存 (guide A, 步骤2): offline
 * before anything about its stock or its terms changes. `deleted` keeps the row for its movements; nobody sees it.
 */
export const subStockStates = ['online', 'offline', 'deleted'] as const;
export type SubStockState = (typeof subStockStates)[number];

/** What people can see of them. */
export const visibleSubStockStates = ['online', 'offline'] as const satisfies readonly SubStockState[];

export const subStockCommands = ['take-offline', 'edit', 'restock', 'return', 'delete', 'bring-online'] as const;
export type SubStockCommand = (typeof subStockCommands)[number];

export const subStockMachine: StateMachine<SubStockState, SubStockCommand, SubStockCommand> = {
  initial: 'online',
  commands: subStockCommands,
  transitions: {
    // rule: online-sub-stock-is-not-changed
    online: { 'take-offline': 'offline' },
    offline: { edit: 'offline', restock: 'offline', return: 'offline', delete: 'deleted', 'bring-online': 'online' },
    deleted: {},
  },
  reachedBy: {
    'take-offline': ['offline'],
    edit: [],
    restock: [],
    return: [],
    delete: ['deleted'],
    'bring-online': ['online'],
  },
};

/** What decides which commands a sub-stock takes. */
export interface SubStockStanding {
  readonly state: SubStockState;
  /** The commodity's time is over: what is left can go back, and nothing more. */
  readonly commodityExpired: boolean;
  /** Pieces are held for redemptions, or a listing that is not void shows it. */
  readonly inUse: boolean;
}

/** The commands people may give now: `actions` and `allowed`. */
export function subStockActions({ state, commodityExpired, inUse }: SubStockStanding): SubStockCommand[] {
  return allowedCommands(subStockMachine, state).filter((command) => {
    if (command === 'delete') return !inUse;
    return !commodityExpired || (command !== 'bring-online' && command !== 'restock');
  });
}

/**
 * The gates of a command (409), in the order they are told: offline first, then the commodity, then the use.
 *
 * @throws DomainError SUB_STOCK_ONLINE, WRONG_STATE, COMMODITY_OFFLINE `{commodityState: 'expired'}`, SUB_STOCK_IN_USE
 */
export function requireSubStockAllows(command: SubStockCommand, standing: SubStockStanding): void {
  const allowed = subStockActions(standing);
  if (allowed.includes(command)) return;
  const { state } = standing;
  // rule: offline-before-changes
  if (!allows(subStockMachine, state, command))
    throw state === 'online'
      ? new DomainError('SUB_STOCK_ONLINE', { state, allowed })
      : wrongState(subStockMachine, state);
  // rule: sub-stock-in-use-stays
  if (command === 'delete') throw new DomainError('SUB_STOCK_IN_USE', { state, allowed });
  // rule: expired-sub-stock-stays-offline
  throw commodityOffline('expired', allowed);
}
