import { reasonWords } from '../../domain/review/reasons';
import type { FieldReason } from '../../domain/seller/field-reason';
import type { VerdictRow } from './decisions';

/** What the seller reads at the fields that are to change. */
export function fieldReasons(verdicts: readonly VerdictRow[]): FieldReason[] {
  return verdicts.flatMap(({ item, outcome, reasonCode, note }) => {
    if (outcome === 'ok' || reasonCode === null) return [];
    return [{ path: item, code: reasonCode, reason: note ?? reasonWords[reasonCode] }];
  });
}
