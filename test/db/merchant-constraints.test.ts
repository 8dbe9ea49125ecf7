import { rows, run } from '../../db/connection';
import { sweepMerchantSubmissions } from '../../db/merchant/submissions';
import { database, opened, submission } from './merchant-room';

/** What the rows of merchant IDs refuse, whoever writes them. */

describe('rows', () => {
  const attempt = (template: string, bindings: Record<string, unknown>) => run(database.db, template, bindings);

  it.each([
    ['an unknown state', `update merchant_applications set state = 'lost' where seller_id = :id`, 'state_check'],
    [
      'opened without an id',
      `update merchant_applications set state = 'opened' where seller_id = :id`,
      'opened_has_id',
    ],
    [
      'a remittance without its deadline',
      `update merchant_applications set verification_key_id = 'k', verification_ciphertext = 'x' where seller_id = :id`,
      'verification_is_whole',
    ],
    [
      'an account asked for without a remittance',
      `update merchant_applications set state = 'verify_account' where seller_id = :id`,
      'asked_has_remittance',
    ],
    [
      'a second application at a channel',
      `insert into merchant_applications (id, seller_id, channel, state, request_number, submission_id)
       select 'mch_2' || :id, seller_id, channel, 'submitted', 'other' || :id, submission_id
         from merchant_applications where seller_id = :id`,
      'one_per_channel',
    ],
    [
      'a form used twice',
      `insert into merchant_submission_uses (application_id, submission_id)
       select u.application_id, u.submission_id from merchant_submission_uses u
         join merchant_applications a on a.id = u.application_id where a.seller_id = :id`,
      'merchant_submission_uses_pkey',
    ],
  ])('refuse %s', async (_what, template, constraint) => {
    const { sellerId } = await opened();
    await expect(attempt(template, { id: sellerId })).rejects.toMatchObject({
      constraint: expect.stringContaining(constraint),
    });
  });

  it('refuse a number that is another’s, and a changed form', async () => {
    const [one, other] = [await opened(), await opened()];
    await expect(
      attempt('update merchant_applications set request_number = :number where seller_id = :id', {
        ...{ number: other.sellerId, id: one.sellerId },
      }),
    ).rejects.toMatchObject({ constraint: 'merchant_applications_request_number' });
    await expect(
      attempt(`update merchant_submissions set channels = '{tenpay}' where id = :id`, { id: one.submissionId }),
    ).rejects.toMatchObject({ code: '42501' });
  });

  it('keep the forms that were used, and forget those that came to nothing', async () => {
    const at = await opened();
    const inert = await submission(at);
    await run(database.owner, `update merchant_submissions set created_at = now() - interval '2 days'`);
    await sweepMerchantSubmissions(database.db);
    const left = await rows<{ id: string }>(database.db, 'select id from merchant_submissions where seller_id = :id', {
      id: at.sellerId,
    });
    expect(left).toEqual([{ id: at.submissionId }]);
    expect(inert).not.toBe(at.submissionId);
  });
});
