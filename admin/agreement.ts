import { readFile } from 'node:fs/promises';
import { newAgreementSchema } from '../domain/seller/agreement-schemas';
import { recordAudit } from '../db/case/repository';
import type { Db } from '../db/connection';
import { publishAgreement } from '../db/seller/agreement-versions';
import { checkedInput, UsageError } from './input';

export interface AgreementOptions {
  readonly version: string;
  readonly title: string;
  readonly file: string;
  readonly signBy?: string;
}

/** `2027-03-31` means: until that day is over in Asia/Shanghai. */
function endOf(text: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59.999+08:00` : text;
}

/**
 * Publishes a version of the sellers' agreement from a text file in UTF-8; new sellers accept it from now on, and with a
 * date those who signed an earlier one are asked again.
 *
 * @throws UsageError for a text that is none, a date that does not lie ahead, a version that is there already
 */
export async function publishFromFile(db: Db, options: AgreementOptions): Promise<{ version: string; sha256: string }> {
  const { signBy, ...rest } = await checked(options);
  const by = signBy === null ? null : new Date(signBy);
  // rule: sign-by-lies-ahead
  if (by !== null && by.getTime() <= Date.now()) throw new UsageError('--sign-by: expected a date that lies ahead');
  return db.transaction(async (trx) => {
    const sha256 = await publishAgreement(trx, { ...rest, signBy: by });
    if (sha256 === undefined) throw new UsageError(`version ${rest.version} is published already`);
    await recordAudit(trx, {
      ...{ action: 'agreement.publish', subjectId: rest.version, enterpriseId: null },
      by: { actor: 'admin-cli', requestId: null },
    });
    return { version: rest.version, sha256 };
  });
}

async function checked({ version, title, file, signBy }: AgreementOptions) {
  const bytes = await readFile(file).catch(() => {
    throw new UsageError(`--file: cannot read ${file}`);
  });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError('--file: expected a text in UTF-8');
  }
  const until = signBy === undefined ? null : endOf(signBy);
  return checkedInput(newAgreementSchema, { version, title, text, signBy: until });
}
