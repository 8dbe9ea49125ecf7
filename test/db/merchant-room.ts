import { run, rows, type Trx } from '../../db/connection';
import { newId } from '../../db/new-id';
import { addAccount } from '../../db/account/repository';
import { openMerchantId } from '../../db/merchant/repository';
import { saveSubmission } from '../../db/merchant/submissions';
import { KeyedVault } from '../../db/secrets/keyed-vault';
import { addSeller } from '../../db/seller/repository';
import { merchantIdWorkflowId } from '../../workflows/merchant-id/contract';
import { cloneDatabase, type TestDatabase } from '../support/database';
import { eventually } from '../support/eventually';

export const vault = new KeyedVault([{ id: 'test', key: Buffer.alloc(32, 7) }]);
export const channels = ['wechat_pay', 'tenpay'] as const;

/** The database of the file that imports this. */
export let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

export interface Room {
  readonly sellerId: string;
  readonly accountId: string;
  readonly documentId: string;
  readonly place: { readonly sellerId: string; readonly channel: 'wechat_pay' };
}

/** A seller with its fee paid, and its form for both channels. */
export async function room(): Promise<Room> {
  const [sellerId, documentId] = [newId('seller'), newId('document')];
  const accountId = await database.db.transaction(async (trx) => {
    const account = { login: sellerId, passwordHash: 'none', displayName: 'A', roles: [] };
    const id = await addAccount(trx, { ...account, enterpriseId: null, mallId: null });
    await addSeller(trx, { sellerId, accountId: id });
    return id;
  });
  await run(
    database.owner,
    `insert into certification_fees (id, seller_id, year, amount_fen, state, valid_from, valid_until)
     values (:id, :sellerId, 1, 30000, 'paid', now() - interval '1 day', now() + interval '1 day')`,
    { id: newId('certificationFee'), sellerId },
  );
  await run(
    database.owner,
    `insert into documents (id, owner_account_id, content_type, bytes, sha256, name, key_id)
     values (:id, :accountId, 'image/png', 1, repeat('0', 64), :id, 'test')`,
    { id: documentId, accountId },
  );
  return { sellerId, accountId, documentId, place: { sellerId, channel: 'wechat_pay' } };
}

export async function submission({ sellerId, accountId, documentId }: Room): Promise<string> {
  const id = newId('command');
  const form = {
    ...{
      sellerId,
      enterpriseName: '某公司',
      enterpriseCode: '91440300MA1TT00380',
      shortName: '某',
      servicePhone: '95588',
    },
    legalRepresentative: { name: '张三', idNumber: '11010519491231002X' },
    administrator: { name: '张三', idNumber: '11010519491231002X', mobile: '13900001234', email: 'a@b.cn' },
    account: { number: '755900001', bankName: '招商银行', branchName: '科技园', location: '深圳' },
  };
  await saveSubmission(database.db, vault, { id, sellerId, accountId, channels, licenceDocumentId: documentId, form });
  return id;
}

export const by = { actor: 'system', requestId: null };
export const transaction = <R>(work: (trx: Trx) => Promise<R>): Promise<R> => database.db.transaction(work);

export async function opened(): Promise<Room & { readonly submissionId: string }> {
  const at = await room();
  const submissionId = await submission(at);
  await transaction((trx) =>
    openMerchantId(trx, { ...at.place, submissionId, workflowId: merchantIdWorkflowId(at.place), commandId: null, by }),
  );
  return { ...at, submissionId };
}

/** An application the channel has taken. */
export async function taken() {
  const at = await opened();
  await run(database.owner, `update merchant_applications set state = 'in_review' where seller_id = :sellerId`, {
    sellerId: at.sellerId,
  });
  await run(database.owner, `update process_cases set stage = 'in_review' where seller_id = :sellerId`, {
    sellerId: at.sellerId,
  });
  return at;
}

/** Until another transaction waits for a lock of ours. */
export async function waiting(): Promise<void> {
  await eventually(
    () =>
      rows(
        database.owner,
        `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      ),
    (found) => found.length > 0,
    3_000,
  );
}
