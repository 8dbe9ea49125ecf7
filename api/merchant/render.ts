import { z } from 'zod';
import { merchantChannels, merchantMachine, merchantStates } from '../../domain/merchant/states';
import { allowedCommands } from '../../domain/shared/state-machine';
import { processIdOf } from '../../domain/shared/ids';
import { maskedName, maskedNumber } from '../../domain/seller/identifiers';
import { merchantAbout, merchantRecordsOf, verificationOf, type MerchantRecord } from '../../db/merchant/record';
import { agreementFactsOf } from '../../db/seller/agreements';
import { openSubmission } from '../../db/merchant/submissions';
import { iso, isoTime } from '../http/times';
import type { Services } from '../services';

const formSchema = z.strictObject({
  shortName: z.string(),
  servicePhone: z.string(),
  legalRepresentative: z.strictObject({ name: z.string(), idNumber: z.string() }),
  administrator: z.strictObject({ name: z.string(), idNumber: z.string(), mobile: z.string(), email: z.string() }),
  licenceDocumentId: z.string(),
});

const itemSchema = z.strictObject({
  channel: z.enum(merchantChannels),
  state: z.enum(merchantStates),
  applicationId: z.string(),
  processId: z.string(),
  /** Where the administrator signs, once the channel wants it. */
  signUrl: z.string().optional(),
  merchantId: z.string().optional(),
  /** What the seller is to remit from its corporate account, and until when. */
  accountVerification: z
    .strictObject({
      amountFen: z.int(),
      payeeName: z.string(),
      payeeAccount: z.string(),
      payeeBank: z.string(),
      remark: z.string(),
      deadline: isoTime,
      triesLeft: z.int(),
    })
    .optional(),
  /** What came back, at the fields of the form as it was sent; the words are the channel's. */
  errors: z.array(z.strictObject({ path: z.string(), code: z.string(), reason: z.string() })),
  /** The form, personal data masked. */
  form: formSchema,
  actions: z.array(z.string()),
  createdAt: isoTime,
  updatedAt: isoTime,
});

export const merchantIdsSchema = z.strictObject({ items: z.array(itemSchema) });

/** How a seller's merchant IDs stand; the provider's state is the truth. */
export async function renderMerchantIds(services: Services, sellerId: string) {
  const [records, { overdue }] = await Promise.all([
    merchantRecordsOf(services.db, sellerId),
    agreementFactsOf(services.db, sellerId),
  ]);
  return { items: await Promise.all(records.map((record) => renderMerchantId(services, record, overdue))) };
}

async function renderMerchantId({ db, vault }: Services, record: MerchantRecord, overdue: boolean) {
  const { id, channel, state, signUrl, merchantId, errors } = record;
  const submission = await openSubmission(db, vault, record.submissionId);
  return {
    channel,
    state,
    applicationId: id,
    processId: processIdOf(id),
    // rule: signed-is-signed
    ...(signUrl === null || state !== 'to_sign' ? {} : { signUrl: vault.open(merchantAbout.signUrl(id), signUrl) }),
    ...(merchantId === null ? {} : { merchantId }),
    ...(state === 'verify_account' ? askedOf(record, vault) : {}),
    errors,
    form: masked(submission),
    // rule: overdue-agreement-offers-no-resubmission
    actions: allowedCommands(merchantMachine, state).filter((command) => !(overdue && command === 'resubmit')),
    createdAt: iso(record.createdAt),
    updatedAt: iso(record.updatedAt),
  };
}

function askedOf(record: MerchantRecord, vault: Services['vault']) {
  if (record.verification === null) return {};
  const { deadline, ...asked } = verificationOf(vault.open(merchantAbout.verification(record.id), record.verification));
  return { accountVerification: { ...asked, deadline: iso(deadline), triesLeft: 2 - record.amountTries } };
}

function masked({ licenceDocumentId, form }: Awaited<ReturnType<typeof openSubmission>>) {
  const { shortName, servicePhone, legalRepresentative: legal, administrator } = form;
  return {
    shortName,
    servicePhone,
    legalRepresentative: { name: maskedName(legal.name), idNumber: maskedNumber(legal.idNumber) },
    administrator: {
      name: maskedName(administrator.name),
      idNumber: maskedNumber(administrator.idNumber),
      mobile: maskedNumber(administrator.mobile),
      email: administrator.email.replace(/^(.).*(?=@)/, '$1***'),
    },
    licenceDocumentId,
  };
}
