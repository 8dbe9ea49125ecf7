import { join } from 'node:path';
import { loadRules } from '../../scripts/lib/rule-table';

it('every tagged rule stands in a table with a text that is there to be taken away', () => {
  const { faults, rules } = loadRules(join(__dirname, '..', '..'));
  expect(faults).toEqual([]);
  expect(rules.length).toBeGreaterThan(800);
});
