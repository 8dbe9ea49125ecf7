import { recordEffect } from '../../db/command/repository';
import type { Db } from '../../db/connection';
import { requestPayment } from '../../db/payment/repository';
import { advanceFee, feeSnapshot, type FeeSnapshot } from '../../db/seller/fee-repository';
import {
  certificationFeeWorkflowId,
  type CertificationFeeActivities,
  type FeePolicy,
  type FeeSnapshotDto,
} from '../../workflows/certification-fee/contract';
import { paymentWorkflowId, type PaymentPolicy } from '../../workflows/payment/contract';
import { inTransaction } from '../shared/transactions';

/** What new payments and periods are given, as configured now. */
export interface FeeSettings {
  readonly payment: PaymentPolicy;
  readonly fee: FeePolicy;
  readonly amountFen: number;
}

export function createCertificationFeeActivities(db: Db, settings: FeeSettings): CertificationFeeActivities {
  const toDto = (feeId: string, { state, dueAt, payment }: FeeSnapshot): FeeSnapshotDto => ({
    state,
    dueAt: dueAt?.toISOString() ?? null,
    payment: payment && {
      start: {
        paymentId: payment.id,
        enterpriseId: null,
        caseWorkflowId: certificationFeeWorkflowId(feeId),
        policy: settings.payment,
      },
      ready: payment.ready,
    },
  });

  return {
    loadFee: async ({ feeId }) => toDto(feeId, await feeSnapshot(db, feeId)),

    requestFeePayment: ({ feeId, commandId, actor, requestId, method, payWithinMs }) =>
      inTransaction(db, async (trx) => {
        await requestPayment(trx, {
          subject: { kind: 'certification_fee', id: feeId },
          ...{ channel: 'wechat_pay', method, payWithinMs, workflowIdOf: paymentWorkflowId },
          by: { actor, requestId },
        });
        // rule: paying-the-fee-records-its-effect
        if (commandId !== null) await recordEffect(trx, commandId);
        return toDto(feeId, await feeSnapshot(trx, feeId));
      }),

    advanceFee: ({ feeId, actor, requestId, asOf, ...times }) =>
      inTransaction(db, async (trx) => {
        const { nextFeeId } = await advanceFee(trx, {
          ...{ feeId, times, asOf: new Date(asOf), amountFen: settings.amountFen },
          workflowIdOf: certificationFeeWorkflowId,
          by: { actor, requestId },
        });
        const next = nextFeeId === null ? null : { feeId: nextFeeId, policy: settings.fee };
        return { ...toDto(feeId, await feeSnapshot(trx, feeId)), next };
      }),
  };
}
