import { z } from 'zod';
import { mobileSchema } from '../account/schemas';
import { idNumber, phoneNumber } from '../seller/schemas';
import { utf8Bytes } from '../shared/utf8';
import { merchantChannels } from './states';

/** Short enough to be worth reading; whether the channel can seal it is judged with the facts (422). */
const sealedText = z.string().max(500).trim();

/** 商户简称: at most 64 bytes, which are 21 Chinese characters (domain.md §2.5). */
const shortName = z
  .string()
  .max(64)
  .trim()
  .min(1)
  // rule: short-name-is-short
  .refine((name) => utf8Bytes(name) <= 64, 'at most 64 bytes: 21 Chinese characters');

const email = z.string().max(500).trim().pipe(z.email());

/** One form for every channel: "both forms must carry the same data". */
export const merchantFormSchema = z.strictObject({
  shortName,
  servicePhone: phoneNumber,
  legalRepresentative: z.strictObject({ name: sealedText, idNumber }),
  /** 超级管理员: signs in the end; the legal representative, or somebody authorised. A mobile alone will do. */
  administrator: z.strictObject({ name: sealedText, idNumber, mobile: mobileSchema, email }),
  /** Of the licence, uploaded through `POST /documents`. */
  licenceDocumentId: z.string().max(64),
});
export type MerchantFormInput = z.output<typeof merchantFormSchema>;

/** 开通商户号 at one channel or both. */
export const applyForMerchantIdsSchema = z.strictObject({
  channels: z
    .array(z.enum(merchantChannels))
    .min(1)
    .max(merchantChannels.length)
    .refine((channels) => new Set(channels).size === channels.length, 'each once'),
  form: merchantFormSchema,
});

/** The rejected form again, corrected; it goes under the number it had. */
export const resubmitMerchantFormSchema = z.strictObject({ form: merchantFormSchema });

/** What the seller remitted from its corporate account, in whole fen. */
export const remittedAmountSchema = z.strictObject({ amountFen: z.int().min(1).max(1_000_000) });
