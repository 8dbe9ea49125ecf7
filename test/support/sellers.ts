import { currentAgreement, signAgreement } from '../../db/seller/agreements';
import { addSeller } from '../../db/seller/repository';
import { newId } from '../../db/new-id';
import { sellerIdOf } from '../../domain/shared/ids';
import type { HttpClient } from './http-client';
import type { Installation } from './installation';

/** Makes the account a seller who has signed the current agreement and done nothing since: rows only, no onboarding. */
export async function sellerRows(mallflow: Pick<Installation, 'database'>, account: HttpClient): Promise<string> {
  const accountId = (await account.get('/v1/me')).body.id as string;
  const sellerId = sellerIdOf(newId('onboarding'));
  await mallflow.database.db.transaction(async (trx) => {
    await addSeller(trx, { sellerId, accountId });
    await signAgreement(trx, { sellerId, version: (await currentAgreement(trx)).version, accountId });
  });
  return sellerId;
}

/** The beginning of a PDF: as much of one as anybody here looks at. */
export const pdfBytes = Buffer.from('%PDF-1.7\n% licence of a company that is none\n%%EOF\n');

/** Uploads a document as this account; its id. */
export async function documentOf(account: HttpClient, bytes = pdfBytes): Promise<string> {
  const reply = await account.upload('/v1/documents', bytes, 'application/pdf');
  if (reply.status !== 201) throw new Error(`POST /v1/documents answered ${reply.status}`);
  return reply.body.id as string;
}
