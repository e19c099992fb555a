/** An earlier time beside the present one: the same lines, dashed, each point as much later as it takes to be seen. */
import { fetchLines } from './lines.js';
import { shifted, toTimestamp } from './time.js';

const DAY = 86400;

/** Which earlier times there are. */
export const BEFORE = {
  period: { label: 'the period before', shift: ({ from, to }) => to - from },
  day: { label: 'a day before', shift: () => DAY },
  week: { label: 'a week before', shift: () => 7 * DAY },
};

export const isBefore = (name) => Object.hasOwn(BEFORE, name ?? '');

/** How much earlier, in x; 0 for nothing, since plain numbers have no days, and nothing is before all points. */
export function shiftOf(before, bounds, unit) {
  return isBefore(before) && bounds && (unit !== 'n' || before === 'period') ? BEFORE[before].shift(bounds) : 0;
}

/**
 * The earlier points of lines, with timestamps of the present.
 * @param {string} before one of BEFORE, or empty
 * @param {object} what as for fetchLines
 * @returns {Promise<Map<string, object>>} by line; empty if there is no earlier time
 */
export async function fetchEarlier(lines, before, what, signal) {
  const { range: { bounds }, unit } = what;
  const shift = shiftOf(before, bounds, unit);
  if (!shift || !lines.length) {
    return new Map();
  }
  const earlier = { from: bounds.from - shift, to: bounds.to - shift };
  const query = { from: toTimestamp(earlier.from, unit), to: toTimestamp(earlier.to, unit) };
  const found = await fetchLines(lines, { ...what, range: { query, bounds: earlier } }, signal);
  const later = ([timestamp, value]) => [shifted(timestamp, shift, unit), value];
  return new Map([...found].map(([line, one]) => [line, { ...one, points: one.points.map(later) }]));
}
