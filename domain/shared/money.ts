/** Money is integer fen (1 yuan = 100 fen), never a float; sums stay below 2^53. */

/** A unit price, top-up or balance above this is a typing mistake, and price × quantity must stay a safe integer. */
export const maxPriceFen = 10_000_000_000;
export const maxTopUpFen = 100_000_000_000;

/** Guide: domain.md §5.8 – a purchase order takes 1 to 100,000 pieces. */
export const maxPurchaseQuantity = 100_000;

/**
 * Yuan as channels and banks write them in their files, "12.3" or "0.05", in fen, by its digits: a float would be off
 * by one sooner or later.
 * @throws RangeError for anything else than digits with at most two decimals
 */
export function fenOfYuanText(yuan: string): number {
  const [, whole, decimals = ''] = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(yuan) ?? [];
  // rule: yuan-text-is-exact
  if (whole === undefined) throw new RangeError('not an amount in yuan');
  return Number(`${whole}${decimals.padEnd(2, '0')}`);
}
