/**
 * Numbers as text, in the language of the browser. A value looks the same in the list, the legend, the tooltip and on
 * the axis: a few digits, an SI prefix where it is large or small, and the unit of the chart.
 */
const PREFIXES = ['q', 'r', 'y', 'z', 'a', 'f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y', 'R', 'Q'];
const NO_PREFIX = 10;
/** Between a number and its unit. */
const SPACE = '\u202f';

/**
 * The units of values. Prefixes are used from one size on, and below another one.
 * `factor` makes values of the base unit.
 */
export const UNITS = {
  none: { label: 'none', symbol: '', large: 1e5, small: 1e-3, factor: 1 },
  percent: { label: '%', symbol: '%', large: Infinity, small: 0, factor: 1 },
  bytes: { label: 'bytes', symbol: 'B', large: 1e3, small: 0, factor: 1 },
  bits: { label: 'bits/s', symbol: 'bit/s', large: 1e3, small: 0, factor: 1 },
  s: { label: 's', symbol: 's', large: Infinity, small: 1, factor: 1 },
  ms: { label: 'ms', symbol: 's', large: Infinity, small: 1, factor: 1e-3 },
};

const formats = new Map();

function format(value, options) {
  const name = JSON.stringify(options);
  if (!formats.has(name)) {
    formats.set(name, new Intl.NumberFormat(undefined, { useGrouping: 'min2', ...options }));
  }
  return formats.get(name).format(value).replaceAll('-', '−');
}

/** All digits of a value, such that JavaScript reads the same value back. */
export function exact(value) {
  if (value === null || value === undefined) {
    return '–';
  }
  const size = Math.abs(value);
  return value === 0 || (size < 1e15 && size >= 1e-9) ? format(value, { maximumFractionDigits: 20 }) : String(value).replaceAll('-', '−');
}

/** A whole number, such as a count. */
export const grouped = (value) => format(value, {});

/** The power of a thousand whose prefix a value of this size has; null for none that exists. */
function powerOf(size, { large, small }) {
  if (size === 0 || (size < large && size >= small)) {
    return 0;
  }
  const power = Math.floor(Math.log10(size) / 3 + 1e-12);
  return Math.abs(power) <= NO_PREFIX ? power : null;
}

const suffix = (power, symbol) => {
  const text = PREFIXES[NO_PREFIX + power] + symbol;
  return text ? SPACE + text : '';
};

/**
 * A value in a few characters: 23.7, 4711.5, 14.48 M.
 * @param {number | null | undefined} value
 * @param {string} [unitName] one of UNITS
 */
export function compact(value, unitName = 'none') {
  if (value === null || value === undefined) {
    return '–';
  }
  const unit = UNITS[unitName];
  const base = value * unit.factor;
  const size = Math.abs(base);
  const power = powerOf(size, unit);
  if (power === null) {
    return format(base, { notation: 'scientific', maximumSignificantDigits: 4 }) + suffix(0, unit.symbol);
  }
  if (power !== 0) {
    return format(base / 1000 ** power, { maximumSignificantDigits: 4 }) + suffix(power, unit.symbol);
  }
  const digits = size >= 1000 ? { maximumFractionDigits: Math.max(0, 6 - Math.ceil(Math.log10(size))) } : { maximumSignificantDigits: 5 };
  return format(base, digits) + suffix(0, unit.symbol);
}

/**
 * The labels of an axis, each as `compact` writes it, with as many decimals as their distance needs.
 * @param {(number | null)[]} splits null for a label that is left out
 * @param {number} increment from one label to the next; 0 if they differ, as on a logarithmic scale
 * @param {number} exponent the power of ten in whose units the splits are
 */
export function axisLabels(splits, increment, exponent, unitName = 'none') {
  const unit = UNITS[unitName];
  const { factor } = unit;
  // Values that are drawn in units of a power of ten are too large or small to be multiplied by it.
  const shift = exponent ? Math.floor(exponent / 3) : 0;
  const rest = 10 ** (exponent - 3 * shift) * factor;
  if (exponent && Math.abs(shift) > NO_PREFIX - 2) {
    const most = Math.max(...splits.map((split) => Math.abs(split ?? 0)));
    const digit = most ? Math.floor(Math.log10(most)) : 0;
    const decimals = increment ? decimalsOf(increment / 10 ** digit) : 0;
    return splits.map((split) => (split === null ? '' : split === 0 ? '0'
      : `${format(split / 10 ** digit, { minimumFractionDigits: decimals, maximumFractionDigits: decimals })}E${exponent + digit}`.replaceAll('-', '−')));
  }
  return splits.map((split) => {
    if (split === null || split === undefined) {
      return '';
    }
    if (!increment && !exponent) {
      return compact(split, unitName);
    }
    const base = split * rest;
    const power = shift ? Math.floor(Math.log10(Math.abs(base) || 1) / 3 + 1e-12) : powerOf(Math.abs(base), unit) ?? 0;
    const decimals = decimalsOf((increment * rest) / 1000 ** power);
    return base === 0 ? format(0, {}) + suffix(0, unit.symbol)
      : format(base / 1000 ** power, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }) + suffix(power + shift, unit.symbol);
  });
}

function decimalsOf(increment) {
  const [digits, exponent] = Number(increment.toPrecision(10)).toExponential().split('e');
  return Math.min(20, Math.max(0, (digits.split('.')[1] ?? '').length - Number(exponent)));
}

const TYPED = /^([+\-−]?\d*\.?\d+(?:e[+-]?\d+)?)\s*([kMGTPmµun]?)$/;

/** A number as a user types it, with a prefix or without: 5, 1e6, 2.5k; null for nothing; NaN for anything else. */
export function typedNumber(text) {
  if (!text.trim()) {
    return null;
  }
  const [, number, prefix] = TYPED.exec(text.trim()) ?? [];
  const power = prefix === 'u' ? NO_PREFIX - 2 : PREFIXES.indexOf(prefix);
  return number === undefined ? NaN : Number((Number(number.replace('−', '-')) * 1000 ** (power - NO_PREFIX)).toPrecision(15));
}
