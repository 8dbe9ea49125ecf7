import { DomainError } from '../../domain/shared/errors';
import type { JournalKind } from '../../domain/ledger/accounts';
import { firstRow, run, type Trx } from '../connection';
import { newId } from '../new-id';
import { post } from './repository';

/**
 * Two-phase money: a hold keeps an amount from being spent twice until it is posted to its receiver or voided.
 * pending → posted | voided, each exactly once.
 */
export interface HoldRequest {
  readonly accountId: string;
  readonly amount: number;
  /** With `kind` unique: holding for the same fact again returns the hold that is there. */
  readonly source: string;
  readonly kind: string;
}

/** @throws DomainError BALANCE_SHORT `{missingFen}` */
export async function placeHold(trx: Trx, request: HoldRequest): Promise<string> {
  const id = newId('hold');
  const placed = await firstRow<{ id: string }>(
    trx,
    `insert into ledger_holds (id, account_id, amount, source, kind)
     values (:id, :accountId, :amount, :source, :kind)
     on conflict on constraint ledger_holds_once do nothing returning id`,
    { id, ...request },
  );
  if (placed === undefined) return existingHold(trx, request);
  // rule: short-balance-holds-nothing
  const held = await firstRow(
    trx,
    `update ledger_balances set held = held + :amount
      where account_id = :accountId and (may_be_negative or posted - held >= :amount)
     returning account_id`,
    { accountId: request.accountId, amount: request.amount },
  );
  if (held === undefined) throw await holdShortage(trx, request);
  return id;
}

async function existingHold(trx: Trx, request: HoldRequest): Promise<string> {
  const existing = await firstRow<{ id: string; account_id: string; amount: number }>(
    trx,
    'select id, account_id, amount from ledger_holds where source = :source and kind = :kind',
    { source: request.source, kind: request.kind },
  );
  // rule: hold-keeps-its-terms
  if (existing?.account_id !== request.accountId || existing.amount !== request.amount)
    throw new Error(`hold ${request.source}/${request.kind} exists with other terms`);
  return existing.id;
}

async function holdShortage(trx: Trx, request: HoldRequest): Promise<Error> {
  const account = await firstRow<{ available: number }>(
    trx,
    'select posted - held as available from ledger_balances where account_id = :accountId',
    { accountId: request.accountId },
  );
  if (account === undefined) return new Error(`no ledger account ${request.accountId}`);
  return new DomainError('BALANCE_SHORT', { missingFen: request.amount - account.available });
}

interface HoldRow {
  readonly account_id: string;
  readonly amount: number;
}

/** Settles the hold and pays its amount to `toAccountId`. Returns false when it was settled before. */
export async function postHold(
  trx: Trx,
  order: { readonly holdId: string; readonly toAccountId: string; readonly source: string; readonly kind: JournalKind },
): Promise<boolean> {
  const hold = await lockPending(trx, order.holdId);
  if (hold === undefined) return false;
  await release(trx, hold);
  const journalId = await post(trx, {
    source: order.source,
    kind: order.kind,
    lines: [
      { accountId: hold.account_id, amount: -hold.amount },
      { accountId: order.toAccountId, amount: hold.amount },
    ],
  });
  await run(
    trx,
    `update ledger_holds set state = 'posted', journal_id = :journalId, settled_at = now() where id = :id`,
    { id: order.holdId, journalId },
  );
  return true;
}

/** Gives the held amount back. Returns false when the hold was settled before. */
export async function voidHold(trx: Trx, holdId: string): Promise<boolean> {
  const hold = await lockPending(trx, holdId);
  if (hold === undefined) return false;
  await run(trx, `update ledger_holds set state = 'voided', settled_at = now() where id = :id`, { id: holdId });
  await release(trx, hold);
  return true;
}

function lockPending(trx: Trx, holdId: string): Promise<HoldRow | undefined> {
  // rule: hold-settled-once, hold-settled-under-lock
  return firstRow<HoldRow>(
    trx,
    `select account_id, amount from ledger_holds where id = :holdId and state = 'pending' for update`,
    { holdId },
  );
}

async function release(trx: Trx, hold: HoldRow): Promise<void> {
  await run(trx, 'update ledger_balances set held = held - :amount where account_id = :accountId', {
    amount: hold.amount,
    accountId: hold.account_id,
  });
}
