import { createMerchantChannelSteps } from '../../activities/merchant-id/channel-steps';
import { rows } from '../../db/connection';
import { merchantRecord } from '../../db/merchant/record';
import type { MerchantOnboarding } from '../../domain/ports/merchant-onboarding';
import { ProviderError } from '../../domain/ports/provider-error';
import { merchantIdWorkflowId } from '../../workflows/merchant-id/contract';
import { database, opened, taken, vault } from '../db/merchant-room';

/** What a merchant ID makes of a channel that does not do what it should. */

const never = () => Promise.reject(new Error('nobody asks for this'));

function stepsAt(answers: Partial<MerchantOnboarding>) {
  const channel = { uploadMedia: never, submit: never, query: never, ...answers };
  return createMerchantChannelSteps({
    ...{ db: database.db, vault },
    channels: { wechat_pay: { channel: 'wechat_pay', wantsPictures: true, ...channel } },
    picture: () => Promise.resolve({ name: 'x', contentType: 'image/png', bytes: Buffer.from('x') }),
  });
}

const about = (place: { readonly sellerId: string; readonly channel: 'wechat_pay' }) => ({
  ...{ ...place, askAgainMs: [1_000], restMs: 60_000 },
});

it('an application the channel does not know is not believed to be gone', async () => {
  const { place } = await taken();
  const snapshot = await stepsAt({ query: () => Promise.resolve(undefined) }).queryMerchantId(about(place));
  expect(snapshot).toMatchObject({ state: 'in_review', next: { act: 'query' } });
  expect(await merchantRecord(database.db, place)).toMatchObject({ state: 'in_review', failures: 1 });
});

it('trouble is shown after a while, and goes when a call gets through', async () => {
  const at = await opened();
  const workflowId = merchantIdWorkflowId(at.place);
  const steps = stepsAt({ uploadMedia: () => Promise.reject(new ProviderError('busy', 'HTTP_500')) });
  const stuck = async () => {
    const [found] = await rows<{ code: string | null }>(
      database.db,
      'select stuck_code as code from process_cases where workflow_id = :workflowId',
      { workflowId },
    );
    return found?.code;
  };
  for (let nth = 1; nth < 5; nth += 1) await steps.uploadLicence(about(at.place));
  expect(await stuck()).toBeNull();
  await steps.uploadLicence(about(at.place));
  expect(await stuck()).toBe('CHANNEL_HTTP_500');
  await stepsAt({ uploadMedia: () => Promise.resolve('media') }).uploadLicence(about(at.place));
  expect(await stuck()).toBeNull();
  expect(await merchantRecord(database.db, at.place)).toMatchObject({ mediaId: 'media', failures: 0 });
});
