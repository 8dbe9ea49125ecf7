import { ledgerAccountId, ledgerPurposes, type JournalKind, type LedgerLine } from '../../domain/ledger/accounts';
import { DomainError } from '../../domain/shared/errors';
import { firstRow, rows, run, type Trx } from '../connection';
import { newId } from '../new-id';

/** Opens the three accounts of a new enterprise. Only `funding` may be negative: it mirrors what came in. */
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
      negative: purpose === 'funding',
    });
  }
}

export interface Posting {
  /** Id of the business fact; with `kind` it is unique, so a fact is booked once. */
  readonly source: string;
  readonly kind: JournalKind;
  /** Sum to zero; each account at most once. */
  readonly lines: readonly LedgerLine[];
}

/**
 * Books a journal and moves the balances, locking them in the order of their ids. Call it last in a transaction: a busy
 * balance is the hottest row there is.
 *
 * @throws DomainError BALANCE_SHORT `{missingFen}` when an account would go below zero.
 */
export async function post(trx: Trx, posting: Posting): Promise<string> {
  const journalId = newId('journal');
  // rule: short-balance-is-told
  const moved = await rows(
    trx,
    `with line as materialized (
       select * from jsonb_to_recordset(:lines::jsonb) as l ("accountId" text, "amountFen" bigint)
     ), journal as (
       insert into ledger_journals (id, source, kind) values (:journalId, :source, :kind)
     ), written as (
       insert into ledger_lines (journal_id, account_id, amount)
       select :journalId, "accountId", "amountFen" from line
     ), locked as materialized (
       select account_id from ledger_balances
        where account_id in (select "accountId" from line) order by account_id for update
     )
     update ledger_balances b set posted = b.posted + line."amountFen"
       from line join locked on locked.account_id = line."accountId"
      where b.account_id = line."accountId"
        and (b.may_be_negative or b.posted - b.held + line."amountFen" >= 0)
     returning b.account_id`,
    { journalId, source: posting.source, kind: posting.kind, lines: JSON.stringify(posting.lines) },
  );
  // rule: short-balance-refuses
  if (moved.length !== posting.lines.length) throw await shortage(trx, posting.lines);
  return journalId;
}

async function shortage(trx: Trx, lines: readonly LedgerLine[]): Promise<Error> {
  for (const line of lines) {
    const account = await firstRow<{ available: number; free: boolean }>(
      trx,
      'select posted - held as available, may_be_negative as free from ledger_balances where account_id = :id',
      { id: line.accountId },
    );
    if (account === undefined) return new Error(`no ledger account ${line.accountId}`);
    const left = account.available + line.amountFen;
    if (!account.free && line.amountFen < 0 && left < 0) return new DomainError('BALANCE_SHORT', { missingFen: -left });
  }
  return new Error('a posting was refused without a short account');
}
