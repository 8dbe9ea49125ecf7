import { parseCodes, type CodeFault } from '../../domain/stock/codes';
import { DomainError } from '../../domain/shared/errors';

const linesOf = (file: string) => parseCodes(file).map(({ line, text }) => [line, text]);

function refusalOf(file: string): DomainError {
  try {
    parseCodes(file);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('not refused');
}

function faultsOf(file: string): [number, string][] {
  const { code, facts } = refusalOf(file);
  expect(code).toBe('CODES_REJECTED');
  return (facts['errors'] as (CodeFault & { path: string })[]).map(({ path, line, code: fault }) => {
    expect(path).toBe(`/${line}`);
    return [line, fault];
  });
}

describe('a file of codes', () => {
  it.each([
    [
      'A\nB\n',
      [
        [1, 'A'],
        [2, 'B'],
      ],
    ],
    [
      'A\r\nB',
      [
        [1, 'A'],
        [2, 'B'],
      ],
    ],
    [
      'A\rB\r',
      [
        [1, 'A'],
        [2, 'B'],
      ],
    ],
    [
      '\uFEFFA\n\n \t\n  B  \n',
      [
        [1, 'A'],
        [4, 'B'],
      ],
    ],
    ['\n\nA', [[3, 'A']]],
    [
      'A B\na b',
      [
        [1, 'A B'],
        [2, 'a b'],
      ],
    ],
    ['𝒜'.repeat(128), [[1, '𝒜'.repeat(128)]]],
  ])('%j is read by physical lines', (file, expected) => {
    expect(linesOf(file)).toEqual(expected);
  });

  it.each<[string, [number, string][]]>([
    ['', [[1, 'EMPTY']]],
    ['\uFEFF\r\n\n \n', [[1, 'EMPTY']]],
    ['A\n\u200B\nB', [[2, 'EMPTY']]],
    ['A\n\u0007', [[2, 'EMPTY']]],
    [`A\n${'x'.repeat(129)}`, [[2, 'TOO_LONG']]],
    [
      'A\n\nB\n A\nB',
      [
        [4, 'DUPLICATE'],
        [5, 'DUPLICATE'],
      ],
    ],
    [
      `\u200B\nA\nA\n${'x'.repeat(200)}`,
      [
        [1, 'EMPTY'],
        [3, 'DUPLICATE'],
        [4, 'TOO_LONG'],
      ],
    ],
  ])('%j is refused with its lines', (file, expected) => {
    expect(faultsOf(file)).toEqual(expected);
  });

  it('never shows a code, and tells the first hundred faults and how many there are', () => {
    const { facts } = refusalOf('SECRET\n'.repeat(151));
    expect(facts['errors']).toHaveLength(100);
    expect(facts['rejected']).toBe(150);
    expect(JSON.stringify(facts)).not.toContain('SECRET');
  });

  it('has at most 100,000 codes', () => {
    const codes = (count: number) => Array.from({ length: count }, (_, n) => `c${n}`).join('\n');
    expect(parseCodes(codes(100_000))).toHaveLength(100_000);
    expect(refusalOf(codes(100_001))).toMatchObject({ code: 'TOO_LARGE', facts: { limitCodes: 100_000 } });
  });

  it('of nothing but line ends costs no memory for each', () => {
    expect(faultsOf('\n'.repeat(2_000_000))).toEqual([[1, 'EMPTY']]);
  });
});
