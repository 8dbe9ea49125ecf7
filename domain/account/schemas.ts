import { z } from 'zod';
import { isMobile, normalisedPhone } from '../seller/identifiers';
import { staffRoles } from '../shared/roles';
import { words } from '../shared/text-schemas';

/** Logins are compared without regard to case. Printable, without spaces. */
export const loginSchema = z.string().regex(/^[\x21-\x7e]{3,64}$/, '3 to 64 visible ASCII characters');

/** argon2 hashes any length; the cap keeps a request from buying hashing time. */
// rule: password-length
export const passwordSchema = z.string().min(10).max(128);

export const signInSchema = z.strictObject({ login: z.string().min(1).max(64), password: z.string().min(1).max(128) });

export const changePasswordSchema = z.strictObject({ current: z.string().min(1).max(128), next: passwordSchema });

/** A mall manager belongs to exactly one enterprise; reviewers and operators to none. */
export const addStaffSchema = z
  .strictObject({
    login: loginSchema,
    password: passwordSchema,
    displayName: words(60),
    roles: z.array(z.enum(staffRoles)).min(1).max(staffRoles.length),
    enterpriseId: z.string().min(1).max(64).optional(),
  })
  .superRefine((staff, context) => {
    // rule: each-role-once
    if (new Set(staff.roles).size !== staff.roles.length)
      context.addIssue({ code: 'custom', path: ['roles'], message: 'each role at most once' });
    const manages = staff.roles.includes('mall_manager');
    // rule: manager-has-enterprise
    if (manages && staff.enterpriseId === undefined)
      context.addIssue({ code: 'custom', path: ['enterpriseId'], message: 'a mall manager needs an enterprise' });
    // rule: others-have-no-enterprise
    if (!manages && staff.enterpriseId !== undefined)
      context.addIssue({ code: 'custom', path: ['enterpriseId'], message: 'only a mall manager has an enterprise' });
  });

/**
 * A mainland mobile number as it is dialled there: 11 digits. A country code in front (+86, 0086) goes, as do the spaces
 * and hyphens people group digits by. Lists of exact prefixes go stale, so there is none.
 */
export const mobileSchema = z
  .string()
  .max(32)
  .transform((text) => normalisedPhone(text).replaceAll('-', ''))
  // rule: mobile-is-one
  .refine(isMobile, 'a mainland mobile number of 11 digits');

/** At most as long as SMTP takes it (RFC 5321 §4.5.3.1). */
// rule: email-is-one
const emailSchema = z.string().max(254).trim().pipe(z.email());

/** „填写注册账号资料，完成注册“: whoever wants to become a seller begins with an account of their own. */
export const registerSchema = z.strictObject({
  login: loginSchema,
  password: passwordSchema,
  displayName: words(60),
  mobile: mobileSchema,
});

/** 联系信息: where notices go beside the product itself (domain.md §2.6: SMS + mail + in-site message). */
export const contactSchema = z
  .strictObject({ mobile: mobileSchema.nullable().optional(), email: emailSchema.nullable().optional() })
  // rule: contact-changes-something
  .refine((changes) => Object.keys(changes).length > 0, 'nothing to change');
export type ContactChange = z.output<typeof contactSchema>;

export const addEnterpriseSchema = z.strictObject({ name: words(60) });

export const addMallSchema = z.strictObject({
  enterpriseId: z.string().min(1).max(64),
  name: words(40),
});
