/** What a machine's rule finds at a field of a shop or product. */
export interface FieldProblem {
  /** JSON Pointer into the body; empty for the whole of it. */
  readonly path: string;
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}
