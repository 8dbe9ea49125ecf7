import { createForms, formSubjects } from '../../support/reviews';
import { startInstallation, type Installation } from '../../support/installation';
import { twoReviewersDecide } from '../two-reviewers';

/** As the issue asks; sixty of them are in the quick set. */
describe('two reviewers', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    mallflow = await startInstallation({ reviewSubjects: formSubjects });
    await createForms(mallflow.database);
  });
  afterAll(() => mallflow.stop());

  it('decide a thousand submissions at once, each of them once', async () => {
    await expect(twoReviewersDecide(mallflow, 1_000)).resolves.toBeUndefined();
  }, 1_800_000);
});
