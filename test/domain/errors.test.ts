import fc from 'fast-check';
import { DomainError, errorCatalogue, errorCodes, errorText, isErrorCode } from '../../domain/shared/errors';

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

describe.each(errorCodes.map((code) => [code, errorCatalogue[code]] as const))('%s', (code, entry) => {
  it('is an upper-case name with a status of the contract', () => {
    expect(code).toMatch(/^[A-Z][A-Z_]*[A-Z]$/);
    expect([400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503]).toContain(entry.status);
  });

  it('speaks both languages about the same facts', () => {
    expect(entry.en).toMatch(/^[A-Z].*\.$/s);
    expect(entry.zh).toMatch(/\p{Script=Han}/u);
    expect(entry.zh).toMatch(/。$/);
    expect(placeholders(entry.zh)).toEqual(placeholders(entry.en));
  });

  it('fills every place, also without facts', () => {
    for (const language of ['en', 'zh-CN'] as const) expect(errorText(code, {}, language)).not.toMatch(/[{}]/);
  });
});

it('says “try again” only where waiting helps', () => {
  const retryable = errorCodes.filter((code) => errorCatalogue[code].retryable);
  expect(retryable.sort()).toEqual(
    ['CASE_STUCK', 'IDEMPOTENCY_IN_FLIGHT', 'INTERNAL', 'PAYMENT_IN_PROGRESS', 'TOO_MANY_REQUESTS', 'TRY_AGAIN'].sort(),
  );
});

it('tells the state and what may be done now', () => {
  const facts = { state: 'stocked', allowed: ['close', 'ship'] };
  expect(errorText('WRONG_STATE', facts, 'en')).toBe(
    'Not possible while the state is stocked; allowed now: close, ship.',
  );
  expect(errorText('WRONG_STATE', facts, 'zh-CN')).toContain('close, ship');
  expect(errorText('WRONG_STATE', { state: 'closed', allowed: [] }, 'en')).toContain('allowed now: –');
  expect(errorText('BALANCE_SHORT', { missingFen: 120 }, 'en')).toContain('120 fen short');
});

it('knows its own codes and no inherited name', () => {
  expect(errorCodes.every(isErrorCode)).toBe(true);
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(isErrorCode(text)).toBe((errorCodes as readonly string[]).includes(text));
    }),
  );
  expect(['toString', 'constructor', '__proto__', 7, null, undefined].map(isErrorCode)).toEqual(Array(6).fill(false));
});

it('carries code and facts', () => {
  const error = new DomainError('MALL_LIMIT_REACHED', { limit: 3 });
  expect(error).toBeInstanceOf(Error);
  expect({ name: error.name, code: error.code, facts: error.facts }).toEqual({
    name: 'DomainError',
    code: 'MALL_LIMIT_REACHED',
    facts: { limit: 3 },
  });
});
