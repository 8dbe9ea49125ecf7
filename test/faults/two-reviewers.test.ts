import { createForms, formSubjects } from '../support/reviews';
import { startInstallation, type Installation } from '../support/installation';
import { twoReviewersDecide } from './two-reviewers';

/** A thousand of them: test/faults/full. */
describe('two reviewers', () => {
  let mallflow: Installation;
  beforeAll(async () => {
    mallflow = await startInstallation({ reviewSubjects: formSubjects });
    await createForms(mallflow.database);
  });
  afterAll(() => mallflow.stop());

  it('decide sixty submissions at once, each of them once', async () => {
    await expect(twoReviewersDecide(mallflow, 60)).resolves.toBeUndefined();
  });
});
