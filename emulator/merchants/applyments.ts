import { constants, createHash, privateDecrypt } from 'node:crypto';
import { z } from 'zod';
import type { Identity } from '../keys/identity';
import { paramError, Refusal } from '../wechat/refusal';
import { keyNamed } from '../wechat/signing';
import { shanghaiTime } from '../wechat/time';
import type { Application, Applications, ApplicationState } from './applications';
import type { Media } from './media';

/** 收付通 二级商户进件: what a form must look like (pay.weixin.qq.com/doc/v3/partner/4015616688). Unknown fields are refused. */

const characters = (from: number, to: number) =>
  z.string().refine((value) => {
    const length = Array.from(value).length;
    return length >= from && length <= to;
  }, `must have ${from} to ${to} characters`);
const sealed = z.string().min(1).max(1_024);
const media = z.string().min(1).max(256);
const day = z.string().regex(/^(?:\d{4}-\d{2}-\d{2}|长期)$/, 'must be a day or 长期');

const formBody = z.strictObject({
  out_request_no: z.string().regex(/^[0-9A-Za-z_-]{1,124}$/, 'must be 1 to 124 letters and digits'),
  organization_type: z.enum(['2', '4', '3', '2502', '1708']),
  finance_institution: z.boolean().optional(),
  business_license_info: z.strictObject({
    cert_type: z.string().optional(),
    business_license_copy: media,
    business_license_number: z.string().regex(/^(?:\d{15}|[0-9A-Z]{18})$/, 'must be 15 digits or 18 of 0-9 A-Z'),
    merchant_name: characters(2, 110),
    legal_person: characters(1, 60),
    company_address: z.string().optional(),
    business_time: z.string().optional(),
  }),
  id_doc_type: z.literal('IDENTIFICATION_TYPE_IDCARD').optional(),
  // The pictures of the ID and its term are asked for by the real interface; our form does not have them.
  id_card_info: z.strictObject({
    id_card_copy: media.optional(),
    id_card_national: media.optional(),
    id_card_name: sealed,
    id_card_number: sealed,
    id_card_valid_time_begin: day.optional(),
    id_card_valid_time: day.optional(),
  }),
  owner: z.boolean().optional(),
  account_info: z.strictObject({
    bank_account_type: z.enum(['74', '75']),
    account_bank: characters(1, 128),
    account_name: sealed,
    bank_address_code: z
      .string()
      .regex(/^\d{6}$/)
      .optional(),
    bank_branch_id: z
      .string()
      .regex(/^\d{12}$/)
      .optional(),
    bank_name: characters(1, 128).optional(),
    account_number: sealed,
  }),
  contact_info: z.strictObject({
    contact_type: z.enum(['65', '66']),
    contact_name: sealed,
    contact_id_doc_type: z.literal('IDENTIFICATION_TYPE_IDCARD').optional(),
    contact_id_card_number: sealed,
    mobile_phone: sealed,
    contact_email: sealed.optional(),
  }),
  sales_scene_info: z
    .strictObject({
      store_name: characters(1, 256),
      store_url: z.url().max(1_024).optional(),
      store_qr_code: media.optional(),
    })
    .refine(({ store_url: url, store_qr_code: code }) => url !== undefined || code !== undefined, {
      path: ['store_url'],
      message: 'either store_url or store_qr_code',
    }),
  merchant_shortname: z
    .string()
    .min(1)
    .refine((name) => Buffer.byteLength(name) <= 64, 'must have at most 64 bytes'),
  qualifications: z.array(media).optional(),
  business_addition_pics: z.array(media).optional(),
  business_addition_desc: z.string().optional(),
});
type Form = z.infer<typeof formBody>;

const idNumber = /^(?:\d{15}|\d{17}[\dX])$/;
const words: Readonly<Record<ApplicationState, readonly [string, string]>> = {
  checking: ['CHECKING', '资料校验中'],
  verify_account: ['ACCOUNT_NEED_VERIFY', '待账户验证'],
  auditing: ['AUDITING', '审核中'],
  rejected: ['REJECTED', '已驳回'],
  to_sign: ['NEED_SIGN', '待签约'],
  opened: ['FINISH', '完成'],
  frozen: ['FROZEN', '已冻结'],
};

export class Applyments {
  constructor(
    private readonly identity: Identity,
    private readonly applications: Applications,
    private readonly media: Media,
  ) {}

  /** @throws Refusal */
  async submit(body: unknown, serial: string | undefined): Promise<Readonly<Record<string, unknown>>> {
    const form = parsedForm(body);
    if (serial === undefined)
      throw paramError('Wechatpay-Serial', 'is missing: what is sealed needs its key', 'header');
    const opened = this.opened(form, serial);
    this.judge(form, opened);
    const before = this.applications.of('wechat_pay', form.out_request_no);
    if (before !== undefined && before.state !== 'rejected')
      throw new Refusal(400, 'INVALID_REQUEST', '该业务申请编号的申请单正在处理或已完成，不能重复提交');
    const { business_license_info: licence } = form;
    const application = await this.applications.take({
      channel: 'wechat_pay',
      number: form.out_request_no,
      name: licence.merchant_name,
      code: licence.business_license_number,
      legalName: licence.legal_person,
      shortName: form.merchant_shortname,
      accountNumber: opened.accountNumber,
      terms: createHash('sha256')
        .update(JSON.stringify([licence, form.merchant_shortname, opened]))
        .digest('hex'),
    });
    return { applyment_id: application.id, out_request_no: application.number };
  }

  /** @throws Refusal */
  async query(application: Application | undefined): Promise<Readonly<Record<string, unknown>>> {
    if (application === undefined) throw new Refusal(404, 'APPLYMENT_NOTEXIST', '申请单不存在');
    const [state, description] = words[application.state];
    await this.applications.reviewed(application);
    const isSignable = application.state === 'to_sign' || application.state === 'opened';
    return {
      applyment_state: state,
      applyment_state_desc: description,
      out_request_no: application.number,
      applyment_id: application.id,
      sign_state: application.state === 'opened' ? 'SIGNED' : isSignable ? 'UNSIGNED' : 'NOT_SIGNABLE',
      ...(isSignable && application.merchantId !== null
        ? {
            sub_mchid: application.merchantId,
            sign_url: `https://pay.weixin.qq.com/public/apply4ec_sign/s?applymentId=${application.id}`,
          }
        : {}),
      ...(application.state === 'rejected'
        ? {
            audit_detail: application.reasons.map(({ field, reason }) => ({
              param_name: field,
              reject_reason: reason,
            })),
          }
        : {}),
      ...(application.remittance === null
        ? {}
        : { account_validation: remittanceOf(application, application.remittance) }),
    };
  }

  private opened(form: Form, serial: string): OpenedFields {
    const key = keyNamed(this.identity, serial) ?? this.identity.publicKeyMode;
    const open = (path: string, text: string): string => {
      try {
        const padding = { key: key.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
        const plain = privateDecrypt(padding, Buffer.from(text, 'base64')).toString('utf8');
        if (plain !== '') return plain;
      } catch {
        // Told below: it was not sealed for us.
      }
      throw paramError(path, 'is not sealed with the key named by Wechatpay-Serial', 'body');
    };
    const { id_card_info: card, account_info: account, contact_info: contact } = form;
    return {
      cardName: open('/id_card_info/id_card_name', card.id_card_name),
      cardNumber: open('/id_card_info/id_card_number', card.id_card_number),
      accountName: open('/account_info/account_name', account.account_name),
      accountNumber: open('/account_info/account_number', account.account_number),
      contactName: open('/contact_info/contact_name', contact.contact_name),
      contactNumber: open('/contact_info/contact_id_card_number', contact.contact_id_card_number),
      mobile: open('/contact_info/mobile_phone', contact.mobile_phone),
      email: contact.contact_email === undefined ? '' : open('/contact_info/contact_email', contact.contact_email),
    };
  }

  private judge(form: Form, opened: OpenedFields): void {
    const wrong = (path: string, issue: string): never => {
      throw paramError(path, issue, 'body');
    };
    const { business_license_info: licence, account_info: account, contact_info: contact } = form;
    if (!this.media.knows(licence.business_license_copy))
      wrong('/business_license_info/business_license_copy', 'is no media id');
    if (!idNumber.test(opened.cardNumber)) wrong('/id_card_info/id_card_number', 'is no ID number');
    if (opened.cardName !== licence.legal_person) wrong('/id_card_info/id_card_name', 'is not the legal person');
    if (!idNumber.test(opened.contactNumber)) wrong('/contact_info/contact_id_card_number', 'is no ID number');
    if (!/^1\d{10}$/.test(opened.mobile)) wrong('/contact_info/mobile_phone', 'must have 11 digits');
    if (form.organization_type === '2' && opened.email === '') wrong('/contact_info/contact_email', 'is missing');
    if (opened.email !== '' && !/^[^@\s]+@[^@\s]+$/.test(opened.email))
      wrong('/contact_info/contact_email', 'is no e-mail address');
    if (form.organization_type === '2' && account.bank_account_type !== '74')
      wrong('/account_info/bank_account_type', 'must be a corporate account');
    if (opened.accountName !== licence.merchant_name)
      wrong('/account_info/account_name', 'is not the name of the licence');
    if (!/^\d{8,32}$/.test(opened.accountNumber)) wrong('/account_info/account_number', 'must be digits');
    const isLegalPerson = opened.contactName === opened.cardName && opened.contactNumber === opened.cardNumber;
    if (contact.contact_type === '65' && !isLegalPerson) wrong('/contact_info/contact_name', 'is not the legal person');
    for (const [path, until] of [['/id_card_info/id_card_valid_time', form.id_card_info.id_card_valid_time]] as const)
      if (until !== undefined && until !== '长期' && Date.parse(until) - Date.now() <= 60 * 86_400_000)
        wrong(path, 'must end more than 60 days ahead');
  }
}

interface OpenedFields {
  readonly cardName: string;
  readonly cardNumber: string;
  readonly accountName: string;
  readonly accountNumber: string;
  readonly contactName: string;
  readonly contactNumber: string;
  readonly mobile: string;
  readonly email: string;
}

function parsedForm(body: unknown): Form {
  const result = formBody.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  throw paramError(
    `/${[...(issue?.path ?? []), ...unknown.slice(0, 1)].join('/')}`,
    issue?.message ?? 'is wrong',
    'body',
  );
}

function remittanceOf(
  application: Application,
  { amountFen, remark, deadline }: NonNullable<Application['remittance']>,
) {
  return {
    account_name: application.name,
    account_no: `****${application.accountNumber.slice(-4)}`,
    pay_amount: amountFen,
    destination_account_number: '7222223333322332',
    destination_account_name: '财付通支付科技有限公司',
    destination_account_bank: '招商银行威盛大厦支行',
    city: '深圳',
    remark,
    deadline: shanghaiTime(deadline).slice(0, 19).replace('T', ' '),
  };
}
