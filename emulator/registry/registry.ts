import { z } from 'zod';
import type { Books } from '../books/books';
import type { Shelf } from '../books/shelf';
import { cloudAction } from '../tencent-cloud/pipeline';
import { isCreditCode } from './credit-code';

export const enterpriseStates = ['active', 'revoked', 'cancelled', 'other', 'unknown'] as const;

/** What the register says of a code. `unknown`: it is not in this copy (yet). */
export interface Enterprise {
  readonly name: string;
  readonly legalRepresentative: string;
  readonly state: (typeof enterpriseStates)[number];
}

const text = (longest: number) => z.string().min(1).max(longest);

const body = z
  .strictObject({
    CreditCode: text(32),
    EntName: text(256),
    LrName: text(256).optional(),
    VerifyType: z.enum(['ENT_2META', 'ENT_3META']).default('ENT_3META'),
  })
  .refine((question) => question.VerifyType === 'ENT_2META' || question.LrName !== undefined, {
    path: ['LrName'],
    message: 'is asked for',
  });
type Question = z.infer<typeof body>;

/** 企业状态, as the two-element check tells it. */
const twoElementStates = { active: '1', revoked: '4', cancelled: '3', other: '0' } as const;
const noResult = { StatusCode: 2 } as const;
/** What the register says when the elements do not belong together is not published; this is its word for 无法查询. */
const mismatch = { StatusCode: 0, VerifyResult: 0, OperatingStatus: '/' } as const;

/** 营业执照核验（企业三要素）, cloud.tencent.com/document/api/866/132862. */
export class Registry {
  private readonly shelf: Shelf<Enterprise>;

  constructor(books: Books) {
    this.shelf = books.shelf('enterprises');
  }

  all(): readonly (Enterprise & { readonly code: string })[] {
    return this.shelf.entries().map(([code, enterprise]) => ({ code, ...enterprise }));
  }

  async put(code: string, enterprise: Enterprise): Promise<void> {
    await this.shelf.put(code, enterprise);
  }

  async forget(code: string): Promise<void> {
    await this.shelf.remove(code);
  }

  readonly action = cloudAction({
    service: 'ocr',
    version: '2018-11-19',
    place: 'registry_check',
    body,
    work: async (question, fault) => (fault(['not_found']) === undefined ? this.check(question) : noResult),
  });

  private check(question: Question) {
    const { CreditCode: code, EntName: name, LrName: person, VerifyType: type } = question;
    // Whom nobody has told us about is a going concern under the name that is asked for, if such a code can be.
    const assumed = {
      name,
      legalRepresentative: person ?? '',
      state: isCreditCode(code) ? 'active' : 'unknown',
    } as const;
    const enterprise = this.shelf.get(code) ?? assumed;
    const { state } = enterprise;
    if (state === 'unknown') return noResult;
    const isSame = enterprise.name === name && (type === 'ENT_2META' || enterprise.legalRepresentative === person);
    if (!isSame) return mismatch;
    const operating = type === 'ENT_2META' ? twoElementStates[state] : state === 'active' ? '1' : '2';
    return { StatusCode: 0, VerifyResult: 1, OperatingStatus: operating };
  }
}
