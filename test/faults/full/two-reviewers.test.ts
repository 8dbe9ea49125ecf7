import { createForms, formSubjects } from '../../support/reviews';
import { startInstallation, type Installation } from '../../support/installation';
import { twoReviewersDecide } from '../two-reviewers';

/** As the issue asks; sixty of them are in the quick set. */
describe('two reviewers', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    // A crowd on few cores: the short profile gives a run's step no more than a moment.
    mallflow = await startInstallation({
      reviewSubjects: formSubjects,
      environment: { MALLFLOW_TIME_PROFILE: 'normal', MALLFLOW_ACCEPT_MS: '15000', MALLFLOW_RESULT_MS: '15000' },
    });
    await createForms(mallflow.database);
  });
  afterAll(() => mallflow.stop());

  it('decide a thousand submissions at once, each of them once', async () => {
    await expect(twoReviewersDecide(mallflow, 1_000)).resolves.toBeUndefined();
  }, 1_800_000);
});
