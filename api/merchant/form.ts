import { unsealableFields, isSealable } from '../../domain/merchant/sealable';
import type { MerchantFormInput } from '../../domain/merchant/schemas';
import type { MerchantChannel } from '../../domain/merchant/states';
import { evidenceWords, isEvidence } from '../../domain/document/kinds';
import { DomainError } from '../../domain/shared/errors';
import { documentsOfAccount } from '../../db/document/queries';
import { requireFee } from '../../db/merchant/repository';
import { saveSubmission, type NewSubmission } from '../../db/merchant/submissions';
import { merchantSubjectOf } from '../../db/merchant/subject';
import type { Services } from '../services';

/** domain.md §4.6: pictures of merchant forms. */
const licenceLimitBytes = 400 * 1_024;

/** "先缴纳平台认证费，之后才能开通商户号". */
export function requireFeePaid(services: Services, sellerId: string): Promise<void> {
  return requireFee(services.db, sellerId);
}

/** @throws DomainError CHANNEL_NOT_AVAILABLE: no such channel is configured here */
export function requireConfigured(services: Services, channels: readonly MerchantChannel[], path: string): void {
  const without = channels.filter((channel) => !services.merchantChannels.includes(channel));
  // rule: merchant-ids-by-configured-channels
  if (without.length === 0) return;
  throw new DomainError('CHANNEL_NOT_AVAILABLE', {
    errors: [{ path, code: 'CHANNEL_NOT_AVAILABLE', message: `not available here: ${without.join(', ')}` }],
  });
}

/** What the rows may refuse of a form (422): nobody outside is asked with what cannot be. */
export async function requireForm(services: Services, accountId: string, form: MerchantFormInput): Promise<void> {
  const errors = unsealableFields(form);
  // rule: unsealable-forms-stay-here
  if (errors.length > 0) throw new DomainError('FIELD_NOT_SEALABLE', { errors });
  const [licence] = await documentsOfAccount(services.db, accountId, [form.licenceDocumentId]);
  // rule: merchant-licence-is-the-sellers-own, merchant-licence-can-be-looked-at
  if (licence === undefined || !isEvidence(licence.contentType))
    throw new DomainError('REFERENCE_NOT_FOUND', {
      errors: [{ path: '/form/licenceDocumentId', code: 'REFERENCE_NOT_FOUND', message: evidenceWords }],
    });
  // rule: merchant-licence-is-small
  if (licence.bytes > licenceLimitBytes)
    throw new DomainError('LICENCE_TOO_LARGE', {
      limitBytes: licenceLimitBytes,
      errors: [{ path: '/form/licenceDocumentId', code: 'LICENCE_TOO_LARGE', message: 'too many bytes' }],
    });
}

/** The form with whom it is for, sealed and never changed; a command that is sent again finds what it wrote. */
export async function saveForm(
  services: Services,
  submission: Omit<NewSubmission, 'form' | 'licenceDocumentId'>,
  { licenceDocumentId, ...form }: MerchantFormInput,
): Promise<void> {
  const { db, vault } = services;
  const subject = await merchantSubjectOf(db, vault, submission.sellerId);
  // The fee is paid, so both were accepted before.
  if (subject === undefined) throw new Error(`${submission.sellerId} has paid the fee and has no accepted information`);
  const names = [subject.enterpriseName, subject.account.number];
  if (!names.every(isSealable)) throw new DomainError('FIELD_NOT_SEALABLE', { errors: [] });
  await saveSubmission(db, vault, { ...submission, licenceDocumentId, form: { ...form, ...subject } });
}
