import { markFound } from '../db/case/lost';
import type { By } from '../db/case/record-transition';
import { whileOpenAndLocked, type WatchedCase } from '../db/case/repository';
import type { Db } from '../db/connection';
import { merchantOrigin } from '../db/merchant/queries';
import { paymentOrigin, type PaymentOrigin } from '../db/payment/queries';
import { purchaseOrigin } from '../db/purchase/queries';
import { reviewOrigin } from '../db/review/queries';
import { feeOrigin } from '../db/seller/fees';
import { onboardingOrigin } from '../db/seller/onboarding-queries';
import { allocationOrigin } from '../db/stock/allocation-queries';
import { commodityOrigin } from '../db/stock/queries';
import { onboardingIdOf } from '../domain/shared/ids';
import type { CaseStart, Gateway } from '../temporal/gateway';
import { caseStarts, type RunSettings } from '../temporal/starts';
import { certificationFeeWorkflowId } from '../workflows/certification-fee/contract';
import { purchaseWorkflowId } from '../workflows/purchase/contract';
import { sellerOnboardingWorkflowId } from '../workflows/seller-onboarding/contract';

/** `started`: the run was gone and is there again; `running`: it was there; `closed`: the case is over. */
export type Resumed = 'started' | 'running' | 'closed';

/**
 * Starts the run of an open or lost case again from its rows. Every workflow begins with "open or load", so the new run
 * goes on from the state the rows are in; nothing is done twice. A lost case is open again with it; `by` is who had it
 * started, and stands in its timeline.
 */
export async function resumeCase(
  db: Db,
  gateway: Gateway,
  at: WatchedCase,
  settings: RunSettings,
  by?: By,
): Promise<Resumed> {
  const start = await startFromFacts(db, at, settings);
  let started = false;
  const open = await whileOpenAndLocked(db, at.workflowId, async (trx, state) => {
    started = await gateway.resume(start);
    // rule: resumed-is-not-lost
    if (state === 'lost' || (by !== undefined && started))
      await markFound(trx, { workflowId: at.workflowId, act: started ? 'resume' : 'found', by });
  });
  if (!open) return 'closed';
  return started ? 'started' : 'running';
}

async function startFromFacts(db: Db, at: WatchedCase, settings: RunSettings): Promise<CaseStart> {
  const nobodysCommand = { commandId: null, requestId: null };
  switch (at.kind) {
    case 'purchase': {
      const { placedBy, ...order } = there(await purchaseOrigin(db, at.subjectId), at);
      return caseStarts.purchase({ ...order, accountId: placedBy, ...nobodysCommand }, settings);
    }
    case 'payment': {
      return startOfPayment(there(await paymentOrigin(db, at.subjectId), at), settings);
    }
    case 'commodity_add': {
      const { addedBy, ...commodity } = there(await commodityOrigin(db, at.subjectId), at);
      return caseStarts.commodityAdd({ ...commodity, accountId: addedBy, ...nobodysCommand }, settings);
    }
    case 'review':
      return caseStarts.review(there(await reviewOrigin(db, at.subjectId), at), settings);
    case 'stock_allocation': {
      const { proposedBy, ...allocation } = there(await allocationOrigin(db, at.subjectId), at);
      return caseStarts.stockAllocation({ ...allocation, accountId: proposedBy, ...nobodysCommand }, settings);
    }
    case 'seller_onboarding':
      return caseStarts.sellerOnboarding(
        { ...there(await onboardingOrigin(db, at.subjectId), at), ...nobodysCommand },
        settings,
      );
    case 'merchant_id': {
      const application = there(await merchantOrigin(db, at.subjectId), at);
      const onboardingWorkflowId = sellerOnboardingWorkflowId(onboardingIdOf(application.sellerId));
      return caseStarts.merchantId({ ...application, onboardingWorkflowId, ...nobodysCommand }, settings);
    }
    case 'certification_fee': {
      const fee = there(await feeOrigin(db, at.subjectId), at);
      const onboardingWorkflowId = sellerOnboardingWorkflowId(onboardingIdOf(fee.sellerId));
      return caseStarts.certificationFee({ ...fee, onboardingWorkflowId }, settings);
    }
  }
}

/** How the run of a payment is started or woken from its rows. */
export function startOfPayment(origin: PaymentOrigin, settings: RunSettings<'payment'>): CaseStart {
  const { paymentId, enterpriseId, subjectKind, subjectId } = origin;
  return caseStarts.payment({ paymentId, enterpriseId, caseWorkflowId: caseOf[subjectKind](subjectId) }, settings);
}

/** The run of the case a payment pays for. */
const caseOf: Readonly<Record<PaymentOrigin['subjectKind'], (subjectId: string) => string>> = {
  purchase: purchaseWorkflowId,
  certification_fee: certificationFeeWorkflowId,
};

function there<O>(origin: O | undefined, at: WatchedCase): O {
  if (origin === undefined) throw new Error(`no ${at.kind} ${at.subjectId}`);
  return origin;
}
