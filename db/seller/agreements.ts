import { DomainError } from '../../domain/shared/errors';
import { firstRow, type Queryable, type Trx } from '../connection';

export interface Agreement {
  /** As published, e.g. `1.0`: a name, not a number. */
  readonly version: string;
  readonly title: string;
  readonly text: string;
  /** Of the text in UTF-8, in hex: what a signature refers to. */
  readonly sha256: string;
}

/** What a seller's agreement is in the one computed answer. */
export interface AgreementFacts {
  /** The newest version signed. */
  readonly signedVersion: string;
  readonly signedAt: Date;
  /** What is to be signed now, and until when; null when nothing is asked. */
  readonly newer: { readonly version: string; readonly signBy: Date } | null;
  /** The date has passed without a signature. */
  readonly overdue: boolean;
}

/** What sellers are asked to agree to now: the version published last. */
export async function currentAgreement(db: Queryable): Promise<Agreement> {
  const current = await firstRow<Agreement>(
    db,
    'select version, title, text, sha256 from agreement_versions order by sequence desc limit 1',
  );
  if (current === undefined) throw new Error('no agreement is published');
  return current;
}

/**
 * Whether this agreement may be signed: „同意并勾选《腾讯云云市场服务商接入协议》“, in the version of now.
 *
 * @throws DomainError AGREEMENT_NOT_ACCEPTED, AGREEMENT_OUTDATED {current}
 */
export async function requireAgreement(
  db: Queryable,
  agreed: { readonly agreementVersion: string; readonly accepted: boolean },
): Promise<Agreement> {
  // rule: agreement-is-accepted
  if (!agreed.accepted)
    throw new DomainError('AGREEMENT_NOT_ACCEPTED', {
      errors: [{ path: '/accepted', code: 'AGREEMENT_NOT_ACCEPTED', message: 'the agreement must be accepted' }],
    });
  const current = await currentAgreement(db);
  // rule: agreement-is-the-current
  if (agreed.agreementVersion !== current.version)
    throw new DomainError('AGREEMENT_OUTDATED', {
      current: current.version,
      errors: [{ path: '/agreementVersion', code: 'AGREEMENT_OUTDATED', message: 'not the current version' }],
    });
  return current;
}

/**
 * Signs for a seller; signing the same version again changes nothing.
 *
 * @returns whether this signed it, or an earlier call had
 * @throws DomainError AGREEMENT_OUTDATED: a newer version is out
 */
export async function signAgreement(
  trx: Trx,
  signature: { readonly sellerId: string; readonly version: string; readonly accountId: string },
): Promise<boolean> {
  const { sellerId, version, accountId } = signature;
  const { sha256 } = await requireAgreement(trx, { agreementVersion: version, accepted: true });
  const signed = await firstRow(
    trx,
    `insert into agreement_signatures (seller_id, version, sha256, account_id)
     values (:sellerId, :version, :sha256, :accountId)
     on conflict (seller_id, version) do nothing returning version`,
    { sellerId, version, sha256, accountId },
  );
  return signed !== undefined;
}

export interface Signature {
  readonly version: string;
  readonly sha256: string;
  readonly signedAt: Date;
}

/** The newest version a seller signed. */
export async function signatureOf(db: Queryable, sellerId: string): Promise<Signature> {
  const row = await firstRow<Signature>(
    db,
    `select s.version, s.sha256, s.signed_at as "signedAt"
       from agreement_signatures s join agreement_versions v using (version)
      where s.seller_id = :sellerId order by v.sequence desc limit 1`,
    { sellerId },
  );
  if (row === undefined) throw new Error(`seller ${sellerId} signed no agreement`);
  return row;
}

interface SignedRow {
  readonly signedVersion: string;
  readonly signedAt: Date;
  readonly currentVersion: string;
  readonly signBy: Date | null;
  readonly overdue: boolean;
}

/**
 * A version that has a date asks everyone who signed an earlier one; whoever is asked signs the current, at the latest
 * by the earliest date among those missing.
 */
export async function agreementFactsOf(db: Queryable, sellerId: string): Promise<AgreementFacts> {
  const row = await firstRow<SignedRow>(
    db,
    `with signed as (
       select v.sequence, v.version, s.signed_at
         from agreement_signatures s join agreement_versions v using (version)
        where s.seller_id = :sellerId order by v.sequence desc limit 1
     )
     select signed.version as "signedVersion", signed.signed_at as "signedAt", asked.sign_by as "signBy",
            coalesce(asked.sign_by <= now(), false) as overdue,
            (select version from agreement_versions order by sequence desc limit 1) as "currentVersion"
       from signed,
            lateral (select min(v.sign_by) as sign_by from agreement_versions v where v.sequence > signed.sequence) asked`,
    { sellerId },
  );
  if (row === undefined) throw new Error(`seller ${sellerId} signed no agreement`);
  const { signedVersion, signedAt, currentVersion, signBy, overdue } = row;
  return { signedVersion, signedAt, newer: signBy === null ? null : { version: currentVersion, signBy }, overdue };
}

/**
 * A version that was not signed by its date ends the cooperation (domain.md §2.1): until it is signed a seller begins no
 * new step. What is under way with others goes on, and may be finished.
 *
 * @throws DomainError WRONG_STATE, which allows signing
 */
export async function requireSignedAgreement(db: Queryable, sellerId: string): Promise<void> {
  // rule: overdue-agreement-closes-new-steps
  if (!(await agreementFactsOf(db, sellerId)).overdue) return;
  throw new DomainError('WRONG_STATE', { state: 'expired', allowed: ['agreements'] });
}
