import { defineUpdate } from '@temporalio/workflow';
import { systemActor } from '../../domain/case/states';
import { allocationMachine, type AllocationState } from '../../domain/stock/allocation-states';
import { Case } from '../shared/case';
import type { CommandInput } from '../shared/messages';
import { ownTransactions } from '../shared/own-transactions';
import {
  stockAllocationUpdates,
  type AllocationActInput,
  type StockAllocationActivities,
  type StockAllocationInput,
} from './contract';

const confirm = defineUpdate<void, [CommandInput]>(stockAllocationUpdates.confirm);
const cancel = defineUpdate<void, [CommandInput]>(stockAllocationUpdates.cancel);

/** Guide A, 步骤2: 分配库存 → 下一步 holds the stock → 确认分配 makes it the mall's sub-stock, online. */
export async function stockAllocation(input: StockAllocationInput): Promise<AllocationState | null> {
  const { allocationId, policy } = input;
  const acts = ownTransactions<StockAllocationActivities>(policy.times);
  const by = ({ accountId, commandId, requestId }: CommandInput): AllocationActInput => ({
    allocationId,
    commandId,
    actor: accountId,
    requestId,
  });
  const byClock: AllocationActInput = { allocationId, commandId: null, actor: systemActor, requestId: null };

  const allocation = new Case(
    allocationMachine,
    () => acts.proposeAllocation(input), // 下一步
    () => acts.loadAllocation({ allocationId }),
  );
  allocation.on(confirm, 'confirm', (who) => acts.confirmAllocation(by(who))); // 确认分配
  allocation.on(cancel, 'cancel', (who) => acts.cancelAllocation(by(who)));

  await allocation.opened();

  await allocation.during('awaiting_confirmation', { whenDue: () => acts.expireAllocation(byClock) });
  return allocation.finished();
}
