import { hash } from '@node-rs/argon2';
import type { z } from 'zod';
import type { addEnterpriseSchema, addMallSchema, addStaffSchema } from '../domain/account/schemas';
import type { addBenefitSchema } from '../domain/catalogue/schemas';
import { ledgerAccountId } from '../domain/ledger/accounts';
import type { topUpSchema } from '../domain/ledger/schemas';
import { addAccount } from '../db/account/repository';
import { recordAudit } from '../db/case/repository';
import { addBenefit } from '../db/catalogue/repository';
import type { Db } from '../db/connection';
import { isUniqueViolation } from '../db/errors';
import { post } from '../db/ledger/repository';
import { addEnterprise, addMall, requireEnterprise } from '../db/mall/repository';
import { newId } from '../db/new-id';
import { UsageError } from './input';

/** What the command line furnishes is audited under this actor. */
const by = { actor: 'admin-cli', requestId: null };

export async function furnishEnterprise(db: Db, enterprise: z.infer<typeof addEnterpriseSchema>): Promise<string> {
  return db.transaction(async (trx) => {
    const id = await addEnterprise(trx, enterprise);
    await recordAudit(trx, { action: 'enterprise.add', subjectId: id, enterpriseId: id, by });
    return id;
  });
}

export async function furnishMall(db: Db, mall: z.infer<typeof addMallSchema>, limit: number): Promise<string> {
  return db.transaction(async (trx) => {
    const id = await addMall(trx, { ...mall, limit });
    await recordAudit(trx, { action: 'mall.add', subjectId: id, enterpriseId: mall.enterpriseId, by });
    return id;
  });
}

export async function furnishStaff(db: Db, staff: z.infer<typeof addStaffSchema>): Promise<string> {
  const passwordHash = await hash(staff.password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  const enterpriseId = staff.enterpriseId ?? null;
  return db.transaction(async (trx) => {
    if (staff.enterpriseId !== undefined) await requireEnterprise(trx, staff.enterpriseId);
    const { login, displayName, roles } = staff;
    const id = await addAccount(trx, { login, passwordHash, displayName, roles, enterpriseId, mallId: null });
    await recordAudit(trx, { action: 'account.add_staff', subjectId: id, enterpriseId, by });
    return id;
  });
}

export async function furnishBenefit(db: Db, benefit: z.infer<typeof addBenefitSchema>): Promise<string> {
  return db.transaction(async (trx) => {
    const id = await addBenefit(trx, benefit);
    await recordAudit(trx, { action: 'benefit.add', subjectId: id, enterpriseId: null, by });
    return id;
  });
}

type TopUp = z.infer<typeof topUpSchema> & { readonly enterpriseId: string; readonly reference: string | undefined };

/**
 * `reference` names the bank transfer: the same one is booked once, however often the command is repeated.
 *
 * @throws UsageError when it was booked before
 */
export async function furnishTopUp(db: Db, topUp: TopUp): Promise<string> {
  try {
    return await bookTopUp(db, topUp);
  } catch (error) {
    if (!isUniqueViolation(error, 'ledger_journals_once')) throw error;
    throw new UsageError(`a top-up with the reference ${topUp.reference ?? ''} is booked already`);
  }
}

function bookTopUp(db: Db, topUp: TopUp): Promise<string> {
  return db.transaction(async (trx) => {
    await requireEnterprise(trx, topUp.enterpriseId);
    if (topUp.reference?.trim() === '') throw new UsageError('--reference: expected the name of a bank transfer');
    const source = topUp.reference ?? newId('topUp');
    await post(trx, {
      source,
      kind: 'top_up',
      lines: [
        { accountId: ledgerAccountId('funding', topUp.enterpriseId), amount: -topUp.amountFen },
        { accountId: ledgerAccountId('balance', topUp.enterpriseId), amount: topUp.amountFen },
      ],
    });
    const audit = { action: 'enterprise.top_up', subjectId: topUp.enterpriseId, enterpriseId: topUp.enterpriseId };
    await recordAudit(trx, { ...audit, by: { ...by, reason: topUp.reason } });
    return source;
  });
}
