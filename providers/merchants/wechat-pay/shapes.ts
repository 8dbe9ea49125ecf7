import { z } from 'zod';
import type { MerchantReport, MerchantStanding } from '../../../domain/ports/merchant-onboarding';
import { ProviderError } from '../../../domain/ports/provider-error';
import { ourField, ourFields } from '../our-fields';

/** What we read of the channel's documents: strict in that, careless of whatever else is in them. */

const text = (longest: number) => z.string().min(1).max(longest);
/** Longer than a number can be: it comes as the text it had in the document. */
const applymentId = z.string().regex(/^\d{1,32}$/);

const mediaAnswer = z.object({ media_id: text(512) });
const submitAnswer = z.object({ applyment_id: applymentId });

const standings = {
  CHECKING: 'checking',
  ACCOUNT_NEED_VERIFY: 'verify_account',
  AUDITING: 'auditing',
  REJECTED: 'rejected',
  NEED_SIGN: 'to_sign',
  FINISH: 'opened',
  FROZEN: 'frozen',
} as const satisfies Readonly<Record<string, MerchantStanding>>;

/** `2018-12-10 17:09:01`, in the channel's zone. */
const deadline = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/)
  .transform((value) => new Date(`${value.replace(' ', 'T')}+08:00`))
  .refine((value) => !Number.isNaN(value.getTime()));

const remittance = z.object({
  pay_amount: z.int().min(1),
  destination_account_number: text(64),
  destination_account_name: text(128),
  destination_account_bank: text(128),
  remark: text(128),
  deadline,
});

const queryAnswer = z.object({
  applyment_state: z.enum(Object.keys(standings) as (keyof typeof standings)[]),
  out_request_no: text(124),
  applyment_id: applymentId,
  sign_url: z
    .url({ protocol: /^https$/ })
    .max(1_024)
    .optional(),
  sub_mchid: z
    .string()
    .regex(/^[0-9A-Za-z]{1,32}$/)
    .optional(),
  account_validation: remittance.optional(),
  audit_detail: z.array(z.object({ param_name: text(128), reject_reason: text(2_000) })).optional(),
});

const paramError = z.object({
  message: z.string().max(2_000),
  detail: z.object({ field: z.string().max(256), issue: z.string().max(2_000).optional() }),
});

/** Their names of what our form has. What is not here is of no field of ours. */
export const fieldsOfTheirs: Readonly<Record<string, string>> = {
  merchant_shortname: ourFields.shortName,
  store_name: ourFields.shortName,
  legal_person: ourFields.legalName,
  id_card_name: ourFields.legalName,
  id_card_number: ourFields.legalIdNumber,
  contact_name: ourFields.administratorName,
  contact_id_card_number: ourFields.administratorIdNumber,
  mobile_phone: ourFields.administratorMobile,
  contact_email: ourFields.administratorEmail,
  business_license_copy: ourFields.licence,
  business_license_info: ourFields.licence,
  service_phone: ourFields.servicePhone,
};

export function uploaded(body: unknown): string {
  return understood(mediaAnswer, body).media_id;
}

export function submitted(body: unknown): string {
  return understood(submitAnswer, body).applyment_id;
}

/** The fault a refusal names; undefined when it names none. */
export function refusedForm(body: unknown): { field: string; reason: string } | undefined {
  const found = paramError.safeParse(body);
  return found.success ? { field: found.data.detail.field, reason: found.data.message } : undefined;
}

export function reportOf(body: unknown, requestNumber: string): MerchantReport {
  const found = understood(queryAnswer, body);
  // rule: wechat-pay-merchant-report-is-about-it
  if (found.out_request_no !== requestNumber) throw new ProviderError('untrusted', 'OTHER_APPLICATION');
  const standing = standings[found.applyment_state];
  const asked = found.account_validation;
  // rule: wechat-pay-finished-has-merchant-id
  if (standing === 'opened' && found.sub_mchid === undefined) throw new ProviderError('untrusted', 'NO_SUB_MCHID');
  if (standing === 'verify_account' && asked === undefined)
    throw new ProviderError('untrusted', 'NO_ACCOUNT_VALIDATION');
  return {
    providerId: found.applyment_id,
    standing,
    verification:
      asked === undefined
        ? null
        : {
            amountFen: asked.pay_amount,
            payeeName: asked.destination_account_name,
            payeeAccount: asked.destination_account_number,
            payeeBank: asked.destination_account_bank,
            remark: asked.remark,
            deadline: asked.deadline,
          },
    signUrl: found.sign_url ?? null,
    merchantId: found.sub_mchid ?? null,
    reasons: (found.audit_detail ?? []).map(({ param_name: field, reject_reason: reason }) => {
      return { path: ourField(fieldsOfTheirs, field), field, reason };
    }),
  };
}

function understood<S extends z.ZodType>(schema: S, body: unknown): z.output<S> {
  const result = schema.safeParse(body);
  if (!result.success) throw new ProviderError('untrusted', 'ANSWER_SHAPE');
  return result.data;
}
