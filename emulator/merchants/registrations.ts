import { createHash } from 'node:crypto';
import { z } from 'zod';
import { cloudAction } from '../tencent-cloud/pipeline';
import { CloudRefusal } from '../tencent-cloud/refusal';
import type { Application, Applications } from './applications';

/** 云企付 子商户进件 (cloud.tencent.com/document/product/1122: cpdp 2019-08-20); what the channel itself wants is not published. */

const text = (longest: number) => z.string().min(1).max(longest);
const number = z.string().regex(/^[0-9A-Za-z_-]{1,64}$/);
const environment = z.enum(['release', 'sandbox']).optional();

const registration = z.strictObject({
  OutRegistrationNo: number,
  ChannelMerchantId: text(64),
  OutSubMerchantId: number,
  ChannelName: z.literal('TENPAY'),
  PaymentMethod: z.literal('EBANK_PAYMENT'),
  BusinessLicenseNumber: z.string().regex(/^[0-9A-Z]{15,18}$/),
  OutSubMerchantName: text(128),
  LegalName: text(64),
  OutSubMerchantShortName: text(64),
  OutSubMerchantDescription: text(256),
  ExternalSubMerchantRegistrationData: text(16_384).optional(),
  NotifyUrl: z.url().optional(),
  Environment: environment,
});

const question = z.strictObject({
  ChannelMerchantId: text(64),
  OutRegistrationNo: number.optional(),
  ChannelRegistrationNo: text(64).optional(),
  Environment: environment,
});

/** What the channel wants beside the platform's fields: the corporate account, the administrator. */
const data = z.strictObject({
  Account: z.strictObject({
    AccountName: text(128),
    AccountNumber: z.string().regex(/^\d{8,32}$/),
    BankName: text(128),
    BankBranchName: text(128),
    BankLocation: text(128),
  }),
  LegalIdNumber: text(32),
  Administrator: z.strictObject({
    Name: text(64),
    IdNumber: text(32),
    Mobile: z.string().regex(/^1\d{10}$/),
    Email: text(254),
  }),
  ServicePhone: text(32),
});

export class Registrations {
  constructor(
    private readonly applications: Applications,
    private readonly channelMerchantId: string,
  ) {}

  readonly create = cloudAction({
    service: 'cpdp',
    version: '2019-08-20',
    place: 'tenpay_submit',
    body: registration,
    work: async (body) => {
      this.requireOurs(body.ChannelMerchantId);
      const details = dataOf(body.ExternalSubMerchantRegistrationData);
      if (details.Account.AccountName !== body.OutSubMerchantName)
        throw new CloudRefusal('InvalidParameterValue', 'The value of the parameter `AccountName` is not valid.');
      const before = this.applications.of('tenpay', body.OutRegistrationNo);
      if (before !== undefined && before.state !== 'rejected') return answered(before);
      const application = await this.applications.take({
        channel: 'tenpay',
        number: body.OutRegistrationNo,
        name: body.OutSubMerchantName,
        code: body.BusinessLicenseNumber,
        legalName: body.LegalName,
        shortName: body.OutSubMerchantShortName,
        accountNumber: details.Account.AccountNumber,
        terms: createHash('sha256').update(JSON.stringify(body)).digest('hex'),
      });
      return answered(application);
    },
  });

  readonly query = cloudAction({
    service: 'cpdp',
    version: '2019-08-20',
    place: 'tenpay_query',
    body: question,
    work: async (body) => {
      this.requireOurs(body.ChannelMerchantId);
      const found =
        body.OutRegistrationNo === undefined
          ? this.applications.byId(body.ChannelRegistrationNo ?? '')
          : this.applications.of('tenpay', body.OutRegistrationNo);
      if (found === undefined) throw new CloudRefusal('ResourceNotFound', '进件不存在');
      return answered(found);
    },
  });

  private requireOurs(channelMerchantId: string): void {
    if (channelMerchantId !== this.channelMerchantId)
      throw new CloudRefusal('ResourceNotFound.MerchantInfoNotFound', '商户信息不存在');
  }
}

function dataOf(given: string | undefined): z.infer<typeof data> {
  try {
    return data.parse(JSON.parse(given ?? ''));
  } catch {
    const name = 'ExternalSubMerchantRegistrationData';
    throw new CloudRefusal('InvalidParameterValue', `The value of the parameter \`${name}\` is not valid.`);
  }
}

const statuses = {
  checking: 'PROCESSING',
  auditing: 'PROCESSING',
  verify_account: 'PROCESSING',
  to_sign: 'PROCESSING',
  rejected: 'FAILED',
  opened: 'SUCCESS',
  frozen: 'SUCCESS',
} as const;

function answered(application: Application) {
  const { id, state, reasons, merchantId } = application;
  const extra = {
    ...(state === 'to_sign' ? { SignUrl: `https://www.tenpay.com/sign/${id}` } : {}),
    ...(state === 'rejected'
      ? { RejectReasons: reasons.map(({ field, reason }) => ({ Field: field, Reason: reason })) }
      : {}),
    ...(state === 'frozen' ? { MerchantStatus: 'FROZEN' } : {}),
  };
  return {
    ErrorCode: 'SUCCESS',
    ErrorMessage: '',
    Result: {
      RegistrationStatus: statuses[state],
      RegistrationMessage: reasons.map(({ reason }) => reason).join('；') || null,
      ChannelRegistrationNo: id,
      ChannelSubMerchantId: state === 'opened' || state === 'frozen' ? merchantId : null,
      ExternalReturnData: Object.keys(extra).length === 0 ? null : JSON.stringify(extra),
    },
  };
}
