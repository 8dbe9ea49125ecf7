import { generalErrors } from './catalogue/general';
import { mallErrors } from './catalogue/mall';
import { marketErrors } from './catalogue/market';
import { operationsErrors } from './catalogue/operations';
import { paymentErrors } from './catalogue/payment';
import { sellerErrors } from './catalogue/seller';

/** The closed catalogue of everything Mallflow refuses or fails with. */
export const errorCatalogue = {
  ...generalErrors,
  ...mallErrors,
  ...marketErrors,
  ...operationsErrors,
  ...paymentErrors,
  ...sellerErrors,
} as const;

export type ErrorCode = keyof typeof errorCatalogue;

export const errorCodes = Object.keys(errorCatalogue) as readonly ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorCatalogue, value);
}

/** One fault in a request: `path` is a JSON Pointer into the body, or names a member of the query or a header likewise. */
export interface Fault {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

/** Facts of a refusal, as they stand in the problem document: plain JSON, no personal data. */
export type ErrorFacts = Readonly<Record<string, unknown>>;

/** The one error of the domain: a code of the catalogue and the facts that explain it. */
export class DomainError extends Error {
  override readonly name = 'DomainError';

  constructor(
    readonly code: ErrorCode,
    readonly facts: ErrorFacts = {},
  ) {
    super(code);
  }
}

export type Language = 'en' | 'zh-CN';

/** The catalogue's text with the facts filled in. */
export function errorText(code: ErrorCode, facts: ErrorFacts, language: Language): string {
  const entry = errorCatalogue[code];
  const template = language === 'en' ? entry.en : entry.zh;
  return template.replace(/\{(\w+)\}/g, (_, name: string) => factText(facts[name]));
}

function factText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.join(', ');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–';
}
