import {
  ledgerAccountId,
  ledgerPurposes,
  memberPurposes,
  sellerPurposes,
  type JournalKind,
  type LedgerLine,
} from '../../domain/ledger/accounts';
import { DomainError } from '../../domain/shared/errors';
import { firstRow, rows, run, type Trx } from '../connection';
import { newId } from '../new-id';

/** Opens the accounts of a new enterprise. Two may be negative, since they mirror what came in from outside. */
export async function openLedger(trx: Trx, enterpriseId: string): Promise<void> {
  for (const purpose of ledgerPurposes) {
    const id = ledgerAccountId(purpose, enterpriseId);
    await run(trx, 'insert into ledger_accounts (id, enterprise_id, purpose) values (:id, :enterpriseId, :purpose)', {
      id,
      enterpriseId,
      purpose,
    });
    await run(trx, 'insert into ledger_balances (account_id, may_be_negative) values (:id, :negative)', {
      id,
      negative: purpose === 'funding' || purpose === 'wechat_pay',
    });
  }
}

/** Opens the accounts of a seller who is to pay something. `wechat_pay` may be negative: it mirrors what came in. */
export async function openSellerLedger(trx: Trx, sellerId: string): Promise<void> {
  for (const purpose of sellerPurposes) {
    const id = ledgerAccountId(purpose, sellerId);
    await run(trx, 'insert into ledger_accounts (id, seller_id, purpose) values (:id, :sellerId, :purpose)', {
      id,
      sellerId,
      purpose,
    });
    await run(trx, 'insert into ledger_balances (account_id, may_be_negative) values (:id, :negative)', {
      id,
      negative: purpose === 'wechat_pay',
    });
  }
}

/** Opens the two accounts of a new member's points. `points_granted` may be negative: it mirrors what was given. */
export async function openPoints(
  trx: Trx,
  owner: { readonly memberId: string; readonly enterpriseId: string },
): Promise<void> {
  for (const purpose of memberPurposes) {
    const id = ledgerAccountId(purpose, owner.memberId);
    await run(
      trx,
      `insert into ledger_accounts (id, enterprise_id, member_id, purpose, unit)
       values (:id, :enterpriseId, :memberId, :purpose, 'points')`,
      { id, ...owner, purpose },
    );
    await run(trx, 'insert into ledger_balances (account_id, may_be_negative) values (:id, :negative)', {
      id,
      negative: purpose === 'points_granted',
    });
  }
}

export interface Posting {
  /** Id of the business fact; with `kind` it is unique, so a fact is booked once. */
  readonly source: string;
  readonly kind: JournalKind;
  /** Sum to zero; each account at most once. */
  readonly lines: readonly LedgerLine[];
  /** Why a person moved it. */
  readonly reason?: string;
}

/**
 * Books a journal and moves the balances, locking them in the order of their ids. Call it last in a transaction: a busy
 * balance is the hottest row there is.
 *
 * @throws DomainError BALANCE_SHORT `{missingFen}` or POINTS_SHORT `{missingPoints}` when an account would go below zero.
 */
export async function post(trx: Trx, posting: Posting): Promise<string> {
  const journalId = newId('journal');
  // rule: short-balance-is-told
  const moved = await rows(
    trx,
    `with line as materialized (
       select * from jsonb_to_recordset(:lines::jsonb) as l ("accountId" text, amount bigint)
     ), journal as (
       insert into ledger_journals (id, source, kind, reason) values (:journalId, :source, :kind, :reason)
     ), written as (
       insert into ledger_lines (journal_id, account_id, amount)
       select :journalId, "accountId", amount from line
     ), locked as materialized (
       select account_id from ledger_balances
        where account_id in (select "accountId" from line) order by account_id for update
     )
     update ledger_balances b set posted = b.posted + line.amount
       from line join locked on locked.account_id = line."accountId"
      where b.account_id = line."accountId"
        and (b.may_be_negative or b.posted - b.held + line.amount >= 0)
     returning b.account_id`,
    {
      journalId,
      source: posting.source,
      kind: posting.kind,
      reason: posting.reason ?? null,
      lines: JSON.stringify(posting.lines),
    },
  );
  // rule: short-balance-refuses
  if (moved.length !== posting.lines.length) throw await shortage(trx, posting.lines);
  return journalId;
}

async function shortage(trx: Trx, lines: readonly LedgerLine[]): Promise<Error> {
  for (const line of lines) {
    const account = await firstRow<{ available: number; free: boolean; unit: 'fen' | 'points' }>(
      trx,
      `select b.posted - b.held as available, b.may_be_negative as free, a.unit
         from ledger_balances b join ledger_accounts a on a.id = b.account_id where b.account_id = :id`,
      { id: line.accountId },
    );
    if (account === undefined) return new Error(`no ledger account ${line.accountId}`);
    const left = account.available + line.amount;
    if (account.free || line.amount >= 0 || left >= 0) continue;
    return account.unit === 'fen'
      ? new DomainError('BALANCE_SHORT', { missingFen: -left })
      : new DomainError('POINTS_SHORT', { missingPoints: -left });
  }
  return new Error('a posting was refused without a short account');
}
