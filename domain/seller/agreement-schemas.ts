import { z } from 'zod';
import { words } from '../shared/text-schemas';

/** „同意并勾选《腾讯云云市场服务商接入协议》“: which version was shown, and whether it was ticked. */
export const agreementSchema = z.strictObject({ agreementVersion: z.string().min(1).max(64), accepted: z.boolean() });

/** A version is a name (`1.0`, `2027-01`). `signBy` is the date by which sellers of earlier versions sign again. */
export const newAgreementSchema = z.strictObject({
  // rule: agreement-version-is-a-name
  version: z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/, '1 to 32 of letters, digits, dots and hyphens'),
  title: words(100),
  text: words(200_000),
  signBy: z.iso.datetime({ offset: true }).nullable(),
});
