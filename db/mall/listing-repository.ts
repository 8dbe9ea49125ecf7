import { requireExchangeFor, requireListable, type Exchange, type Listable } from '../../domain/mall/exchange';
import {
  listingMachine,
  listingRefusal,
  type ListingCommand,
  type ListingState,
} from '../../domain/mall/listing-states';
import { isOver } from '../../domain/mall/redeemable';
import { DomainError } from '../../domain/shared/errors';
import { allowedCommands, allows, alreadyReached, transition } from '../../domain/shared/state-machine';
import { firstRow, run, type Trx } from '../connection';
import { takeDownColumns, type TakenDown } from '../market/take-downs';
import { answerTakeDown } from './listing-take-down';
import { holdSection } from './section-repository';

/** What a manager fills in when configuring a listing (配置商品). */
export interface ListingTerms {
  readonly name: string;
  readonly exchange: Exchange;
  readonly strikePriceFen: number | null;
  readonly saleFrom: Date | null;
  readonly saleUntil: Date | null;
  readonly rules: string | null;
  readonly description: string | null;
  readonly arrivalDays: number | null;
}

export interface NewListing extends ListingTerms {
  readonly id: string;
  readonly enterpriseId: string;
  readonly subStockId: string;
  /** Null for the default section. */
  readonly sectionId: string | null;
}

/**
 * Puts a sub-stock into its mall, offline (guide A, 步骤3: 商品默认未上线).
 *
 * @throws DomainError REFERENCE_NOT_FOUND at /subStockId or /sectionId, SUB_STOCK_OFFLINE, NOT_LISTABLE,
 *   RED_PACKET_NEEDS_CASH, TIME_PAST at /subStockId or /saleUntil
 */
export async function addListing(trx: Trx, listing: NewListing): Promise<void> {
  const goods = await lockGoods(trx, listing);
  // rule: own-sub-stock-is-listed
  if (goods === undefined) throw refusedAt('REFERENCE_NOT_FOUND', '/subStockId', 'no such sub-stock');
  // rule: only-online-sub-stock-is-listed
  if (goods.state !== 'online')
    throw new DomainError('SUB_STOCK_OFFLINE', {
      allowed: ['bring-online'],
      errors: [{ path: '/subStockId', code: 'SUB_STOCK_OFFLINE', message: 'bring the sub-stock online first' }],
    });
  // rule: expired-goods-are-not-listed
  if (isOver(goods.at, goods.validUntil) || isOver(goods.at, goods.expiresAt))
    throw refusedAt('TIME_PAST', '/subStockId', 'the sub-stock or its commodity has expired');
  const sectionId = await holdSection(trx, goods.mallId, listing.sectionId);
  requireListable(goods);
  requireExchangeFor(goods, listing.exchange.kind);
  requireAhead(goods.at, listing.saleUntil);
  await run(
    trx,
    `insert into listings (id, enterprise_id, mall_id, sub_stock_id, section_id, state, name, exchange_kind,
                           points_price, cash_fen, strike_price_fen, sale_from, sale_until, rules, description,
                           arrival_days)
     values (:id, :enterpriseId, :mallId, :subStockId, :sectionId, :state, :name, :exchangeKind, :pointsPrice,
             :cashFen, :strikePriceFen, :saleFrom, :saleUntil, :rules, :description, :arrivalDays)`,
    { ...listing, ...columnsOf(listing), mallId: goods.mallId, sectionId, state: listingMachine.initial },
  );
}

/** What is left out stays as it is. */
export type ListingChange = Partial<ListingTerms> & { readonly sectionId?: string };

/**
 * Changes a listing while it is offline.
 *
 * @throws DomainError LISTING_ONLINE, WRONG_STATE when it is void, REFERENCE_NOT_FOUND at /sectionId,
 *   RED_PACKET_NEEDS_CASH, TIME_PAST at /saleUntil, TIME_ORDER there when the sale would end before it begins
 */
export async function editListing(trx: Trx, id: string, change: ListingChange): Promise<void> {
  const listing = await lockListing(trx, id);
  if (!allows(listingMachine, listing.state, 'edit')) throw listingRefusal(listing.state);
  const goods = await goodsOf(trx, listing);
  const terms = { ...listing, ...change };
  // rule: edited-sale-still-runs-forward
  if (terms.saleFrom !== null && isOver(terms.saleFrom, terms.saleUntil))
    throw refusedAt('TIME_ORDER', '/saleUntil', 'after saleFrom');
  const sectionId =
    change.sectionId === undefined ? listing.sectionId : await holdSection(trx, listing.mallId, change.sectionId);
  requireExchangeFor(goods, terms.exchange.kind);
  requireAhead(goods.at, change.saleUntil ?? null);
  await run(
    trx,
    `update listings
        set section_id = :sectionId, name = :name, exchange_kind = :exchangeKind, points_price = :pointsPrice,
            cash_fen = :cashFen, strike_price_fen = :strikePriceFen, sale_from = :saleFrom, sale_until = :saleUntil,
            rules = :rules, description = :description, arrival_days = :arrivalDays, updated_at = now()
      where id = :id and state = :state`,
    { ...terms, ...columnsOf(terms), id, sectionId, state: listing.state },
  );
  // rule: unchanged-listing-stays-taken-down
  if (listing.takenDownAt !== null && toldBy(terms) !== toldBy(listing)) await answerTakeDown(trx, id);
}

/** All that members read of it; its place among the sections is not. */
function toldBy(terms: ListingTerms): string {
  const { name, strikePriceFen, saleFrom, saleUntil, rules, description, arrivalDays } = terms;
  const read = { name, strikePriceFen, saleFrom, saleUntil, rules, description, arrivalDays };
  return JSON.stringify({ ...read, ...columnsOf(terms) });
}

/**
 * Shows it in the mall (上线). Its sub-stock must be online and must not have expired, and its price must be one its
 * goods allow; section and price bounds are held by the row itself. False when it was online already.
 *
 * @throws DomainError TAKEN_DOWN, SUB_STOCK_OFFLINE, TIME_PAST at /validUntil or /expiresAt of what is listed,
 *   RED_PACKET_NEEDS_CASH, WRONG_STATE when it is void
 */
export async function bringOnline(trx: Trx, id: string): Promise<boolean> {
  return move(trx, id, 'bring-online', async (listing) => {
    // rule: taken-down-listing-is-changed-first
    if (listing.takenDownAt !== null)
      throw new DomainError('TAKEN_DOWN', { reason: listing.takenDownReason, allowed: ['edit', 'void'] });
    const goods = await goodsOf(trx, listing);
    // rule: listing-comes-online-with-its-sub-stock
    if (goods.state !== 'online') {
      const allowed = allowedCommands(listingMachine, listing.state).filter((command) => command !== 'bring-online');
      throw new DomainError('SUB_STOCK_OFFLINE', { state: listing.state, allowed });
    }
    // rule: expired-validity-is-not-shown
    if (isOver(goods.at, goods.validUntil))
      throw refusedAt('TIME_PAST', '/validUntil', 'the sub-stock is no longer valid');
    // rule: expired-goods-are-not-shown
    if (isOver(goods.at, goods.expiresAt)) throw refusedAt('TIME_PAST', '/expiresAt', 'the commodity has expired');
    requireListable(goods);
    requireExchangeFor(goods, listing.exchange.kind);
  });
}

/** Takes it off the shelf (下线). False when it was offline already. @throws DomainError WRONG_STATE when it is void */
export async function takeOffline(trx: Trx, id: string): Promise<boolean> {
  return move(trx, id, 'take-offline');
}

/** Ends it for good (作废); the row is kept. False when it was void already. @throws DomainError LISTING_ONLINE */
export async function voidListing(trx: Trx, id: string): Promise<boolean> {
  return move(trx, id, 'void');
}

async function move(
  trx: Trx,
  id: string,
  command: Exclude<ListingCommand, 'edit'>,
  check?: (listing: LockedListing) => Promise<void>,
): Promise<boolean> {
  const listing = await lockListing(trx, id);
  if (alreadyReached(listingMachine, listing.state, command)) return false;
  if (!allows(listingMachine, listing.state, command)) throw listingRefusal(listing.state);
  await check?.(listing);
  await run(trx, 'update listings set state = :to, updated_at = now() where id = :id and state = :from', {
    id,
    from: listing.state,
    to: transition(listingMachine, listing.state, command),
  });
  return true;
}

interface LockedListing extends ListingTerms, TakenDown {
  readonly state: ListingState;
  readonly enterpriseId: string;
  readonly mallId: string;
  readonly subStockId: string;
  readonly sectionId: string | null;
}

/** Whoever changes a listing does so one after another, and judges the state the one before has left. */
async function lockListing(trx: Trx, id: string): Promise<LockedListing> {
  // rule: listing-judged-under-lock
  const row = await firstRow<LockedListing>(
    trx,
    `select state, enterprise_id as "enterpriseId", mall_id as "mallId", sub_stock_id as "subStockId",
            section_id as "sectionId", name,
            jsonb_strip_nulls(jsonb_build_object('kind', exchange_kind, 'pointsPrice', points_price,
                                                 'cashFen', cash_fen)) as exchange,
            strike_price_fen as "strikePriceFen", sale_from as "saleFrom", sale_until as "saleUntil", rules,
            description, arrival_days as "arrivalDays", ${takeDownColumns('listings')}
       from listings where id = :id for update`,
    { id },
  );
  if (row === undefined) throw new Error(`no listing ${id}`);
  return row;
}

interface Goods extends Listable {
  readonly state: 'online' | 'offline' | 'deleted';
  readonly mallId: string;
  readonly validUntil: Date | null;
  readonly expiresAt: Date | null;
  /** Now, by the database's clock. */
  readonly at: Date;
}

/** What stands behind a listing. It stays online or offline, as it is, until the transaction ends. */
async function lockGoods(
  trx: Trx,
  of: { readonly enterpriseId: string; readonly subStockId: string },
): Promise<Goods | undefined> {
  // rule: sub-stock-stays-while-listing
  return firstRow<Goods>(
    trx,
    `select s.state, s.mall_id as "mallId", s.valid_until as "validUntil", c.purpose, c.category,
            c.expires_at as "expiresAt", now() as at
       from sub_stocks s join commodities c on c.id = s.commodity_id
      where s.id = :subStockId and s.enterprise_id = :enterpriseId and s.state <> 'deleted' for share of s`,
    { subStockId: of.subStockId, enterpriseId: of.enterpriseId },
  );
}

async function goodsOf(trx: Trx, listing: LockedListing): Promise<Goods> {
  const goods = await lockGoods(trx, listing);
  if (goods === undefined) throw new Error(`sub-stock ${listing.subStockId} of a listing is gone`);
  return goods;
}

function requireAhead(at: Date, saleUntil: Date | null): void {
  // rule: sale-ends-in-the-future
  if (isOver(at, saleUntil)) throw refusedAt('TIME_PAST', '/saleUntil', 'the sale would be over already');
}

function columnsOf({ exchange }: ListingTerms) {
  return {
    exchangeKind: exchange.kind,
    pointsPrice: exchange.pointsPrice,
    cashFen: exchange.kind === 'points' ? null : exchange.cashFen,
  };
}

function refusedAt(
  code: 'REFERENCE_NOT_FOUND' | 'TIME_ORDER' | 'TIME_PAST',
  path: string,
  message: string,
): DomainError {
  return new DomainError(code, { errors: [{ path, code, message }] });
}
