import fc from 'fast-check';
import { isDecimalText, isSameDecimal } from '../../../../src/data/domain/decimal-text.js';

test.each(['0', '12', '12.', '.5', '1.50', '-3', '+3', '1e-7', '2.5E+3', '0.00000001'])('reads %s', (text) => {
  expect(isDecimalText(text)).toBe(true);
});

test.each([
  '',
  ' 1',
  '1 ',
  '1,234.5',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e999',
  '0x10',
  '1e',
  '--1',
  '1.2.3',
  '٣',
  '1'.repeat(65),
])('refuses "%s"', (text) => {
  expect(isDecimalText(text)).toBe(false);
});

test.each([
  ['1.50', '1.5'],
  ['15e-1', '1.5'],
  ['100', '1e2'],
  ['0.10', '.1'],
  ['+7', '7'],
  ['007.0', '7'],
  ['-0', '0.00'],
  ['0e5', '0'],
  ['0.00000001', '1E-8'],
])('%s is the same number as %s', (a, b) => {
  expect(isSameDecimal(a, b)).toBe(true);
  expect(isSameDecimal(b, a)).toBe(true);
});

test.each([
  ['1.5', '1.51'],
  ['10', '1'],
  ['0.1', '0.01'],
  ['-1', '1'],
  // equal as doubles
  ['9007199254740993', '9007199254740992'],
  ['0.1', '0.1000000000000000055511151231257827'],
])('%s is another number than %s', (a, b) => {
  expect(isSameDecimal(a, b)).toBe(false);
});

test('agrees with arithmetic on scaled whole numbers (seed 1)', () => {
  const scaled = fc.record({
    units: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    scale: fc.integer({ min: 0, max: 9 }),
  });
  const text = ({ units, scale }: { units: bigint; scale: number }) => {
    const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
    const at = digits.length - scale;
    return `${units < 0n ? '-' : ''}${digits.slice(0, at)}${scale > 0 ? `.${digits.slice(at)}` : ''}`;
  };
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      const same = a.units * 10n ** BigInt(b.scale) === b.units * 10n ** BigInt(a.scale);
      expect(isSameDecimal(text(a), text(b))).toBe(same);
      expect(isSameDecimal(text(a), `${text({ units: a.units * 10n, scale: a.scale + 1 })}e0`)).toBe(true);
    }),
    { seed: 1, numRuns: 500 },
  );
});
