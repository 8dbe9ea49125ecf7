import { z } from 'zod';
import { mobileSchema } from '../account/schemas';
import {
  isCorporateAccount,
  isIdNumber,
  isPhone,
  isUnifiedSocialCreditCode,
  normalisedAccountNumber,
  normalisedCode,
  normalisedPhone,
} from './identifiers';
import { words } from '../shared/text-schemas';

/** Text of a form as people type it: ends trimmed, 1 to `max` characters. */

/** Forms are read leniently and kept in one spelling. The input is bounded before anything is done with it. */
const normalised = (normalise: (text: string) => string, max: number) => z.string().max(max).transform(normalise);

/** 统一社会信用代码; normalised to half width and upper case. A wrong check digit is refused whoever shows it. */
export const unifiedSocialCreditCode = normalised(normalisedCode, 64).refine(
  isUnifiedSocialCreditCode,
  'a 统一社会信用代码: 18 characters with a right check digit',
);

/** Mobile, fixed line with area code, 400 or 95 number. */
export const phoneNumber = normalised(normalisedPhone, 32).refine(isPhone, 'a mainland phone number');

/** 对公账号: digits alone once blanks and hyphens are gone. */
export const corporateAccountNumber = normalised(normalisedAccountNumber, 64).refine(
  isCorporateAccount,
  'an account number of 8 to 32 digits',
);

/** 居民身份证号, 15 or 18 characters. */
export const idNumber = normalised(normalisedCode, 32).refine(isIdNumber, 'an ID number with a right check digit');

const enterpriseName = z.string().max(200).transform(halfWidthEnds).pipe(z.string().min(1).max(120));
const personName = words(60);
const documentId = z.string().max(64);

function halfWidthEnds(text: string): string {
  return text.replaceAll('\u3000', ' ').trim();
}

const bankPlace = { bankName: words(60), branchName: words(120), location: words(60) };

const subject = {
  enterpriseName,
  unifiedSocialCreditCode,
  /** Of the licence, uploaded through `POST /documents`. */
  licenceDocumentId: documentId,
};

/** 企业实名认证 by one of two methods (domain.md §2.2). */
export const verificationSchema = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('corporate_transfer'),
    ...subject,
    contactName: personName,
    contactMobile: mobileSchema,
    bank: z.strictObject({ accountNumber: corporateAccountNumber, ...bankPlace }),
  }),
  z.strictObject({
    method: z.literal('legal_person_scan'),
    ...subject,
    legalRepresentative: z.strictObject({ name: personName, idNumber }),
  }),
]);
export type VerificationForm = z.output<typeof verificationSchema>;

/** The sum that arrived, in fen: whole, 0.01–0.99 yuan. */
export const transferAmountSchema = z.strictObject({ amountFen: z.int().min(1).max(99) });

/** 填写信息: "统一社会信用代码、联系人名称、联系电话、银行信息等信息". */
export const companyInformationSchema = z.strictObject({
  unifiedSocialCreditCode,
  contactName: personName,
  contactPhone: phoneNumber,
  bank: z.strictObject({ accountName: enterpriseName, accountNumber: corporateAccountNumber, ...bankPlace }),
  /** 开户许可证 or another proof of the bank; banks no longer issue the former to companies. */
  bankProofDocumentId: documentId.optional(),
});
export type CompanyInformationForm = z.output<typeof companyInformationSchema>;
