import { reasonWords } from '../../domain/review/reasons';
import type { FieldReason } from '../../domain/seller/field-reason';
import type { Criterion } from './criteria';
import type { VerdictRow } from './decisions';

/**
 * What the seller reads at the fields that are to change. A criterion that is not met is told at every field it is
 * about, in its own words with the reviewer's.
 */
export function fieldReasons(verdicts: readonly VerdictRow[], criteria: readonly Criterion[]): FieldReason[] {
  const numbered = new Map(criteria.map((criterion) => [String(criterion.number), criterion]));
  return verdicts.flatMap(({ item, outcome, reasonCode, note }) => {
    if (outcome === 'ok' || reasonCode === null) return [];
    const reason = note ?? reasonWords[reasonCode];
    const criterion = numbered.get(item);
    if (criterion === undefined) return [{ path: item, code: reasonCode, reason }];
    // rule: criteria-are-told-at-their-fields
    return criterion.fields.map((path) => ({
      path,
      code: reasonCode,
      reason: `${criterion.zh} / ${criterion.en}: ${reason}`,
    }));
  });
}
