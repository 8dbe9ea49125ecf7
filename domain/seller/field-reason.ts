/** What came back at a field of a seller's form, and why. */
export interface FieldReason {
  /** JSON Pointer into the form; empty when it is about no single field. */
  readonly path: string;
  readonly code: string;
  /** In words for the seller; a provider's own words are kept. */
  readonly reason: string;
}
