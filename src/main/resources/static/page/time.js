/**
 * Timestamps. They are whole numbers, seconds since 1970 by convention, but nothing forbids milliseconds or 1, 2, 3.
 * The unit of a chart is guessed from the size of its timestamps: those of a clock from 1973 to 2286 are times,
 * all others are plain numbers. Inside the page, x is in seconds for times and the number itself for plain numbers.
 */

/** How many of each unit make a second; `n` is not a time. */
const PER_SECOND = { s: 1, ms: 1e3, us: 1e6, ns: 1e9, n: 1 };
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** The ranges on offer, in seconds, some with the digit that is their shortcut. */
export const PRESETS = [
  ['5m', 300, '5 minutes', '1'], ['15m', 900, '15 minutes', '2'], ['1h', 3600, 'hour', '3'], ['3h', 10800, '3 hours'],
  ['6h', 21600, '6 hours', '4'], ['12h', 43200, '12 hours'], ['24h', 86400, '24 hours', '5'], ['2d', 172800, '2 days'],
  ['7d', 604800, '7 days', '6'], ['30d', 2592000, '30 days', '7'], ['90d', 7776000, '90 days', '8'],
  ['1y', 31536000, 'year', '9'], ['all', Infinity, '', '0'],
].map(([name, seconds, text, digit]) => ({ name, seconds, digit, label: text ? `Last ${text}` : 'All points' }));

/** @param {number} timestamp @returns {'s'|'ms'|'us'|'ns'|'n'} */
function unitOf(timestamp) {
  if (timestamp >= 1e8 && timestamp < 1e10) {
    return 's';
  }
  if (timestamp >= 1e11 && timestamp < 1e13) {
    return 'ms';
  }
  if (timestamp >= 1e14 && timestamp < 1e16) {
    return 'us';
  }
  return timestamp >= 1e17 ? 'ns' : 'n';
}

/** The common unit of all of these; plain numbers if they differ; null if there are none. */
export function commonUnit(timestamps) {
  const units = new Set(timestamps.map(unitOf));
  return units.size === 0 ? null : units.size === 1 ? [...units][0] : 'n';
}

export const isUnit = (text) => Object.hasOwn(PER_SECOND, text);

export const toX = (timestamp, unit) => timestamp / PER_SECOND[unit];

/** A timestamp that is later by so much of x. */
export const shifted = (timestamp, x, unit) => timestamp + x * PER_SECOND[unit];

/** A timestamp for a request: a whole number of 64 bits, as text. */
export function toTimestamp(x, unit) {
  const rounded = BigInt(Math.round(x * PER_SECOND[unit]));
  return String(rounded > INT64_MAX ? INT64_MAX : rounded < INT64_MIN ? INT64_MIN : rounded);
}

/** The range that shows the newest point with some past, if the user has not chosen one. */
export function rangeFor(timestamp, unit, nowSeconds) {
  if (timestamp === null || timestamp === undefined || unit === 'n') {
    return 'all';
  }
  const age = nowSeconds - toX(timestamp, unit);
  const fitting = PRESETS.find(({ seconds }) => seconds >= 3600 && age < seconds * 0.9);
  return age < -60 || !fitting ? 'all' : fitting.name;
}

/** How long ago: 12 s, 5 min, 3 h, 2 d; for plain numbers, the number. */
export function age(timestamp, nowSeconds) {
  if (timestamp === null || timestamp === undefined) {
    return '';
  }
  const unit = unitOf(timestamp);
  if (unit === 'n') {
    return `t ${String(timestamp).replace('-', '−')}`;
  }
  const seconds = Math.round(nowSeconds - toX(timestamp, unit));
  const text = duration(Math.abs(seconds));
  return seconds < -2 ? `in ${text}` : seconds <= 0 ? 'now' : text;
}

/** The seconds since a timestamp; NaN if it is no time. */
export function secondsSince(timestamp, nowSeconds) {
  const unit = timestamp === null || timestamp === undefined ? 'n' : unitOf(timestamp);
  return unit === 'n' ? NaN : nowSeconds - toX(timestamp, unit);
}

export function duration(seconds) {
  if (seconds < 100) {
    return `${Math.round(seconds)} s`;
  }
  if (seconds < 6000) {
    return `${Math.round(seconds / 60)} min`;
  }
  if (seconds < 129600) {
    return `${Math.round(seconds / 3600)} h`;
  }
  return seconds < 63072000 ? `${Math.round(seconds / 86400)} d` : `${Math.round(seconds / 31536000)} y`;
}

const two = (number) => String(number).padStart(2, '0');

/** The parts of a date and time. */
function pieces(seconds, utc) {
  const date = new Date(seconds * 1000);
  return utc
    ? { year: date.getUTCFullYear(), month: date.getUTCMonth(), day: date.getUTCDate(), hour: date.getUTCHours(),
      minute: date.getUTCMinutes(), second: date.getUTCSeconds() }
    : { year: date.getFullYear(), month: date.getMonth(), day: date.getDate(), hour: date.getHours(),
      minute: date.getMinutes(), second: date.getSeconds() };
}

const formats = new Map();

/** A format for dates and times in the language of the browser. */
function formatter(options, utc) {
  const name = JSON.stringify([options, utc]);
  if (!formats.has(name)) {
    formats.set(name, new Intl.DateTimeFormat(undefined, utc ? { ...options, timeZone: 'UTC' } : options));
  }
  return formats.get(name);
}

const DATE = { year: 'numeric', month: 'short', day: 'numeric' };
const CLOCK = { hour: 'numeric', minute: '2-digit', second: '2-digit' };
/** A range of so many seconds does without the seconds of its ends. */
const LONG = 6 * 3600;
const fraction = (unit) => (unit === 's' ? {} : { fractionalSecondDigits: 3 });
/** Dates end there. */
const isDate = (x) => Math.abs(x) <= 8.64e12;
const plain = (x) => (Number.isSafeInteger(x) ? '' : '≈ ') + String(x).replaceAll('-', '−');

/** A point in time, or a plain number, in full: Nov 25, 2026, 10:03:20 AM. */
export function full(x, unit, utc) {
  return unit === 'n' || !isDate(x) ? plain(x) : formatter({ ...DATE, ...CLOCK, ...fraction(unit) }, utc).format(x * 1000);
}

/** The time of the day of a point in time. */
export const clock = (x, utc) => formatter(CLOCK, utc).format(x * 1000);

/** Two points in time; what they have in common is there once. */
export function fullRange({ from, to }, unit, utc) {
  return unit === 'n' || !isDate(from) || !isDate(to) ? `${plain(from)} – ${plain(to)}`
    : formatter({ ...DATE, ...CLOCK, ...(to - from < LONG ? fraction(unit) : { second: undefined }) }, utc).formatRange(from * 1000, to * 1000);
}

/** As a user would type it: 2026-11-25 10:03:20. */
export function typed(x, unit, utc) {
  if (unit === 'n' || !isDate(x)) {
    return String(Math.round(x));
  }
  const p = pieces(x, utc);
  return `${p.year}-${two(p.month + 1)}-${two(p.day)} ${two(p.hour)}:${two(p.minute)}:${two(p.second)}`;
}

/** The labels of the time axis: the time, and below the first one of each day or year, the rest. */
export function timeLabels(splits, increment, utc) {
  let before = '';
  return splits.map((split) => {
    const p = pieces(split, utc);
    const written = (options) => formatter(options, utc).format(split * 1000);
    let label;
    let below;
    if (increment < 86400) {
      label = written({ hour: 'numeric', minute: '2-digit', ...(increment < 60 ? { second: '2-digit' } : {}), ...(increment < 1 ? fraction('ms') : {}) });
      below = written(DATE);
    } else if (increment < 2419200) {
      label = written({ month: 'short', day: 'numeric' });
      below = String(p.year);
    } else if (increment < 31536000) {
      label = written({ month: 'short' });
      below = String(p.year);
    } else {
      label = String(p.year);
      below = '';
    }
    const shown = below === before ? label : `${label}\n${below}`;
    before = below;
    return shown;
  });
}

/** The name of the zone in which times are shown. */
export const zoneName = (utc) => (utc ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone || 'local time');
