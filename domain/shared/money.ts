/** Money is integer fen (1 yuan = 100 fen), never a float; sums stay below 2^53. */

/** A unit price, top-up or balance above this is a typing mistake, and price × quantity must stay a safe integer. */
export const maxPriceFen = 10_000_000_000;
export const maxTopUpFen = 100_000_000_000;

/** Guide: domain.md §5.8 – a purchase order takes 1 to 100,000 pieces. */
export const maxPurchaseQuantity = 100_000;
