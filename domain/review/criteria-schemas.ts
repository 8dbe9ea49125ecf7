import { z } from 'zod';
import { bodySchemas } from '../product/schemas';
import { deliveryTypes } from '../product/states';
import { shopBodySchema } from '../shop/schemas';
import { words } from '../shared/text-schemas';

const criterionSchema = z.strictObject({
  zh: words(300, 2),
  en: words(300, 2),
  /** JSON Pointers of what it is about, with all that is below them: there its seller reads why it is not met. */
  fields: z.array(z.string()).min(1).max(30),
});

/**
 * A new version of what reviewers go by: of shops, or of the products of one delivery type. Its place in the list is a
 * criterion's number, which a verdict names.
 */
export const newCriteriaSchema = z
  .strictObject({
    kind: z.enum(['shop', 'product']),
    deliveryType: z.enum(deliveryTypes).nullable(),
    criteria: z.array(criterionSchema).min(1).max(50),
  })
  .superRefine(({ kind, deliveryType, criteria }, context) => {
    // rule: criteria-are-of-a-type
    if ((kind === 'product') !== (deliveryType !== null)) {
      context.addIssue({
        ...{ code: 'custom', path: ['deliveryType'] },
        message: kind === 'product' ? `one of ${deliveryTypes.join(', ')} for products` : 'for products alone',
      });
      return;
    }
    const known = Object.keys((deliveryType === null ? shopBodySchema : bodySchemas[deliveryType]).shape);
    for (const [at, { fields }] of criteria.entries())
      for (const [nth, field] of fields.entries())
        // rule: criteria-name-fields
        if (!known.includes(/^\/(\w+)(\/\w+)*$/.exec(field)?.[1] ?? ''))
          context.addIssue({
            ...{ code: 'custom', path: ['criteria', at, 'fields', nth] },
            message: `a JSON Pointer of one of ${known.join(', ')}`,
          });
  });

export type NewCriteria = z.output<typeof newCriteriaSchema>;
