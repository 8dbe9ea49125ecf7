import type { SettlementTerms } from '../../db/payment/subjects';

const dayMs = 86_400_000;

/** What the product is configured to, but for an order detail that closes itself soon. */
export const settlementTerms: SettlementTerms = {
  detailOpenForMs: 60_000,
  fee: { validForMs: null, renewalOpensMs: 60 * dayMs, remindBeforeMs: [30 * dayMs, 7 * dayMs, dayMs] },
};
