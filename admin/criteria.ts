import { readFile } from 'node:fs/promises';
import { newCriteriaSchema, type NewCriteria } from '../domain/review/criteria-schemas';
import { recordAudit } from '../db/case/repository';
import type { Db } from '../db/connection';
import { criteriaOfSet, newestCriteria, publishCriteria } from '../db/review/criteria';
import { checkedInput, UsageError } from './input';

export interface CriteriaOptions {
  readonly kind: string;
  readonly deliveryType?: string;
}

/** The newest version as JSON, in the shape that `criteria publish` reads. */
export async function criteriaInForce(db: Db, options: CriteriaOptions): Promise<string> {
  const of = newCriteriaSchema.shape.kind.safeParse(options.kind);
  const deliveryType = newCriteriaSchema.shape.deliveryType.safeParse(options.deliveryType ?? null);
  const setId =
    of.success && deliveryType.success
      ? await newestCriteria(db, { kind: of.data, deliveryType: deliveryType.data })
      : null;
  if (setId === null)
    throw new UsageError('there are criteria of --kind shop, and of --kind product --delivery-type …');
  const all = await criteriaOfSet(db, setId);
  return JSON.stringify(
    all.map(({ zh, en, fields }) => ({ zh, en, fields })),
    null,
    2,
  );
}

/**
 * @throws UsageError for a file that cannot be read or is no such JSON, a field that what is judged does not have, and
 *   where the newest version says the same
 */
export async function publishCriteriaFromFile(
  db: Db,
  options: CriteriaOptions & { readonly file: string },
): Promise<{ readonly kind: string; readonly deliveryType: string | null; readonly version: number }> {
  const asked = await checked(options);
  const { kind, deliveryType } = asked;
  return db.transaction(async (trx) => {
    const version = await publishCriteria(trx, asked);
    if (version === undefined) throw new UsageError('--file: the newest version says the same');
    await recordAudit(trx, {
      ...{ action: 'criteria.publish', subjectId: [kind, deliveryType ?? [], version].flat().join(':') },
      ...{ enterpriseId: null, by: { actor: 'admin-cli', requestId: null } },
    });
    return { kind, deliveryType, version };
  });
}

async function checked({
  kind,
  deliveryType = null,
  file,
}: Omit<CriteriaOptions, 'deliveryType'> & {
  readonly deliveryType?: string | null;
  readonly file: string;
}): Promise<NewCriteria> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`--file: cannot read ${file}`);
  });
  let criteria: unknown;
  try {
    criteria = JSON.parse(text);
  } catch {
    throw new UsageError('--file: expected JSON');
  }
  return checkedInput(newCriteriaSchema, { kind, deliveryType, criteria });
}
