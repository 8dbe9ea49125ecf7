import { createHash } from 'node:crypto';
import { run, type Trx } from '../connection';
import { isUniqueViolation } from '../errors';

export interface NewAgreement {
  readonly version: string;
  readonly title: string;
  readonly text: string;
  /** Until when sellers of earlier versions must have signed again; null asks nobody. */
  readonly signBy: Date | null;
}

/**
 * Publishes what is signed from now on. Versions are never changed nor taken back.
 *
 * @returns the hash of the text, or undefined when there is this version already
 */
export async function publishAgreement(trx: Trx, agreement: NewAgreement): Promise<string | undefined> {
  const sha256 = createHash('sha256').update(agreement.text, 'utf8').digest('hex');
  try {
    await run(
      trx,
      `insert into agreement_versions (version, title, text, sha256, sign_by)
       values (:version, :title, :text, :sha256, :signBy)`,
      { ...agreement, sha256 },
    );
  } catch (error) {
    // rule: agreement-version-once
    if (!isUniqueViolation(error, 'agreement_versions_pkey')) throw error;
    return undefined;
  }
  return sha256;
}
