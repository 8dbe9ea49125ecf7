import { lockApproval } from '../../db/approval/queries';
import { askForApproval, settleApproval } from '../../db/approval/repository';
import { addAccount } from '../../db/account/repository';
import { recordIntervention } from '../../db/case/record-transition';
import { firstRow, run } from '../../db/connection';
import { extendAccountVerification, retryMerchantId } from '../../db/merchant/interventions';
import { recordReport } from '../../db/merchant/provider';
import { merchantRecord } from '../../db/merchant/record';
import { newId } from '../../db/new-id';
import { extendPurchase } from '../../db/purchase/interventions';
import { waiveFee } from '../../db/seller/fee-payment';
import { remindOfFee } from '../../db/seller/interventions';
import { extendAllocation, extendDraft } from '../../db/stock/interventions';
import { DomainError } from '../../domain/shared/errors';
import { processIdOf } from '../../domain/shared/ids';
import { eventually } from '../support/eventually';
import { settlementTerms } from '../support/settlement-terms';
import { failureOf } from './furnished';
import { furnishFees, type FeeRoom, type Seller } from './fee-room';
import { database, taken, transaction, vault } from './merchant-room';
import { ownCommodities } from './own-commodities';
import { furnishStock, type StockRoom } from './stock-room';

const by = { actor: 'acc_operator', requestId: 'request-1', reason: '按客户要求处理' };
const later = (): Date => new Date(Date.now() + 30 * 86_400_000);

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: unknown) => (error instanceof DomainError ? error.code : String(error)),
  );
}

describe('an operator’s hand upon rows that are over', () => {
  let stock: StockRoom;
  let own: Awaited<ReturnType<typeof ownCommodities>>;
  beforeAll(async () => {
    stock = await furnishStock();
    own = await ownCommodities();
  });
  afterAll(async () => {
    await stock.drop();
    await own.drop();
  });

  it('changes no order that is cancelled, or is being given up', async () => {
    const purchaseId = await stock.place();
    const extend = () => codeOf(stock.inTrx((trx) => extendPurchase(trx, { purchaseId, until: later(), by })));
    expect(await extend()).toBe('done');
    await run(stock.owner, `update purchases set state = 'cancelled' where id = :purchaseId`, { purchaseId });
    expect(await extend()).toBe('WRONG_STATE');
  });

  it('changes no draft that is none any more, and no allocation that is confirmed', async () => {
    const commodityId = await own.draft();
    const extend = () => codeOf(own.inTrx((trx) => extendDraft(trx, { subjectId: commodityId, until: later(), by })));
    expect(await extend()).toBe('done');
    await own.discard(commodityId);
    expect(await extend()).toBe('WRONG_STATE');
    // The state is told before what is wrong with the time.
    const gone = { subjectId: commodityId, until: new Date(0), by };
    expect(await codeOf(own.inTrx((trx) => extendDraft(trx, gone)))).toBe('WRONG_STATE');

    const allocationId = await stock.propose(await stock.commodity());
    await stock.act(allocationId, 'confirm');
    for (const until of [later(), new Date(0)]) {
      const extension = { subjectId: allocationId, until, by };
      expect(await codeOf(stock.inTrx((trx) => extendAllocation(trx, extension)))).toBe('WRONG_STATE');
    }
  });

  it('a draft that was extended is reminded of as long before its end as it would have been', async () => {
    const commodityId = await own.draft({}, { draftKeptMs: 3_600_000, remindBeforeMs: 600_000 });
    const until = later();
    await own.inTrx((trx) => extendDraft(trx, { subjectId: commodityId, until, by }));
    const sql = 'select due_at as "dueAt" from process_cases where subject_id = :commodityId';
    const { dueAt } = (await firstRow<{ dueAt: Date }>(own.db, sql, { commodityId }))!;
    expect(until.getTime() - dueAt.getTime()).toBe(600_000);
  });

  it('is not written down upon a case that is over', async () => {
    const commodityId = await own.draft();
    await own.discard(commodityId);
    const hand = { kind: 'commodity_add', subjectId: commodityId, act: 'retry_now', by } as const;
    expect(await codeOf(own.inTrx((trx) => recordIntervention(trx, hand)))).toBe('WRONG_STATE');
  });
});

describe('a merchant ID', () => {
  const remittance = { amountFen: 124, payeeName: '财付通', payeeAccount: '1', payeeBank: '招商银行', remark: '42' };
  const told = (at: Awaited<ReturnType<typeof taken>>, deadline: Date, amountFen = 124) =>
    transaction((trx) =>
      recordReport(trx, vault, at.place, {
        ...{ submissionId: at.submissionId, errors: [], askAgainInMs: 60_000 },
        report: {
          ...{ providerId: '1', standing: 'verify_account', signUrl: null, merchantId: null, reasons: [] },
          verification: { ...remittance, amountFen, deadline },
        },
      }),
    );
  const deadlineOf = async (at: Awaited<ReturnType<typeof taken>>): Promise<string | undefined> =>
    (await merchantRecord(database.db, at.place)).verificationDeadline?.toISOString();

  it('whose deadline was moved keeps it when the channel names its own again, but not for another remittance', async () => {
    const at = await taken();
    const { id: applicationId } = await merchantRecord(database.db, at.place);
    const until = later();
    const extend = () => codeOf(transaction((trx) => extendAccountVerification(trx, { applicationId, until, by })));
    expect(await extend()).toBe('WRONG_STATE');
    const channels = new Date(Date.now() + 3_600_000);
    await told(at, channels);
    expect(await extend()).toBe('done');
    await told(at, channels);
    expect(await deadlineOf(at)).toBe(until.toISOString());
    await told(at, channels, 200);
    expect(await deadlineOf(at)).toBe(channels.toISOString());
    await transaction((trx) => retryMerchantId(trx, applicationId));
    expect((await merchantRecord(database.db, at.place)).nextAt.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
  });
});

describe('a fee and its approvals', () => {
  let room: FeeRoom;
  let seller: Seller;
  let operators: readonly string[];
  beforeAll(async () => {
    room = await furnishFees();
    const account = (login: string) =>
      room.inTrx((trx) =>
        addAccount(trx, {
          ...{ login, roles: ['operator'], passwordHash: '-', displayName: login, enterpriseId: null, mallId: null },
        }),
      );
    operators = [await account('one'), await account('two')];
  });
  beforeEach(async () => {
    seller = await room.seller();
  });
  afterAll(() => room.drop());

  const ask = (): Promise<string | undefined> =>
    room.inTrx((trx) =>
      askForApproval(trx, {
        processId: processIdOf(seller.feeId),
        command: { command: 'waive_fee', reason: by.reason },
        by: { ...by, actor: operators[0]! },
      }),
    );
  const waive = (feeId: string, approvalId: string): Promise<string> =>
    codeOf(room.inTrx((trx) => waiveFee(trx, { feeId, approvalId, by }, settlementTerms.fee)));

  it('is waived while nothing is being paid, and names its approval', async () => {
    const approvalId = (await ask())!;
    const { paymentId } = await room.pay(seller.feeId);
    expect(await waive(seller.feeId, approvalId)).toBe('PAYMENT_IN_PROGRESS');
    expect(paymentId).toMatch(/^pay_/);
    const other = await room.seller();
    expect(await waive(other.feeId, approvalId)).toBe('done');
    expect(await waive(other.feeId, approvalId)).toBe('WRONG_STATE');
    const [period] = await room.periods(other.sellerId);
    expect(period).toMatchObject({ state: 'paid', openPaymentId: null });
    expect(await room.ledger(other.sellerId)).toMatchObject({ taken: 0, received: 0, earned: 0 });
    expect((await room.facts(other.sellerId))?.state).toBe('paid');
    const unnamed = 'update certification_fees set waiver_id = null where id = :id';
    expect(await failureOf(run(room.db, unnamed, { id: other.feeId }))).toMatchObject({
      constraint: 'certification_fees_waived',
    });
  });

  it('is reminded of while it is paid, and not before', async () => {
    const remind = () =>
      codeOf(room.inTrx((trx) => remindOfFee(trx, { subjectId: seller.feeId, by, once: newId('command') })));
    expect(await remind()).toBe('WRONG_STATE');
    await room.paid(seller.feeId);
    expect(await remind()).toBe('done');
    expect((await room.notices(seller.accountId)).filter(({ kind }) => kind === 'fee_ends_soon')).toHaveLength(1);
  });

  it('is asked about once at a time, and decided once, by another', async () => {
    const id = (await ask())!;
    expect(await ask()).toBeUndefined();
    const settle = (state: 'confirmed' | 'refused', actor: string) =>
      room.inTrx((trx) => settleApproval(trx, { id, state, by: { ...by, actor } }));
    expect(await failureOf(settle('confirmed', operators[0]!))).toMatchObject({
      constraint: 'approvals_confirmed_by_another',
    });
    await settle('confirmed', operators[1]!);
    await settle('refused', operators[0]!);
    expect(await room.inTrx((trx) => lockApproval(trx, id))).toMatchObject({
      ...{ state: 'confirmed', decidedBy: operators[1] },
    });
    expect(await ask()).toMatch(/^apr_/);
  });

  it('is decided by one at a time', async () => {
    const id = (await ask())!;
    let released: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (released = resolve));
    const first = room.inTrx(async (trx) => {
      await lockApproval(trx, id);
      await held;
      await settleApproval(trx, { id, state: 'confirmed', by: { ...by, actor: operators[1]! } });
    });
    const second = room.inTrx((trx) => lockApproval(trx, id));
    await waitingAt(room);
    released();
    await first;
    expect((await second)?.state).toBe('confirmed');
  });

  it.each([
    [`state = 'done'`, 'approvals_state_check'],
    [`state = 'confirmed'`, 'approvals_decided'],
    [`decided_at = now()`, 'approvals_decided'],
  ])('holds only what can be: %s', async (set, constraint) => {
    const id = (await ask())!;
    expect(await failureOf(run(room.db, `update approvals set ${set} where id = :id`, { id }))).toMatchObject({
      constraint,
    });
  });

  it.each(["reason = 'x'", "command = '{}'", 'asked_by = null', 'expires_at = now()', 'asked_at = now()'])(
    'is not rewritten: %s',
    async (set) => {
      expect(await failureOf(run(room.db, `update approvals set ${set}`))).toMatchObject({ code: '42501' });
      expect(await failureOf(run(room.db, 'delete from approvals'))).toMatchObject({ code: '42501' });
    },
  );
});

async function waitingAt(room: FeeRoom): Promise<void> {
  const sql = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await eventually(
    () => firstRow(room.owner, sql),
    (found) => found !== undefined,
  );
}
