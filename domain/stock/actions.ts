import { allowedCommands, wrongState } from '../shared/state-machine';
import type { DomainError } from '../shared/errors';
import {
  commodityMachine,
  type CommodityCategory,
  type CommodityCommand,
  type CommoditySource,
  type CommodityState,
} from './states';

/** What of a commodity decides which commands it takes. */
export interface CommodityStanding {
  readonly state: CommodityState;
  readonly source: CommoditySource;
  readonly category: CommodityCategory;
}

/**
 * The commands a manager may give now. Only CDK commodities take codes. What was bought is as much as was paid for: it
 * grows by another purchase, never by hand.
 */
export function commodityActions(at: CommodityStanding): CommodityCommand[] {
  return allowedCommands(commodityMachine, at.state).filter((command) => {
    // rule: codes-of-cdk-alone
    if (command === 'codes') return at.category === 'cdk';
    // rule: purchased-stock-grows-by-purchase
    if (command === 'increase-stock') return at.source === 'own';
    return true;
  });
}

export function refusedBy(at: CommodityStanding): DomainError {
  return wrongState(commodityMachine, at.state, { allowed: commodityActions(at) });
}
