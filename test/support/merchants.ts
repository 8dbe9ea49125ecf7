import { run } from '../../db/connection';
import { saveSubmission } from '../../db/merchant/submissions';
import { newId } from '../../db/new-id';
import { submitInformation } from '../../db/seller/submissions';
import { newAccount } from './accounts';
import { eventually } from './eventually';
import type { Body, HttpClient } from './http-client';
import type { Installation } from './installation';
import { controlsOf, somebody, someCompany, type Company, type Personal } from './seller-journey';
import { documentOf, sellerRows } from './sellers';

/** A seller that has paid its fee: rows only, the steps before are not played. */
export interface MerchantSeller {
  readonly client: HttpClient;
  readonly sellerId: string;
  readonly personal: Personal;
  readonly company: Company;
  readonly licenceDocumentId: string;
}

export async function sellerWithFee(
  mallflow: Installation,
  login: string,
  fee: 'paid' | 'over' | 'none' = 'paid',
): Promise<MerchantSeller> {
  const client = await newAccount(mallflow, { login, roles: [] });
  const sellerId = await sellerRows(mallflow, client);
  const [personal, company] = [somebody(), someCompany()];
  const { owner, db } = mallflow.database;
  await run(
    owner,
    `update sellers set subject_name = :name, subject_code = :code, subject_verified_at = now(),
            subject_verified_by = 'registry' where id = :sellerId`,
    { ...company, sellerId },
  );
  const { accountNumber, contactName, contactPhone } = personal;
  const bank = { accountName: company.name, accountNumber, bankName: '招商银行', branchName: '科技园支行' };
  const informationId = await submitInformation(db, mallflow.services.vault, {
    sellerId,
    claimedAs: newId('command'),
    form: {
      unifiedSocialCreditCode: company.code,
      contactName,
      contactPhone,
      bank: { ...bank, location: '广东省深圳市' },
    },
  });
  await run(owner, `update company_informations set state = 'accepted' where id = :informationId`, { informationId });
  if (fee !== 'none') await feeRow(mallflow, sellerId, fee);
  return { client, sellerId, personal, company, licenceDocumentId: await documentOf(client) };
}

async function feeRow({ database }: Installation, sellerId: string, fee: 'paid' | 'over'): Promise<void> {
  const ends = fee === 'paid' ? '364 days' : '-1 days';
  await run(
    database.owner,
    `insert into certification_fees (id, seller_id, year, amount_fen, state, valid_from, valid_until)
     values (:id, :sellerId, 1, 30000, 'paid', now() - interval '1 year', now() + cast(:ends as interval))`,
    { id: newId('certificationFee'), sellerId, ends },
  );
}

/** A merchant ID whose form is on its way: rows only, nobody asks its channel. */
export async function merchantIdRows(
  { database, services }: Pick<Installation, 'database' | 'services'>,
  client: HttpClient,
  sellerId: string,
): Promise<string> {
  const accountId = (await client.get('/v1/me')).body.id as string;
  const [personal, company] = [somebody(), someCompany()];
  const id = newId('merchantApplication');
  await saveSubmission(database.db, services.vault, {
    ...{ id, sellerId, accountId, channels: ['wechat_pay'], licenceDocumentId: await documentOf(client) },
    form: {
      ...{ sellerId, enterpriseName: company.name, enterpriseCode: company.code },
      ...{ shortName: '云岭软件', servicePhone: personal.contactPhone },
      legalRepresentative: { name: personal.legalName, idNumber: personal.idNumber },
      administrator: {
        ...{ name: personal.legalName, idNumber: personal.idNumber },
        ...{ mobile: personal.mobile, email: personal.email },
      },
      account: { number: personal.accountNumber, bankName: '招商银行', branchName: '科技园支行', location: '深圳' },
    },
  });
  await run(
    database.owner,
    `insert into merchant_applications (id, seller_id, channel, state, request_number, submission_id)
     values (:id, :sellerId, 'wechat_pay', 'submitted', :sellerId, :id)`,
    { id, sellerId },
  );
  return id;
}

export function merchantForm({ personal, licenceDocumentId }: MerchantSeller, more: Record<string, unknown> = {}) {
  const { legalName: name, idNumber, mobile, email, contactPhone } = personal;
  return {
    shortName: '云岭软件',
    servicePhone: contactPhone,
    legalRepresentative: { name, idNumber },
    administrator: { name, idNumber, mobile, email },
    licenceDocumentId,
    ...more,
  };
}

export type MerchantChannel = 'wechat_pay' | 'tenpay';

export const merchantPath = (seller: Pick<MerchantSeller, 'sellerId'>): string =>
  `/v1/sellers/${seller.sellerId}/merchant-ids`;

export async function merchantIdOf(seller: MerchantSeller, channel: MerchantChannel): Promise<Body> {
  const { body } = await seller.client.get(merchantPath(seller));
  return (body.items as { channel: string }[]).find((one) => one.channel === channel);
}

/** Until the merchant ID stands so. */
export function merchantIdIs(seller: MerchantSeller, channel: MerchantChannel, state: string): Promise<Body> {
  return eventually(
    () => merchantIdOf(seller, channel),
    (item: Body) => item?.state === state,
  );
}

/** The channel's staff: the application as it stands there, and what is done with it. */
export function channelStaff(emulatorUrl: string, seller: Pick<MerchantSeller, 'sellerId'>) {
  const control = controlsOf(emulatorUrl);
  const all = async () => {
    const { items } = await control('GET', `/merchant-applications?reference=${seller.sellerId}`);
    return items as Body[];
  };
  const application = (channel: MerchantChannel) =>
    eventually(
      async (): Promise<Body> => (await all()).find((one) => one.channel === channel),
      (one: Body) => one !== undefined,
    );
  return {
    all,
    application,
    does: async (channel: MerchantChannel, act: string, body: unknown = {}): Promise<Body> =>
      control('POST', `/merchant-applications/${(await application(channel)).id as string}/${act}`, body),
    control,
  };
}
