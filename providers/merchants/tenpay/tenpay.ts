import { z } from 'zod';
import type {
  MerchantForm,
  MerchantOnboarding,
  MerchantReason,
  MerchantReport,
  MerchantSubmitted,
} from '../../../domain/ports/merchant-onboarding';
import { ProviderError } from '../../../domain/ports/provider-error';
import type { Surroundings } from '../../http/caller';
import { parsed } from '../../http/parsed';
import { TencentCloud } from '../../tencent-cloud/client';
import { ourField, ourFields } from '../our-fields';

export interface TenpaySettings {
  readonly secretId: string;
  readonly secretKey: string;
  /** 渠道商户ID: the platform's own. */
  readonly channelMerchantId: string;
  readonly baseUrl: string;
}

const reason = z.object({ Field: z.string().max(256), Reason: z.string().max(2_000) });

/** What of the channel's own answer we read; its whole shape is not published. */
const extra = z.object({
  SignUrl: z
    .url({ protocol: /^https$/ })
    .max(1_024)
    .optional(),
  RejectReasons: z.array(reason).optional(),
  MerchantStatus: z.string().optional(),
});

const result = z.object({
  RegistrationStatus: z.enum(['SUCCESS', 'FAILED', 'PROCESSING']),
  RegistrationMessage: z.string().max(4_000).nullish(),
  ChannelRegistrationNo: z.string().min(1).max(128),
  ChannelSubMerchantId: z.string().max(128).nullish(),
  ExternalReturnData: z.string().max(65_536).nullish(),
});

const answer = z.object({ ErrorCode: z.string().optional(), Result: result.nullish() });

/** Their names of what our form has. */
const fieldsOfTheirs: Readonly<Record<string, string>> = {
  OutSubMerchantShortName: ourFields.shortName,
  OutSubMerchantDescription: ourFields.shortName,
  LegalName: ourFields.legalName,
  LegalIdNumber: ourFields.legalIdNumber,
  ServicePhone: ourFields.servicePhone,
  Name: ourFields.administratorName,
  IdNumber: ourFields.administratorIdNumber,
  Mobile: ourFields.administratorMobile,
  Email: ourFields.administratorEmail,
};

/**
 * 财付通商户号 through 云企付 (Tencent Cloud cpdp 2019-08-20): 子商户进件 for the channel TENPAY, paid by corporate bank
 * gateway. Which form the channel itself wants beside the platform's fields is not published.
 */
export function createTenpayMerchants(settings: TenpaySettings, around: Surroundings = {}): MerchantOnboarding {
  return new TenpayMerchants(settings, around);
}

class TenpayMerchants implements MerchantOnboarding {
  readonly channel = 'tenpay';
  readonly wantsPictures = false;
  private readonly cloud: TencentCloud;

  constructor(
    private readonly settings: TenpaySettings,
    around: Surroundings,
  ) {
    const { secretId, secretKey, baseUrl } = settings;
    const service = { party: 'tenpay', service: 'cpdp', version: '2019-08-20' } as const;
    this.cloud = new TencentCloud({ secretId, secretKey, baseUrl, ...service }, around);
  }

  uploadMedia(): Promise<string> {
    return Promise.reject(new ProviderError('refused', 'NO_PICTURES'));
  }

  submit(form: MerchantForm): Promise<MerchantSubmitted> {
    return this.cloud.ask<MerchantSubmitted>({
      action: 'CreateOpenBankExternalSubMerchantRegistration',
      // The same number asks about the same registration.
      isRepeatable: true,
      body: this.registrationOf(form),
      read: (response) => {
        const found = resultOf(response);
        const report = reportOf(found);
        // Who asks again hears how it stands.
        if (report.standing === 'rejected') return { kind: 'rejected', reasons: report.reasons };
        return { kind: 'accepted', providerId: found.ChannelRegistrationNo };
      },
    });
  }

  query(requestNumber: string): Promise<MerchantReport | undefined> {
    return this.cloud.ask<MerchantReport | undefined>({
      action: 'QueryOpenBankExternalSubMerchantRegistration',
      isRepeatable: true,
      body: { ChannelMerchantId: this.settings.channelMerchantId, OutRegistrationNo: requestNumber },
      read: (response) => reportOf(resultOf(response)),
      meanings: new Map([['ResourceNotFound', undefined]]),
    });
  }

  private registrationOf(form: MerchantForm): object {
    const { account, administrator } = form;
    return {
      OutRegistrationNo: form.requestNumber,
      ChannelMerchantId: this.settings.channelMerchantId,
      OutSubMerchantId: form.sellerId,
      ChannelName: 'TENPAY',
      PaymentMethod: 'EBANK_PAYMENT',
      BusinessLicenseNumber: form.enterpriseCode,
      OutSubMerchantName: form.enterpriseName,
      LegalName: form.legalRepresentative.name,
      OutSubMerchantShortName: form.shortName,
      OutSubMerchantDescription: form.shortName,
      ExternalSubMerchantRegistrationData: JSON.stringify({
        Account: {
          AccountName: form.enterpriseName,
          AccountNumber: account.number,
          BankName: account.bankName,
          BankBranchName: account.branchName,
          BankLocation: account.location,
        },
        LegalIdNumber: form.legalRepresentative.idNumber,
        Administrator: {
          Name: administrator.name,
          IdNumber: administrator.idNumber,
          Mobile: administrator.mobile,
          Email: administrator.email,
        },
        ServicePhone: form.servicePhone,
      }),
    };
  }
}

type Result = z.infer<typeof result>;

function resultOf(response: unknown): Result {
  const found = parsed(answer, response);
  // The product's own errors stand beside an empty result.
  if (found.Result == null) throw new ProviderError('busy', 'NO_RESULT');
  return found.Result;
}

function reportOf(found: Result): MerchantReport {
  const more = extraOf(found.ExternalReturnData);
  const merchantId = found.ChannelSubMerchantId ?? null;
  const report = {
    providerId: found.ChannelRegistrationNo,
    verification: null,
    signUrl: more.SignUrl ?? null,
    merchantId,
    reasons: [],
  };
  switch (found.RegistrationStatus) {
    case 'PROCESSING':
      return { ...report, standing: more.SignUrl === undefined ? 'auditing' : 'to_sign' };
    case 'FAILED':
      return { ...report, standing: 'rejected', reasons: reasonsOf(found, more) };
    case 'SUCCESS':
      // rule: tenpay-success-has-merchant-id
      if (merchantId === null || merchantId === '') throw new ProviderError('untrusted', 'NO_SUB_MERCHANT');
      return { ...report, standing: more.MerchantStatus === 'FROZEN' ? 'frozen' : 'opened' };
  }
}

function reasonsOf(found: Result, more: z.infer<typeof extra>): readonly MerchantReason[] {
  const told = (more.RejectReasons ?? []).map(({ Field: field, Reason: words }) => {
    return { path: ourField(fieldsOfTheirs, field), field, reason: words };
  });
  if (told.length > 0) return told;
  return [{ path: ourFields.none, field: '', reason: found.RegistrationMessage ?? '' }];
}

function extraOf(text: string | null | undefined): z.infer<typeof extra> {
  if (text == null) return {};
  try {
    return extra.parse(JSON.parse(text));
  } catch {
    throw new ProviderError('untrusted', 'ANSWER_SHAPE');
  }
}
