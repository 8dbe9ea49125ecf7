import type { ScanReport } from '../../domain/ports/identity-scan';
import { onboardingIdOf } from '../../domain/shared/ids';
import { firstRow, rows, run, type Db, type Trx } from '../connection';
import { recordScan } from './verification-legs';

/** What the partner told, once per event; it is acted upon later, whatever the engine is doing. */
export async function takeInScan(db: Db, report: ScanReport): Promise<void> {
  await run(
    db,
    `insert into scan_reports (event_id, reference, outcome) values (:eventId, :reference, :outcome)
     on conflict (event_id) do nothing`,
    { eventId: report.eventId, reference: report.reference, outcome: report.outcome },
  );
}

export interface WaitingScan {
  readonly eventId: string;
  readonly reference: string;
  readonly outcome: ScanReport['outcome'];
}

export async function waitingScans(db: Db, limit: number): Promise<WaitingScan[]> {
  return rows<WaitingScan>(
    db,
    `select event_id as "eventId", reference, outcome from scan_reports
      where applied_at is null order by received_at limit ${limit}`,
  );
}

/**
 * Acts on a report: it counts where the scan is still asked about, and is put aside where it is not (any more). The id of
 * the onboarding it is about; undefined where nobody knows the reference.
 */
export async function applyScan(
  trx: Trx,
  report: WaitingScan,
  terms: { readonly accountsPerCompany: number },
): Promise<string | undefined> {
  const taken = await firstRow(
    trx,
    'update scan_reports set applied_at = now() where event_id = :eventId and applied_at is null returning 1',
    { eventId: report.eventId },
  );
  const about = await firstRow<{ sellerId: string }>(
    trx,
    'select seller_id as "sellerId" from enterprise_verifications where id = :reference',
    { reference: report.reference },
  );
  if (taken === undefined || about === undefined) return undefined;
  const onboardingId = onboardingIdOf(about.sellerId);
  await recordScan(trx, {
    ...{ onboardingId, verificationId: report.reference, standing: report.outcome },
    ...{ askAgainInMs: 0, accountsPerCompany: terms.accountsPerCompany },
  });
  return onboardingId;
}
