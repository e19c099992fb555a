/** Ranges of time: what a user types, what a range means now, and what to ask the server for. */
import { PRESETS, toTimestamp, toX } from './time.js';

const SECONDS = { s: 1, m: 60, min: 60, h: 3600, d: 86400, w: 604800, y: 31536000 };
const RELATIVE = /^(?:now|(?:now\s*)?([+\-−])\s*(\d+(?:\.\d+)?)\s*(s|min|m|h|d|w|y))$/i;
const ABSOLUTE = /^(?:(\d{4})-(\d\d?)-(\d\d?))?[ T]*(?:(\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?)?(Z?)$/;

/** Whether a text is a time that moves with the clock: now, -2h, now-30min. */
export const isRelative = (text) => RELATIVE.test(text.trim());

/** The x of an end of a range: one that moves with the clock, or a number as text. */
function endOf(text, nowSeconds) {
  const [found, sign, count, unit] = RELATIVE.exec(text.trim()) ?? [];
  if (!found) {
    return Number(text);
  }
  return count ? nowSeconds + (sign === '+' ? 1 : -1) * Number(count) * SECONDS[unit.toLowerCase()] : nowSeconds;
}

/**
 * A time as a user types it.
 * @returns {string} one that moves with the clock, or x as text; empty if it is neither
 */
export function readTime(text, unit, utc, nowSeconds) {
  const trimmed = text.trim();
  if (unit === 'n' || /^[+-]?\d{9,}$/.test(trimmed)) {
    return /^[+-]?\d+$/.test(trimmed) ? String(toX(Number(trimmed), unit)) : '';
  }
  if (isRelative(trimmed)) {
    return trimmed.toLowerCase().replace('−', '-').replace(/\s+/g, '').replace(/^now(?=.)/, '');
  }
  const [, year, month, day, hour, minute, second, zulu] = ABSOLUTE.exec(trimmed) ?? [];
  if (!year && !hour) {
    return '';
  }
  const world = utc || zulu === 'Z';
  const date = new Date(nowSeconds * 1000);
  const set = (part, ...values) => date[`set${world ? 'UTC' : ''}${part}`](...values);
  if (year) {
    set('FullYear', Number(year), month - 1, Number(day));
  }
  set('Hours', Number(hour ?? 0), Number(minute ?? 0), Math.floor(second ?? 0), Math.round(((second ?? 0) % 1) * 1000));
  const real = year ? date[world ? 'getUTCMonth' : 'getMonth']() === month - 1 && day > 0 : true;
  return real && (hour ?? 0) < 24 && (minute ?? 0) < 60 && (second ?? 0) < 60 ? String(date.getTime() / 1000) : '';
}

/** The ends of what a user types: a range that moves with the clock if one of them does. */
export function typedRange(since, until, nowSeconds) {
  const [from, to] = [endOf(since, nowSeconds), endOf(until, nowSeconds)];
  return isRelative(since) || isRelative(until) ? { since, until, from, to } : { from, to };
}

/** Whether a range has another meaning a while later. */
export const moves = (range) => Boolean(range.preset || range.since);

/** The ends of a range now; null for those of all points, which are not known. */
function boundsNow(range, unit, nowSeconds) {
  if (range.since) {
    const [from, to] = [endOf(range.since, nowSeconds), endOf(range.until, nowSeconds)];
    return { from, to: to > from ? to : from + 1 };
  }
  if (!range.preset) {
    return range;
  }
  const seconds = PRESETS.find(({ name }) => name === range.preset)?.seconds ?? Infinity;
  return seconds === Infinity || unit === 'n' ? null : { from: nowSeconds - seconds, to: nowSeconds };
}

/**
 * What to request, and the bounds to show.
 * @returns {{query: {from?: string, to?: string}, bounds: {from: number, to: number} | null}} no bounds: those of all points
 */
export function requestFor(range, unit, nowSeconds) {
  const bounds = boundsNow(range, unit, nowSeconds);
  if (!bounds) {
    return { query: {}, bounds };
  }
  // One point from a clock that is years ahead must not stretch the range that the server downsamples.
  const slack = range.preset ? Math.max(5, (bounds.to - bounds.from) / 100) : 0;
  return { query: { from: toTimestamp(bounds.from, unit), to: toTimestamp(bounds.to + slack, unit) }, bounds };
}

/** The ends of a range are whole timestamps, and differ. */
export function wholeRange({ from, to }, unit) {
  const start = Number(toTimestamp(from, unit));
  const end = Math.max(Number(toTimestamp(to, unit)), start + Math.max(1, Math.abs(start) * Number.EPSILON * 4));
  return { from: toX(start, unit), to: toX(end, unit) };
}

/** Twice the range around the same middle, but not into the future, where there is nothing to see. */
export function widened({ from, to }, unit, nowSeconds) {
  const width = to - from;
  const end = to + width / 2;
  const last = unit === 'n' ? end : Math.min(end, Math.max(to, nowSeconds));
  return { from: last - 2 * width, to: last };
}

/** The ends of all points, with some room if there is only one. */
export function boundsOfAll(lines, unit, nowSeconds) {
  let [from, to] = [Infinity, -Infinity];
  for (const { points } of lines) {
    if (points.length) {
      from = Math.min(from, toX(points[0][0], unit));
      to = Math.max(to, toX(points.at(-1)[0], unit));
    }
  }
  if (from > to) {
    return unit === 'n' ? { from: 0, to: 1 } : { from: nowSeconds - 3600, to: nowSeconds };
  }
  const room = from < to ? 0 : Math.max(unit === 'n' ? 1 : 60, Math.abs(from) * Number.EPSILON * 8);
  return { from: from - room, to: to + room };
}
