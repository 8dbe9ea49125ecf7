import type { Db } from '../../db/connection';
import { applyScan, waitingScans } from '../../db/seller/scan-reports';
import type { Gateway } from '../../temporal/gateway';
import { sellerOnboardingWorkflowId } from '../../workflows/seller-onboarding/contract';

const batch = 100;

/**
 * Acts on what the identity partner told, and wakes the onboarding it is about. The rows are the truth: a run that cannot
 * be told now sees them when it looks next.
 */
export function relayScans(parts: {
  readonly db: Db;
  readonly gateway: Pick<Gateway, 'reload'>;
  readonly accountsPerCompany: number;
}) {
  const { db, gateway, accountsPerCompany } = parts;
  return async (): Promise<void> => {
    for (let more = true; more;) {
      const reports = await waitingScans(db, batch);
      for (const report of reports) {
        const onboardingId = await db.transaction((trx) => applyScan(trx, report, { accountsPerCompany }));
        if (onboardingId !== undefined) await gateway.reload(sellerOnboardingWorkflowId(onboardingId));
      }
      more = reports.length === batch;
    }
  };
}
