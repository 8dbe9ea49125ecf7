import { reasonWords } from '../../domain/review/reasons';
import type { FieldReason } from '../../domain/seller/field-reason';
import { isAmong, type Criterion } from './criteria';
import type { VerdictRow } from './decisions';

/**
 * What the seller reads at the fields that are to change. A criterion that is not met is told at every field it is
 * about and that was not said to be well, in its own words with the reviewer's; where all of them are, at the whole.
 */
export function fieldReasons(verdicts: readonly VerdictRow[], criteria: readonly Criterion[]): FieldReason[] {
  const well = verdicts.filter(({ outcome }) => outcome === 'ok').map(({ item }) => item);
  const numbered = new Map(criteria.map((criterion) => [String(criterion.number), criterion]));
  return verdicts.flatMap(({ item, outcome, reasonCode, note }) => {
    if (outcome === 'ok' || reasonCode === null) return [];
    const reason = note ?? reasonWords[reasonCode];
    const criterion = numbered.get(item);
    if (criterion === undefined) return [{ path: item, code: reasonCode, reason }];
    // rule: what-is-well-is-not-told-as-refused
    const wanting = criterion.fields.filter((field) => !isAmong(well, field));
    // rule: criteria-are-told-at-their-fields
    return (wanting.length > 0 ? wanting : ['']).map((path) => ({
      path,
      code: reasonCode,
      reason: `${criterion.zh} / ${criterion.en}: ${reason}`,
    }));
  });
}
