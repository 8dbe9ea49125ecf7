import type { FieldReason } from '../../domain/seller/field-reason';
import type { ReviewDecision } from './subjects';

/** What comes back to the seller: the reasons at their fields, then what was said of the whole. */
export function toldReasons({ reasons, note }: Pick<ReviewDecision, 'reasons' | 'note'>): readonly FieldReason[] {
  // rule: notes-to-the-whole-are-told
  if (reasons.length > 0 && note === null) return reasons;
  return [...reasons, { path: '', code: 'OTHER', reason: note ?? '' }];
}
