import { DomainError } from '../shared/errors';
import { allowedCommands, wrongState, type StateMachine } from '../shared/state-machine';

/**
 * A listing (商品上下架): "商品默认未上线，必须单击上线才能在商城中展示" (guide A, 步骤3). What is online is changed under nobody's
 * hands: editing and voiding (作废) need it offline. Void is final; the row stays.
 */
export const listingStates = ['offline', 'online', 'void'] as const;
export type ListingState = (typeof listingStates)[number];

export const listingCommands = ['bring-online', 'take-offline', 'edit', 'void'] as const;
export type ListingCommand = (typeof listingCommands)[number];

export const listingMachine: StateMachine<ListingState, ListingCommand, ListingCommand> = {
  // rule: listing-starts-offline
  initial: 'offline',
  commands: listingCommands,
  transitions: {
    offline: { 'bring-online': 'online', edit: 'offline', void: 'void' },
    // rule: online-listing-is-not-changed
    online: { 'take-offline': 'offline' },
    // rule: void-is-final
    void: {},
  },
  reachedBy: { 'bring-online': ['online'], 'take-offline': ['offline'], edit: [], void: ['void'] },
};

/** Why a command is refused in this state: LISTING_ONLINE where taking it offline first would help, else WRONG_STATE. */
export function listingRefusal(state: ListingState): DomainError {
  if (state === 'online')
    return new DomainError('LISTING_ONLINE', { state, allowed: allowedCommands(listingMachine, state) });
  return wrongState(listingMachine, state);
}
