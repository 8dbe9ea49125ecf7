import { rows, run, type Trx } from '../../db/connection';
import { newId } from '../../db/new-id';
import { claimCommand } from '../../db/command/repository';
import { recordPicture, recordReport, recordTrouble } from '../../db/merchant/provider';
import { merchantRecord } from '../../db/merchant/record';
import { endVerification, judgeAmount, openMerchantId, resubmitForm } from '../../db/merchant/repository';
import { saveAmount } from '../../db/merchant/submissions';
import type { MerchantReport } from '../../domain/ports/merchant-onboarding';
import {
  by,
  type channels,
  database,
  room,
  submission,
  taken,
  transaction,
  vault,
  waiting,
  type Room,
} from './merchant-room';

/** How the rows of a merchant ID move. */

function reportOf(change: Partial<MerchantReport>): MerchantReport {
  return {
    ...{ providerId: '1', standing: 'auditing', verification: null, signUrl: null, merchantId: null, reasons: [] },
    ...change,
  };
}

const remittance = (change: { deadline?: Date; amountFen?: number } = {}) => ({
  ...{ amountFen: 124, payeeName: '财付通', payeeAccount: '1', payeeBank: '招商银行', remark: '42' },
  deadline: new Date(Math.floor(Date.now() / 1_000) * 1_000 + 3_600_000),
  ...change,
});

const said = (at: Room & { submissionId: string }, change: Partial<MerchantReport>) =>
  transaction((trx) =>
    recordReport(trx, vault, at.place, {
      ...{ submissionId: at.submissionId, report: reportOf(change), errors: [], askAgainInMs: 60_000 },
    }),
  );

const asked = (at: Room & { submissionId: string }, change: Parameters<typeof remittance>[0] = {}) =>
  said(at, { standing: 'verify_account', verification: remittance(change) });

async function tell(at: Room, amountFen: number): Promise<string> {
  const { id } = await merchantRecord(database.db, at.place);
  const amountId = newId('command');
  await saveAmount(database.db, vault, { id: amountId, applicationId: id, accountId: at.accountId, amountFen });
  return amountId;
}

const judge = (trx: Trx, at: Room, amountId: string) =>
  judgeAmount(trx, vault, { ...at.place, commandId: newId('command'), by, amountId });
const stateOf = async (at: Room) => (await merchantRecord(database.db, at.place)).state;

describe('one form for both channels', () => {
  it('is in effect once the second of them is there, although both open at the same time', async () => {
    const at = await room();
    const submissionId = await submission(at);
    const commandId = newId('command');
    const ids = { workflowId: null, resourceId: at.sellerId, updateId: submissionId };
    await claimCommand(database.db, {
      ...{ id: commandId, accountId: at.accountId, route: 'POST /x', key: null, bodySha256: Buffer.alloc(32) },
      ...{ ...ids, leaseMs: 1_000 },
    });
    const open = (trx: Trx, channel: (typeof channels)[number]) =>
      openMerchantId(trx, {
        ...{ sellerId: at.sellerId, channel, submissionId, workflowId: `m:${channel}:${at.sellerId}`, commandId, by },
      });
    const effect = () =>
      rows(database.db, 'select 1 from commands where id = :commandId and effect_at is not null', { commandId });
    let second: Promise<void> | undefined;
    await transaction(async (trx) => {
      await open(trx, 'wechat_pay');
      second = transaction((other) => open(other, 'tenpay'));
      await waiting();
    });
    await second;
    expect(await effect()).toHaveLength(1);
  });

  it('is not in effect while one is missing', async () => {
    const at = await room();
    const submissionId = await submission(at);
    const commandId = newId('command');
    await claimCommand(database.db, {
      ...{ id: commandId, accountId: at.accountId, route: 'POST /y', key: null, bodySha256: Buffer.alloc(32) },
      ...{ workflowId: null, resourceId: at.sellerId, updateId: submissionId, leaseMs: 1_000 },
    });
    await transaction((trx) => openMerchantId(trx, { ...at.place, submissionId, workflowId: 'm', commandId, by }));
    expect(
      await rows(database.db, 'select 1 from commands where id = :commandId and effect_at is not null', { commandId }),
    ).toEqual([]);
  });

  it('opens nothing once the fee is over', async () => {
    const at = await room();
    await run(
      database.owner,
      `update certification_fees set valid_until = now() - interval '1 hour' where seller_id = :id`,
      {
        id: at.sellerId,
      },
    );
    const submissionId = await submission(at);
    const opening = { ...at.place, submissionId, workflowId: 'm2', commandId: null, by };
    await expect(transaction((trx) => openMerchantId(trx, opening))).rejects.toMatchObject({ code: 'FEE_NOT_PAID' });
  });
});

describe('account verification', () => {
  it('counts an amount once, and two wrong ones at the same time as two', async () => {
    const at = await taken();
    await asked(at);
    const [first, second] = [await tell(at, 1), await tell(at, 2)];
    let later: Promise<unknown> | undefined;
    await transaction(async (trx) => {
      expect(await judge(trx, at, first)).toEqual({ right: false, triesLeft: 1 });
      later = transaction((other) => judge(other, at, second));
      await waiting();
    });
    expect(await later).toEqual({ right: false, triesLeft: 0 });
    // Its run was killed before it could tell: the same again.
    expect(await transaction((trx) => judge(trx, at, second))).toEqual({ right: false, triesLeft: 0 });
    expect(await stateOf(at)).toBe('rejected');
  });

  it('is waited for once the seller has told of its remittance, and asked for anew when it is another', async () => {
    const at = await taken();
    await asked(at);
    expect(await transaction(async (trx) => judge(trx, at, await tell(at, 124)))).toEqual({ right: true });
    await asked(at);
    expect(await stateOf(at)).toBe('in_review');
    await asked(at, { amountFen: 125 });
    expect(await stateOf(at)).toBe('verify_account');
  });

  it('that nobody made in time sends the form back, which stays back however late it is asked for', async () => {
    const at = await taken();
    const deadline = new Date(Math.floor(Date.now() / 1_000) * 1_000 - 1_000);
    await asked(at, { deadline });
    await transaction((trx) => endVerification(trx, at.place));
    expect(await stateOf(at)).toBe('rejected');
    await asked(at, { deadline });
    expect(await merchantRecord(database.db, at.place)).toMatchObject({
      state: 'rejected',
      errors: [{ code: 'ACCOUNT_NOT_VERIFIED' }],
    });
    // It was noticed late: the channel's word is the truth.
    await said(at, { standing: 'to_sign', signUrl: 'https://sign', merchantId: '16' });
    expect(await stateOf(at)).toBe('to_sign');
  });
});

describe('what a channel says', () => {
  it('is followed wherever it goes, back and forth', async () => {
    const at = await taken();
    const steps = [
      [{ standing: 'to_sign', signUrl: 'https://sign', merchantId: '16' }, 'to_sign'],
      [{ standing: 'opened', merchantId: '16' }, 'opened'],
      [{ standing: 'frozen', merchantId: '16' }, 'frozen'],
      [{ standing: 'opened', merchantId: '16' }, 'opened'],
      [{ standing: 'rejected' }, 'rejected'],
      [{ standing: 'auditing' }, 'in_review'],
    ] as const;
    for (const [report, state] of steps) {
      await said(at, report);
      expect(await stateOf(at)).toBe(state);
    }
  });

  it('about a form that another has taken the place of is dropped', async () => {
    const at = await taken();
    await said(at, { standing: 'rejected' });
    const next = await submission(at);
    const command = { ...at.place, commandId: newId('command'), by, submissionId: next };
    await transaction((trx) => resubmitForm(trx, command));
    await said(at, { standing: 'opened', merchantId: '16' });
    await transaction((trx) => recordPicture(trx, at.place, { submissionId: at.submissionId, mediaId: 'old' }));
    expect(await merchantRecord(database.db, at.place)).toMatchObject({
      ...{ state: 'submitted', mediaId: null, submissionId: next, requestNumber: at.sellerId },
    });
    await expect(transaction((trx) => resubmitForm(trx, command))).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });

  it('nothing postpones what is owed, and changes no more', async () => {
    const at = await taken();
    await transaction((trx) => recordTrouble(trx, at.place, { code: 'away: TIMEOUT', askAgainInMs: 3_600_000 }));
    const { state, failures, nextAt, now } = await merchantRecord(database.db, at.place);
    expect([state, failures, nextAt > now]).toEqual(['in_review', 1, true]);
  });
});
