import type { Vault } from '../../domain/ports/vault';
import type { MerchantForm } from '../../domain/ports/merchant-onboarding';
import { firstRow, type Queryable } from '../connection';
import { informationById, openInformation } from '../seller/submissions';

export type MerchantSubject = Pick<MerchantForm, 'sellerId' | 'enterpriseName' | 'enterpriseCode' | 'account'>;

/** Who gets the merchant ID: the verified subject and its corporate account. Undefined before both are accepted. */
export async function merchantSubjectOf(
  db: Queryable,
  vault: Vault,
  sellerId: string,
): Promise<MerchantSubject | undefined> {
  const row = await firstRow<{ name: string; code: string; informationId: string }>(
    db,
    `select s.subject_name as name, s.subject_code as code, i.id as "informationId"
       from sellers s join company_informations i on i.seller_id = s.id and i.state = 'accepted'
      where s.id = :sellerId and s.subject_name is not null`,
    { sellerId },
  );
  if (row === undefined) return undefined;
  const information = await informationById(db, row.informationId);
  if (information === undefined) return undefined;
  const { accountNumber, bankName, branchName, location } = openInformation(vault, information).bank;
  return {
    sellerId,
    enterpriseName: row.name,
    enterpriseCode: row.code,
    account: { number: accountNumber, bankName, branchName, location },
  };
}
