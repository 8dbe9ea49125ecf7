import { z } from 'zod';
import { maxPriceFen } from '../shared/money';
import { benefitKinds } from './benefit';
import { words } from '../shared/text-schemas';

/**
 * A benefit as an operator enters it. A rights pack has a validity told in its exchange notes, the other kinds have
 * none (guide A, note under 在资源中心采购商品).
 */
export const addBenefitSchema = z
  .strictObject({
    name: words(60),
    kind: z.enum(benefitKinds),
    // rule: price-bounds
    priceFen: z.int().min(1).max(maxPriceFen),
    validity: z.strictObject({ days: z.int().min(1).max(3_650) }).nullable(),
    exchangeNotes: words(2_000),
  })
  .superRefine((benefit, context) => {
    // rule: rights-pack-has-validity
    if (benefit.kind === 'rights_pack' && benefit.validity === null)
      context.addIssue({ code: 'custom', path: ['validity'], message: 'a rights pack needs a validity' });
    // rule: others-have-no-validity
    if (benefit.kind !== 'rights_pack' && benefit.validity !== null)
      context.addIssue({ code: 'custom', path: ['validity'], message: 'only a rights pack has a validity' });
  });
