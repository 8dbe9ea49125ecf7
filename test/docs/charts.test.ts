import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onboardingMachine } from '../../domain/seller/onboarding-states';
import { verificationMachine } from '../../domain/seller/verification-states';
import { withCharts } from '../../scripts/lib/charts';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'seller-onboarding.md'), 'utf8');

it('the charts of a seller’s way in are those of the transition tables', () => {
  expect(page).toBe(withCharts(page, { onboarding: onboardingMachine, verification: verificationMachine }));
});

it('a table that changes changes its chart', () => {
  const transitions = { ...onboardingMachine.transitions, complete: { product_listed: 'complete' } };
  const other = { ...onboardingMachine, transitions };
  expect(withCharts(page, { onboarding: other })).not.toBe(page);
  expect(withCharts(page, { onboarding: other })).toContain('complete --> complete: product listed');
});
