import { awardMismatch, stockShort, validityOver, validityReversed } from '../../domain/stock/allocation-refusals';
import { awardFits, validityRunsForward } from '../../domain/stock/allocation-schemas';
import type { AllocationTerms } from '../../domain/stock/allocation-terms';
import type { CommodityCategory } from '../../domain/stock/states';
import {
  requireSubStockAllows,
  subStockMachine,
  type SubStockCommand,
  type SubStockState,
} from '../../domain/stock/sub-stock-states';
import { DomainError } from '../../domain/shared/errors';
import { alreadyReached } from '../../domain/shared/state-machine';
import { recordAudit } from '../case/repository';
import type { By } from '../case/record-transition';
import { firstRow, run, type Trx } from '../connection';
import { recordMovement, type Movement } from './movements';
import { allocateMore, takeBack } from './repository';
import { subStockColumns, type SubStockRow } from './sub-stock-queries';

/** A person's act upon one sub-stock of their enterprise. */
export interface SubStockDeed {
  readonly subStockId: string;
  readonly enterpriseId: string;
  readonly by: By;
}

type Locked = SubStockRow & { readonly category: CommodityCategory };

/**
 * 下线. What is listed of it stays visible and is redeemed no more; nothing changes when it is offline already.
 *
 * @throws DomainError NOT_FOUND
 */
export function takeSubStockOffline(trx: Trx, deed: SubStockDeed): Promise<void> {
  return shift(trx, deed, 'take-offline', 'offline');
}

/** 上线. @throws DomainError NOT_FOUND, COMMODITY_OFFLINE `{commodityState: 'expired'}` */
export function bringSubStockOnline(trx: Trx, deed: SubStockDeed): Promise<void> {
  return shift(trx, deed, 'bring-online', 'online');
}

async function shift(
  trx: Trx,
  deed: SubStockDeed,
  command: 'take-offline' | 'bring-online',
  to: SubStockState,
): Promise<void> {
  const row = await lockLiving(trx, deed);
  // rule: shifted-sub-stock-is-left-alone
  if (alreadyReached(subStockMachine, row.state, command)) return;
  requireSubStockAllows(command, row);
  await run(trx, 'update sub_stocks set state = :to, updated_at = now() where id = :subStockId and state = :from', {
    subStockId: row.id,
    from: row.state,
    to,
  });
  await audit(trx, deed, command);
}

/**
 * 补货: more of what is left of the commodity.
 *
 * @throws DomainError NOT_FOUND, SUB_STOCK_ONLINE, COMMODITY_OFFLINE `{commodityState: 'expired'}`, STOCK_SHORT `{left}`
 */
export async function restockSubStock(trx: Trx, deed: SubStockDeed & { readonly quantity: number }): Promise<void> {
  const row = await lockFor(trx, deed, 'restock');
  await change(trx, deed, { row, kind: 'restocked', quantity: deed.quantity });
  await audit(trx, deed, 'restock');
  await allocateMore(trx, { commodityId: row.commodityId, quantity: deed.quantity });
}

/**
 * 退库: unused pieces go back to the enterprise's stock.
 *
 * @throws DomainError NOT_FOUND, SUB_STOCK_ONLINE, STOCK_SHORT `{left}`
 */
export async function returnFromSubStock(trx: Trx, deed: SubStockDeed & { readonly quantity: number }): Promise<void> {
  const row = await lockFor(trx, deed, 'return');
  const left = leftOf(row);
  // rule: returned-only-of-what-is-left
  if (deed.quantity > left) throw stockShort(left);
  await change(trx, deed, { row, kind: 'returned', quantity: -deed.quantity });
  await audit(trx, deed, 'return');
  await takeBack(trx, { commodityId: row.commodityId, quantity: deed.quantity });
}

/**
 * 删除: everything left goes back, and nobody sees it any more; its movements are kept. Done already: nothing changes.
 *
 * @throws DomainError NOT_FOUND, SUB_STOCK_ONLINE, SUB_STOCK_IN_USE
 */
export async function deleteSubStock(trx: Trx, deed: SubStockDeed): Promise<void> {
  const row = await lock(trx, deed);
  // rule: deleted-once
  if (alreadyReached(subStockMachine, row.state, 'delete')) return;
  requireSubStockAllows('delete', row);
  const left = leftOf(row);
  if (left > 0) await change(trx, deed, { row, kind: 'deleted', quantity: -left });
  await run(
    trx,
    `update sub_stocks set state = 'deleted', updated_at = now() where id = :subStockId and state = 'offline'`,
    { subStockId: row.id },
  );
  await audit(trx, deed, 'delete');
  if (left > 0) await takeBack(trx, { commodityId: row.commodityId, quantity: left });
}

/** Of the terms, what people may change; what is left out stays. */
export type SubStockEdit = {
  readonly [K in keyof Omit<AllocationTerms, 'commodityId' | 'mallId' | 'quantity'>]?: AllocationTerms[K] | undefined;
};

/**
 * 编辑: limits, validity, award, remark. Limits act from the next redemption on.
 *
 * @throws DomainError NOT_FOUND, SUB_STOCK_ONLINE, TIME_PAST at /validUntil, TIME_ORDER, AWARD_MISMATCH
 */
export async function editSubStock(trx: Trx, deed: SubStockDeed & { readonly edit: SubStockEdit }): Promise<void> {
  const row = await lockFor(trx, deed, 'edit');
  const { edit } = deed;
  const kept = {
    ...row,
    validFrom: row.validFrom?.toISOString() ?? null,
    validUntil: row.validUntil?.toISOString() ?? null,
  };
  const given = Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== undefined));
  const terms = { ...kept, ...given };
  // rule: edited-validity-lies-ahead
  if (edit.validUntil != null && Date.parse(edit.validUntil) <= Date.now()) throw validityOver();
  // rule: edited-validity-runs-forward
  if (!validityRunsForward(terms)) throw validityReversed(edit.validUntil == null ? '/validFrom' : '/validUntil');
  // rule: edited-award-of-its-category
  if (edit.award !== undefined && !awardFits(row.category, edit.award)) throw awardMismatch(row.category);
  await run(
    trx,
    `update sub_stocks
        set daily_limit = :dailyLimit, member_limits = :memberLimits::jsonb, valid_from = :validFrom,
            valid_until = :validUntil, auto_award = :autoAward, remark = :remark, award = :award::jsonb,
            updated_at = now()
      where id = :subStockId and state = 'offline'`,
    {
      ...terms,
      subStockId: row.id,
      memberLimits: JSON.stringify(terms.memberLimits),
      award: terms.award === null ? null : JSON.stringify(terms.award),
    },
  );
  await audit(trx, deed, 'edit');
}

function leftOf(row: SubStockRow): number {
  return row.allocated - row.held - row.consumed;
}

/**
 * The row, locked before it is looked at, so that what is read of its listings is no older than the lock: whoever lists
 * it locks it too.
 */
async function lock(trx: Trx, { subStockId, enterpriseId }: SubStockDeed): Promise<Locked> {
  // rule: sub-stock-changes-under-lock
  await run(trx, 'select id from sub_stocks where id = :subStockId for update', { subStockId });
  const row = await firstRow<Locked>(
    trx,
    `select ${subStockColumns}, c.category
       from sub_stocks s join commodities c on c.id = s.commodity_id
      where s.id = :subStockId and s.enterprise_id = :enterpriseId`,
    { subStockId, enterpriseId },
  );
  if (row === undefined) throw new DomainError('NOT_FOUND');
  return row;
}

/** For everything but its deletion, a deleted one is not there. */
async function lockLiving(trx: Trx, deed: SubStockDeed): Promise<Locked> {
  const row = await lock(trx, deed);
  // rule: deleted-meanwhile-is-gone
  if (row.state === 'deleted') throw new DomainError('NOT_FOUND');
  return row;
}

async function lockFor(trx: Trx, deed: SubStockDeed, command: SubStockCommand): Promise<Locked> {
  const row = await lockLiving(trx, deed);
  requireSubStockAllows(command, row);
  return row;
}

/** One change of the stock, with the movement that explains it. */
async function change(
  trx: Trx,
  deed: SubStockDeed,
  { row, kind, quantity }: Pick<Movement, 'kind' | 'quantity'> & { readonly row: Locked },
): Promise<void> {
  await run(
    trx,
    `update sub_stocks set allocated = allocated + :quantity, updated_at = now()
      where id = :subStockId and state = 'offline'`,
    { subStockId: row.id, quantity },
  );
  await recordMovement(trx, { commodityId: row.commodityId, subStockId: row.id, kind, quantity, by: deed.by });
}

function audit(trx: Trx, deed: SubStockDeed, command: SubStockCommand): Promise<void> {
  const { subStockId: subjectId, enterpriseId, by } = deed;
  return recordAudit(trx, { action: `sub_stock.${command.replaceAll('-', '_')}`, subjectId, enterpriseId, by });
}
