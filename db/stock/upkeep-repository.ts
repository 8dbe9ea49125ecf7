import { systemActor } from '../../domain/case/states';
import { DomainError } from '../../domain/shared/errors';
import { allows, alreadyReached, transition } from '../../domain/shared/state-machine';
import { commodityActions, refusedBy, type CommodityStanding } from '../../domain/stock/actions';
import { maxStock } from '../../domain/stock/limits';
import { commodityMachine } from '../../domain/stock/states';
import type { CommodityDeed } from '../../domain/stock/wording';
import type { By } from '../case/record-transition';
import { recordAudit } from '../case/repository';
import { firstRow, rows, run, type Trx } from '../connection';
import { requireCodes, requireTakesCodes } from './facts';
import { recordMovement } from './movements';
import { stateNow } from './queries';

/** An act of a person upon a commodity that is in stock. */
export interface StockOrder {
  readonly commodityId: string;
  readonly by: By;
}

/**
 * 下线 or 上线. Offline blocks new allocations only (domain.md §5.13). Done already: nothing changes.
 *
 * @throws DomainError WRONG_STATE
 */
export async function shiftCommodity(
  trx: Trx,
  order: StockOrder & { readonly act: 'take-offline' | 'bring-online' },
): Promise<void> {
  const { commodityId, act, by } = order;
  const at = await lockCommodity(trx, commodityId);
  if (alreadyReached(commodityMachine, at.state, act)) return;
  // rule: shifted-only-from-where-it-stands
  if (!allows(commodityMachine, at.state, act)) throw refusedBy(at);
  await run(trx, `update commodities set state = :to, updated_at = now() where id = :commodityId and state = :from`, {
    commodityId,
    from: at.state,
    to: transition(commodityMachine, at.state, act),
  });
  await recordAct(trx, at, { act, by });
}

/**
 * More pieces of an own commodity that is offline (domain.md §1.2: 下线 → add → 上线); never fewer.
 *
 * @throws DomainError COMMODITY_ONLINE, WRONG_STATE, STOCK_LIMIT_REACHED `{limit}`, CODES_SHORT `{codes, needed}`
 */
export async function increaseStock(trx: Trx, order: StockOrder & { readonly pieces: number }): Promise<void> {
  const { commodityId, pieces, by } = order;
  const at = await lockCommodity(trx, commodityId);
  const allowed = commodityActions(at);
  // rule: increased-only-offline
  if (!allowed.includes('increase-stock')) {
    if (at.state === 'online' && at.source === 'own')
      throw new DomainError('COMMODITY_ONLINE', { state: at.state, allowed });
    throw refusedBy(at);
  }
  const total = at.total + pieces;
  // rule: total-is-bounded
  if (total > maxStock)
    throw new DomainError('STOCK_LIMIT_REACHED', {
      limit: maxStock,
      errors: [{ path: '/by', code: 'STOCK_LIMIT_REACHED', message: `at most ${maxStock} in all` }],
    });
  // rule: increase-has-codes
  if (at.category === 'cdk') await requireCodes(trx, commodityId, { needed: total, path: '/by' });
  await run(
    trx,
    `update commodities set total = :total, updated_at = now() where id = :commodityId and state = 'offline'`,
    { commodityId, total },
  );
  await recordMovement(trx, { commodityId, subStockId: null, kind: 'increased', quantity: pieces, by });
  await recordAct(trx, at, { act: 'increase-stock', by });
}

interface Identity {
  readonly id: string;
  readonly enterpriseId: string;
}

interface LockedCommodity extends CommodityStanding, Identity {
  readonly total: number;
}

async function lockCommodity(trx: Trx, commodityId: string): Promise<LockedCommodity> {
  // rule: shifted-under-lock
  const row = await firstRow<LockedCommodity>(
    trx,
    `select id, enterprise_id as "enterpriseId", ${stateNow} as state, source, category, total
       from commodities where id = :commodityId for no key update`,
    { commodityId },
  );
  if (row === undefined) throw new Error(`no commodity ${commodityId}`);
  return row;
}

/** CDK codes came in: the commodity must still be one that takes them. @throws DomainError NOT_CDK, WRONG_STATE */
export async function acceptCodes(trx: Trx, { commodityId, by }: StockOrder): Promise<void> {
  // rule: codes-only-while-they-are-taken
  const commodity = await firstRow<Identity>(
    trx,
    `update commodities set updated_at = now()
      where id = :commodityId and category = 'cdk' and ${stateNow} in ('draft', 'online', 'offline')
      returning id, enterprise_id as "enterpriseId"`,
    { commodityId },
  );
  if (commodity !== undefined) return recordAct(trx, commodity, { act: 'codes', by });
  await requireTakesCodes(trx, commodityId);
  throw new Error(`${commodityId} takes codes, and does not`);
}

/**
 * Expires what is past its time, a batch at a time; what is locked is left for the next round. Gates and reads do not
 * wait for this: to them it expired at its time (see `stateNow`). Returns how many.
 */
export async function expireCommodities(trx: Trx, batch: number): Promise<number> {
  // rule: expired-at-its-time
  const expired = await rows<Identity>(
    trx,
    `with due as (
       select id from commodities where state in ('online', 'offline') and expires_at <= now()
        order by expires_at limit :limit for no key update skip locked
     )
     update commodities c set state = 'expired', updated_at = now() from due where c.id = due.id
     returning c.id, c.enterprise_id as "enterpriseId"`,
    { limit: batch },
  );
  for (const at of expired) await recordAct(trx, at, { act: 'expire', by: { actor: systemActor, requestId: null } });
  return expired.length;
}

/** What happens to a commodity in stock belongs to no case: the audit log is its history. */
async function recordAct(
  trx: Trx,
  at: Identity,
  deed: { readonly act: CommodityDeed; readonly by: By },
): Promise<void> {
  const action = `commodity.${deed.act}`;
  await recordAudit(trx, { action, subjectId: at.id, enterpriseId: at.enterpriseId, by: deed.by });
}
