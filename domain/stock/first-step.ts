import { DomainError, type Fault } from '../shared/errors';
import { awardTemplateById } from './award-templates';
import { isPlatform } from './platforms';
import type { FirstStep } from './steps';

/** 电商商城 is for goods the enterprise sells (domain.md §5.1). */
export function purposeTakes(step: Pick<FirstStep, 'purpose' | 'category'>): boolean {
  return step.purpose === 'points_operation' || step.category === 'physical';
}

/**
 * What must fit together in a first step as it would stand, new or revised.
 *
 * @throws DomainError VALIDATION_FAILED at /category, REFERENCE_NOT_FOUND and TEMPLATE_MISMATCH at /awardTemplateId
 */
export function requireFitting(step: FirstStep): void {
  // rule: revised-purpose-takes-category
  if (!purposeTakes(step))
    throw new DomainError('VALIDATION_FAILED', {
      errors: [{ path: '/category', code: 'RULE', message: 'e_commerce is physical' }],
    });
  const template = awardTemplateById(step.awardTemplateId);
  const path = '/awardTemplateId';
  if (template === undefined) throw notFound([{ path, message: 'no such award template' }]);
  // rule: template-of-the-category
  if (template.category !== step.category)
    throw new DomainError('TEMPLATE_MISMATCH', {
      errors: [{ path, code: 'TEMPLATE_MISMATCH', message: `a template of ${template.category}` }],
    });
}

/** @throws DomainError REFERENCE_NOT_FOUND at each platform that is none of the choices */
export function requirePlatforms(ids: readonly string[]): void {
  // rule: platforms-are-known
  const unknown = ids.flatMap((id, at) =>
    isPlatform(id) ? [] : [{ path: `/platforms/${at}`, message: 'no such platform' }],
  );
  if (unknown.length > 0) throw notFound(unknown);
}

/** An id in a body that names nothing the caller may use. */
export function notFound(missing: readonly Omit<Fault, 'code'>[]): DomainError {
  return new DomainError('REFERENCE_NOT_FOUND', {
    errors: missing.map(({ path, message }) => ({ path, code: 'REFERENCE_NOT_FOUND', message })),
  });
}
