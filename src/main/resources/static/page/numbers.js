/** Numbers as text. */

/** All digits of a value, such that JavaScript reads the same value back. */
export const exact = (value) => (value === null || value === undefined ? '–' : String(value).replace('-', '−'));

/** A value in some seven characters: 23.7, 1 204.5, 1.2345e+9. */
export function compact(value) {
  if (value === null || value === undefined) {
    return '–';
  }
  const size = Math.abs(value);
  if (value !== 0 && (size >= 1e9 || size < 1e-4)) {
    return value.toExponential(3).replace(/\.?0+e/, 'e').replace('-', '−');
  }
  const digits = size >= 1000 ? Math.max(0, 6 - Math.ceil(Math.log10(size))) : 5;
  return grouped(Number(size >= 1000 ? value.toFixed(digits) : value.toPrecision(digits)));
}

/** A number with thin spaces between its thousands. */
export function grouped(value) {
  const [whole, ...rest] = String(value).split('.');
  const spaced = /e/.test(whole) || whole.length < 5 ? whole : whole.replace(/\B(?=(\d{3})+$)/g, '\u202f');
  return [spaced, ...rest].join('.').replace('-', '−');
}

const UNITS = [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']];

/** The labels of an axis: all with the same unit, and as many decimals as their distance needs. */
export function axisLabels(splits, increment, exponent) {
  const largest = Math.max(...splits.map(Math.abs));
  const [unit, suffix] = exponent ? [1, `e${exponent}`] : (largest >= 1e4 && UNITS.find(([size]) => largest >= size)) || [1, ''];
  const decimals = decimalsOf(increment / unit);
  return splits.map((split) => (split === 0 ? '0' : (split / unit).toFixed(decimals).replace('-', '−') + suffix));
}

function decimalsOf(increment) {
  const [digits, exponent] = Number(increment.toPrecision(10)).toExponential().split('e');
  return Math.min(20, Math.max(0, (digits.split('.')[1] ?? '').length - Number(exponent)));
}
