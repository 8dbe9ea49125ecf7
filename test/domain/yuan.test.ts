import fc from 'fast-check';
import { fenOfYuanText } from '../../domain/shared/money';

describe('yuan as text', () => {
  it.each([
    ['0', 0],
    ['0.0', 0],
    ['0.00', 0],
    ['0.01', 1],
    ['0.1', 10],
    ['45.0', 4_500],
    ['1.15', 115],
    ['8.29', 829],
    ['4.35', 435],
    ['19999999.99', 1_999_999_999],
    ['9999999999999.99', 999_999_999_999_999],
  ])('%s is %d fen', (text, fen) => {
    expect(fenOfYuanText(text)).toBe(fen);
  });

  it.each(['', ' 1', '1 ', '-1', '+1', '1.', '.5', '1.234', '1,000.00', '1e3', '0x1', 'NaN', '１', '12345678901234'])(
    'refuses %j',
    (text) => {
      expect(() => fenOfYuanText(text)).toThrow(RangeError);
    },
  );

  it('gives every amount back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), (fen) => {
        const text = `${Math.trunc(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;
        expect(fenOfYuanText(text)).toBe(fen);
      }),
    );
  });
});
