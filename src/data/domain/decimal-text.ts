const pattern = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/**
 * Longest decimal text that is believed to be a price: the shortest form of a double has 24 characters, and venues
 * print at most 30.
 */
const longest = 64;

/** Whether `text` is a plain decimal number (`12.50`, `1e-7`): no separators of thousands, no NaN, no infinity. */
export const isDecimalText = (text: string): boolean =>
  text.length <= longest && pattern.test(text) && Number.isFinite(Number(text));

/** Whether two decimal texts are the same number: `1.50`, `1.5` and `15e-1` are. Exact, whatever their length. */
export function isSameDecimal(a: string, b: string): boolean {
  return a === b || normalForm(a) === normalForm(b);
}

/** As `isSameDecimal`, where null is only the same as null: missing is never zero. */
export const isSameOrAbsent = (a: string | null, b: string | null): boolean =>
  a === null || b === null ? a === b : isSameDecimal(a, b);

/** Sign, digits without zeros at either end, and the power of ten of the first digit. */
function normalForm(text: string): string {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const digits = (whole + fraction).replace(/^0+/, '');
  if (digits === '') return '0';
  const leadingZeros = whole.length + fraction.length - digits.length;
  const power = Number(exponent) + whole.length - leadingZeros;
  return `${mantissa.startsWith('-') ? '-' : ''}${digits.replace(/0+$/, '')}e${power}`;
}
