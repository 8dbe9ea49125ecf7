import type { FieldReason } from '../../domain/seller/field-reason';
import type { ReviewDecision } from './subjects';

/** What comes back to the seller; a note to the whole where no field was named. */
export function toldReasons({ reasons, note }: Pick<ReviewDecision, 'reasons' | 'note'>): readonly FieldReason[] {
  if (reasons.length > 0) return reasons;
  return [{ path: '', code: 'OTHER', reason: note ?? '' }];
}
