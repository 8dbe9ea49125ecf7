import { randomUUID } from 'node:crypto';
import { verifyLedger } from '../../db/ledger/queries';
import { rows } from '../../db/connection';
import { faultsOfRows } from '../faults/invariants';
import {
  feeIs,
  feePath,
  firstFeeRow,
  openFirstFee,
  payableFee,
  payFee,
  sellerBeforeFee,
} from '../support/certification-fees';
import type { PayingSeller } from '../support/certification-fees';
import { startEmulator, type Emulator } from '../support/emulator';
import { eventually } from '../support/eventually';
import { startInstallation, type Installation } from '../support/installation';
import { paymentIs } from '../support/payments';

let emulator: Emulator;
let mallflow: Installation;
let seller: PayingSeller;
let number = 0;

beforeAll(async () => {
  emulator = await startEmulator();
  mallflow = await startInstallation({ emulator });
});
beforeEach(async () => {
  number += 1;
  seller = await sellerBeforeFee(mallflow, `seller${number}@test`);
});
afterEach(() => emulator.control.clearFaults());
afterAll(async () => {
  expect(await verifyLedger(mallflow.services.db)).toEqual([]);
  await mallflow.stop();
  await emulator.stop();
});

const stateOf = async (): Promise<unknown> => (await seller.client.get(feePath(seller.sellerId))).body;

describe('the certification fee', () => {
  it('cannot be paid before it opens, and opens unpaid at the configured price', async () => {
    expect(await stateOf()).toEqual({ state: 'not_started', amountFen: 30_000 });
    const refused = await payFee(seller);
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'WRONG_STATE', allowed: [] }]);
    await openFirstFee(mallflow, seller.sellerId);
    expect(await stateOf()).toEqual({ state: 'not_started', amountFen: 30_000 });
  });

  it('is paid by its code, once, and everybody who may see it does', async () => {
    await openFirstFee(mallflow, seller.sellerId);
    const key = randomUUID();
    const first = await eventually(
      () => payFee(seller, key),
      ({ body }) => body.payment?.codeUrl !== undefined,
    );
    const { state, payment } = first.body;
    expect([first.status, state, payment]).toMatchObject([
      200,
      'in_progress',
      { state: 'awaiting_payer', amountFen: 30_000, codeUrl: expect.stringMatching(/^weixin:/) },
    ]);
    const tabs = await Promise.all([payFee(seller, key), payFee(seller), payFee(seller)]);
    for (const { status, body } of tabs) expect([status, body.payment]).toEqual([200, payment]);

    const path = `/v1/payments/${payment.id}`;
    expect((await seller.client.get(path)).body).toEqual(payment);
    const operator = await mallflow.as('operator@demo');
    expect((await operator.get(path)).body).toMatchObject({ id: payment.id, state: 'awaiting_payer' });
    expect((await operator.get(feePath(seller.sellerId))).body).toMatchObject({ state: 'in_progress' });
    const stranger = await sellerBeforeFee(mallflow, 'stranger@test');
    for (const place of [path, feePath(seller.sellerId)]) expect((await stranger.client.get(place)).status).toBe(404);
    expect((await payFee({ ...stranger, sellerId: seller.sellerId })).status).toBe(404);

    await emulator.control.pay(payment.channelNumber);
    const { validUntil } = await feeIs(seller, 'met');
    const days = (Date.parse(validUntil as string) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(364);
    expect(days).toBeLessThanOrEqual(366);
    const again = await payFee(seller);
    expect([again.status, again.body.code]).toEqual([409, 'FEE_ALREADY_PAID']);
    // What the key answered it answers still, without the code.
    const { body: replayed } = await payFee(seller, key);
    expect(replayed).toMatchObject({ state: 'met', payment: { id: payment.id, state: 'succeeded' } });
    expect(replayed.payment).not.toHaveProperty('codeUrl');
  });

  it('can be paid the moment its row is there, before anybody has begun its run', async () => {
    await firstFeeRow(mallflow, seller.sellerId);
    const { status, body } = await payFee(seller);
    expect([status, body]).toMatchObject([200, { state: 'in_progress', payment: { amountFen: 30_000 } }]);
  });

  it('takes only methods there are, and only under a key', async () => {
    await openFirstFee(mallflow, seller.sellerId);
    const path = `${feePath(seller.sellerId)}/pay`;
    for (const [body, options, status, code] of [
      [{ method: 'bank_b2b' }, {}, 422, 'CHANNEL_NOT_AVAILABLE'],
      [{ method: 'balance' }, {}, 400, 'VALIDATION_FAILED'],
      [{ method: 'wechat_native' }, { key: null }, 400, 'IDEMPOTENCY_KEY_MISSING'],
    ] as const) {
      const refused = await seller.client.post(path, body, options);
      expect([refused.status, refused.body.code]).toEqual([status, code]);
    }
  });

  it('paid a second time, gives that back by itself and stays paid', async () => {
    await openFirstFee(mallflow, seller.sellerId);
    const first = await payableFee(seller);
    await emulator.control.refuse(first.channelNumber);
    const second = await eventually(
      () => payableFee(seller),
      (payment) => payment.channelNumber !== first.channelNumber,
    );
    expect(second.id).toBe(first.id);
    await emulator.control.pay(second.channelNumber);
    await feeIs(seller, 'met');
    await emulator.control.pay(first.channelNumber, { force: true });
    const { refunds } = await eventually(
      async () => (await seller.client.get(`/v1/payments/${first.id}`)).body,
      (body) => body.refunds[0]?.state === 'succeeded',
    );
    expect(refunds).toMatchObject([{ reason: 'duplicate_paid', amountFen: 30_000 }]);
    await paymentIs(seller.client, first.id, 'succeeded');
    const books = await rows<{ purpose: string; posted: number }>(
      mallflow.database.owner,
      `select purpose, posted from ledger_accounts a join ledger_balances b on b.account_id = a.id
        where seller_id = :id order by purpose`,
      { id: seller.sellerId },
    );
    expect(books).toEqual([
      { purpose: 'received', posted: 0 },
      { purpose: 'spent', posted: 30_000 },
      { purpose: 'wechat_pay', posted: -30_000 },
    ]);
  });

  it('in its timeline speaks of the seller, and leaves nothing of it in lists', async () => {
    const feeId = await openFirstFee(mallflow, seller.sellerId);
    const payment = await payableFee(seller);
    await emulator.control.pay(payment.channelNumber);
    await feeIs(seller, 'met');
    const operator = await mallflow.as('operator@demo');
    const { body: found } = await operator.get(`/v1/processes?kind=certification_fee&stage=paid&q=${feeId}`);
    const title = 'Cloud market certification fee';
    expect(found.items).toMatchObject([{ subjectId: feeId, title, stage: 'paid', state: 'open' }]);
    const { body: process } = await operator.get(`/v1/processes/${found.items[0].id}`);
    expect(process.timeline.map(({ to }: { to: string }) => to)).toEqual(['unpaid', 'paying', 'paid']);
  });

  it('leaves rows that agree with each other and with the channel', async () => {
    expect(await faultsOfRows(mallflow.database.db)).toEqual([]);
  });
});
