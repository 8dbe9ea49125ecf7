import { feeRequirement } from '../../domain/seller/fee-states';
import { feeFactsOf } from '../../db/seller/fees';
import { renderNewestPayment } from '../payment/render';
import type { Services } from '../services';

/** What whoever pays is told: how the fee stands, and with it the payment that is to be made. */
export async function renderPaidFee(services: Services, sellerId: string, feeId: string) {
  const [facts, payment] = await Promise.all([feeFactsOf(services.db, sellerId), renderNewestPayment(services, feeId)]);
  return { state: feeRequirement(facts), ...(payment === undefined ? {} : { payment }) };
}
