import { randomUUID } from 'node:crypto';
import { claimCommand, recordCreation } from '../../db/command/repository';
import { rows, run } from '../../db/connection';
import { openMerchantId } from '../../db/merchant/repository';
import { saveSubmission } from '../../db/merchant/submissions';
import { newId } from '../../db/new-id';
import { openReview } from '../../db/review/repository';
import { deedsIn } from '../activities/seller-deeds';
import { openSellerRoom } from '../activities/seller-room';
import { somebody } from '../support/seller-journey';
import { differences, faultsOfSellers, staleTurns } from './seller-invariants';

/** What looks at sellers after every fault sees what it is there for. */
let room: Awaited<ReturnType<typeof openSellerRoom>>;

beforeAll(async () => {
  room = await openSellerRoom(10);
  const { transferred, verified, inReview } = deedsIn(room);
  await transferred();
  const selling = await verified();
  await selling.inform();
  await selling.act('deferFee');
  await run(
    room.owner,
    `update certification_fees set state = 'paid', valid_from = now(), valid_until = now() + interval '1 year'`,
  );
  await merchantOf(selling);
  const { seller, submissionId, reviewId } = await inReview();
  const at = { reviewId, submissionId, sellerId: seller.sellerId, kind: 'enterprise_verification' } as const;
  const runs = { workflowId: `review:${submissionId}`, caseWorkflowId: 'nobody', dueInWorkingDays: 7, dueInMs: null };
  await room.db.transaction((trx) => openReview(trx, { ...at, ...runs }, room.reviews));
  for (const { id, accountId } of await rows<{ id: string; accountId: string }>(
    room.owner,
    'select id, account_id as "accountId" from seller_onboardings',
  ))
    await claimed(id, accountId);
});
afterAll(() => room.database.drop());

type Seller = Awaited<ReturnType<typeof room.begin>>;

async function merchantOf({ sellerId, accountId, documentId, company }: Seller): Promise<void> {
  const { legalName: name, idNumber, mobile, email, accountNumber } = somebody();
  const id = newId('command');
  await saveSubmission(room.db, room.vault, {
    ...{ id, sellerId, accountId, channels: ['tenpay'], licenceDocumentId: documentId },
    form: {
      ...{ sellerId, enterpriseName: company.name, enterpriseCode: company.code },
      ...{ shortName: '云岭', servicePhone: '95588', legalRepresentative: { name, idNumber } },
      administrator: { name, idNumber, mobile, email },
      account: { number: accountNumber, bankName: '招商银行', branchName: '科技园支行', location: '深圳' },
    },
  });
  const place = {
    sellerId,
    channel: 'tenpay',
    submissionId: id,
    workflowId: `merchant-id:${sellerId}:tenpay`,
  } as const;
  const by = { actor: accountId, requestId: null };
  await room.db.transaction((trx) => openMerchantId(trx, { ...place, commandId: null, by }));
}

/** As the API claims what begins an onboarding. */
async function claimed(onboardingId: string, accountId: string): Promise<void> {
  const ids = { id: newId('command'), resourceId: onboardingId, updateId: randomUUID(), workflowId: onboardingId };
  const claim = { ...ids, accountId, key: 'key', route: 'POST /v1/seller-onboardings' };
  await room.db.transaction(async (trx) => {
    await claimCommand(trx, { ...claim, bodySha256: Buffer.alloc(32), leaseMs: 0 });
    await recordCreation(trx, ids.id, onboardingId);
  });
}

it('finds nothing wrong with what the product wrote', async () => {
  expect(await faultsOfSellers(room.owner)).toEqual([]);
  expect(await staleTurns(room.owner)).toEqual([]);
});

it.each([
  [
    'a centre is open unpaid and not deferred',
    `update certification_fees set deferred_at = null`,
    /centre opened by defer, fee paid t, deferred f/,
  ],
  [
    'a centre is open for a fee nobody paid',
    `update sellers set centre_opened_by = 'fee' where centre_opened_by = 'defer';
     update certification_fees set state = 'unpaid', valid_from = null, valid_until = null`,
    /centre opened by fee, fee paid f/,
  ],
  ['an open centre gave no role', `update accounts set roles = '{}'`, /centre opened by defer.*roles {}/],
  [
    'a centre is open too early',
    `update seller_onboardings set stage = 'certification_fee' where stage = 'seller_centre'`,
    /seller sel_.* at certification_fee: centre opened by defer/,
  ],
  [
    'a subject was given without verification',
    `update sellers set subject_name = 'x', subject_code = 'y', subject_verified_at = now(), subject_verified_by = 'registry'
      where subject_code is null`,
    /subject of sel_.* is y, its verifications met: (?!{)/,
  ],
  [
    'no fee opened',
    `alter table certification_fees disable trigger all; delete from certification_fees`,
    /0 first fees/,
  ],
  [
    'a verification under way is nobody’s',
    `update seller_onboardings set verification_id = null where stage = 'enterprise_verification'`,
    /without being the one of/,
  ],
  [
    'an amount counted twice',
    `insert into transfer_amount_entries
     select id || '2', verification_id, amount_key_id, amount_ciphertext, outcome, tries_left, entered_at, judged_at
       from transfer_amount_entries`,
    /told rightly 2 times/,
  ],
  [
    'a verification has nothing to come',
    `update enterprise_verifications set due_at = null where state = 'in_progress'`,
    /registry agreed, proof begun, and nothing to come/,
  ],
  [
    'a case is nobody’s',
    `update process_cases set whose_turn = 'nobody', due_at = null where kind = 'seller_onboarding'`,
    /nobody is to do anything/,
  ],
  ['a case stands elsewhere', `update process_cases set stage = 'complete'`, /its case complete \(open\)/],
  ['an onboarding nobody asked for', `delete from commands`, /has 0 claims/],
  [
    'an application goes under another number',
    `update merchant_applications set request_number = 'x'`,
    /application mch_.* under x/,
  ],
  [
    'an application came before the fee',
    `update certification_fees set state = 'unpaid', valid_from = null, valid_until = null`,
    /application mch_.* fee paid f/,
  ],
  [
    'a decided review left its submission waiting',
    `update reviews set state = 'withdrawn'`,
    /review rev_.* is withdrawn, its case waiting \(open\), its submission in_review/,
  ],
  ['a notice goes out one way only', `delete from notice_deliveries where channel = 'sms'`, /has 1 deliveries/],
])('sees that %s', async (_, corruption, fault) => {
  const trx = await room.owner.transaction();
  try {
    for (const sql of corruption.split(';')) await run(trx, sql);
    expect((await faultsOfSellers(trx)).join('\n')).toMatch(fault);
  } finally {
    await trx.rollback();
  }
});

it('sees whose turn a list does not tell rightly', async () => {
  await run(room.owner, `update process_cases set whose_turn = 'operator' where kind = 'seller_onboarding'`);
  const stale = await staleTurns(room.owner);
  expect(stale.join('\n')).toMatch(/is shown as operator's turn, and is (seller|reviewer)'s/);
  expect(stale).toHaveLength(3);
});

it('tells two books apart', () => {
  expect(differences('message', ['a', 'b'], ['b', 'a'])).toEqual([]);
  expect(differences('message', ['a', 'a', 'b'], ['a', 'c'])).toEqual([
    'message a is there twice',
    'message b is there, and unknown to us',
    'message c is ours, and not there',
  ]);
});
