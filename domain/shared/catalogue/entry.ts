/**
 * One thing Mallflow refuses or fails with.
 *
 * `status` is the HTTP status; `retryable` says whether the same request may succeed later without
 * anyone changing anything; `en`/`zh` are shown to people and may name facts in braces, which are members of
 * `DomainError.facts` and stand beside the code in the problem document.
 */
export interface CatalogueEntry {
  readonly status: number;
  readonly retryable: boolean;
  readonly en: string;
  readonly zh: string;
}
