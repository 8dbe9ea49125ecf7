import type { Turn } from '../case/states';
import type { MerchantChannel, MerchantState } from '../merchant/states';
import type { FieldReason } from './field-reason';

/** How a seller's merchant ID at one channel stands, for the one answer that says what is missing. */
export interface MerchantFacts {
  readonly channel: MerchantChannel;
  readonly state: MerchantState;
  readonly since: Date;
  readonly whoseTurn: Turn;
  /** When the channel's next word is expected, as far as anybody knows. */
  readonly expectedAt?: Date;
  /** Until when the seller has to act, where there is an end. */
  readonly dueAt?: Date;
  readonly errors: readonly FieldReason[];
}
