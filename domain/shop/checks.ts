import type { FieldProblem } from '../market/field-problem';
import { textProblems } from '../product/checks';
import type { ShopBody } from './schemas';

const readByBuyers = ['name', 'headline', 'slogan', 'businessScope', 'introduction'] as const;

/** What the machine's own rules find in a shop: its reviewer sees it, and nothing with a problem is approved by policy. */
export function checkShop(body: ShopBody): FieldProblem[] {
  // rule: shop-texts-are-checked
  return readByBuyers.flatMap((field) => textProblems({ path: `/${field}`, text: body[field] ?? '' }));
}
