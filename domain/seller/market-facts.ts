import type { DraftState } from '../market/draft-states';
import type { ProductState } from '../product/states';
import type { FieldReason } from './field-reason';

/** How far a seller's shop and products have come, for the one answer that says what is missing. */
export interface MarketFacts {
  readonly products: {
    /** How many buyers see now. */
    readonly listedNow: number;
    /** The product that was begun last. */
    readonly newest: {
      readonly id: string;
      readonly state: ProductState;
      readonly since: Date;
      /** When its reviewer is expected to have decided. */
      readonly expectedAt: Date | null;
      readonly errors: readonly FieldReason[];
    } | null;
  };
  /** Null before anything was written down. */
  readonly shop: {
    readonly published: boolean;
    /** Published since, or as it is since. */
    readonly since: Date | null;
    readonly draft: DraftState;
    readonly expectedAt: Date | null;
    readonly errors: readonly FieldReason[];
  } | null;
}
