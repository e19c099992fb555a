/**
 * The lines of a chart. Most are series. Others are computed by the server, with Graphite's functions: their names have
 * the functions in front of a key or a pattern, the outermost first: `rate palm.cpu`, `sum rate palm.*.requests`. No key has
 * a blank, so no series has such a name.
 */
import { Refused, points, rendered } from './api.js';

const average = (time) => (target) => `movingAverage(${target},'${time}')`;
const percentile = (rank) => (target) => `percentileOfSeries(${target},${rank},true)`;

/** One line from one. */
const FUNCTIONS = {
  rate: { label: 'rate per second', wrap: (target) => `perSecond(${target})` },
  difference: { label: 'difference', wrap: (target) => `derivative(${target})` },
  'average-5min': { label: 'moving average, 5 min', wrap: average('5min') },
  'average-1h': { label: 'moving average, 1 h', wrap: average('1h') },
  'average-1d': { label: 'moving average, 1 d', wrap: average('1d') },
  'day-earlier': { label: 'a day earlier', wrap: (target) => `timeShift(${target},'1d')` },
  'week-earlier': { label: 'a week earlier', wrap: (target) => `timeShift(${target},'7d')` },
};

/** One line from all series that a pattern finds. */
const COMBINATIONS = {
  sum: { label: 'sum', wrap: (target) => `sumSeries(${target})` },
  mean: { label: 'mean', wrap: (target) => `averageSeries(${target})` },
  min: { label: 'minimum', wrap: (target) => `minSeries(${target})` },
  max: { label: 'maximum', wrap: (target) => `maxSeries(${target})` },
  p50: { label: 'median', wrap: percentile(50) },
  p90: { label: '90th percentile', wrap: percentile(90) },
  p95: { label: '95th percentile', wrap: percentile(95) },
  p99: { label: '99th percentile', wrap: percentile(99) },
};

const choices = (table) => Object.entries(table).map(([name, { label }]) => ({ name, label }));
export const functions = choices(FUNCTIONS);
export const combinations = choices(COMBINATIONS);

/** Whether a line is computed, and not a series. */
export const isComputed = (line) => line.includes(' ');

/** The key or the pattern that a line is made of. */
export const sourceOf = (line) => line.slice(line.lastIndexOf(' ') + 1);

const firstWord = (line) => line.split(' ', 1)[0];

/** The function of a line of one series that a user can exchange; empty for none. */
export const functionOf = (line) => (isComputed(line) && Object.hasOwn(FUNCTIONS, firstWord(line)) ? firstWord(line) : '');

/** The same line with another function; empty for none. */
export function withFunction(line, name) {
  const bare = functionOf(line) ? line.slice(line.indexOf(' ') + 1) : line;
  return name ? `${name} ${bare}` : bare;
}

/** All series of a pattern as one line. */
export const combined = (name, ofRates, pattern) => `${name} ${ofRates ? 'rate ' : ''}${pattern}`;

/**
 * What Graphite calls a line.
 * @throws {Refused} if a word is no function
 */
function targetOf(line) {
  const words = line.split(' ');
  const source = words.pop();
  const several = words.some((word) => Object.hasOwn(COMBINATIONS, word));
  let target = several ? source.replace(/[()'"|=]/g, '\\$&') : source.replace(/[\\()[\]{}*?,'"|=]/g, '\\$&');
  for (const word of words.reverse()) {
    const table = Object.hasOwn(COMBINATIONS, word) ? COMBINATIONS : FUNCTIONS;
    if (!Object.hasOwn(table, word)) {
      throw new Refused({ detail: `There is no function “${word}”; there are ${[...Object.keys(FUNCTIONS), ...Object.keys(COMBINATIONS)].join(', ')}.` });
    }
    target = table[word].wrap(target);
  }
  return target;
}

const none = (problem) => ({ points: [], count: 0, mean: null, problem });

/** The points of a computed line. Steps without a value are left out; where they are more than a few, the line breaks. */
function lineOf(datapoints) {
  const some = datapoints.filter(([value]) => value !== null).map(([value, time]) => [time, value]);
  const mean = some.reduce((sum, [, value]) => sum + value / some.length, 0);
  return { points: some, count: some.length, mean: some.length ? mean : null, step: datapoints.length > 1 ? datapoints[1][1] - datapoints[0][1] : 0 };
}

/** Asks for all lines at once; if one of them is refused, for each, so that the others are there. */
async function ask(lines, query, signal) {
  try {
    return await rendered(lines.map(targetOf), query, signal);
  } catch (error) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    return lines.length === 1 ? [error] : (await Promise.all(lines.map((line) => ask([line], query, signal)))).flat();
  }
}

/** The days in which lines have values, from the first to the last one. */
async function daysOf(lines, now, signal) {
  const answers = await ask(lines, { from: '1', until: String(Math.ceil(now)), noNullPoints: '1' }, signal);
  const times = answers.flatMap((datapoints) => (Array.isArray(datapoints) ? datapoints.map(([, time]) => time) : []));
  const day = 86400 * 2;
  return times.length ? { from: Math.min(...times) - day, to: Math.min(now, Math.max(...times) + day) } : { from: now - day, to: now };
}

async function computed(lines, { range: { query, bounds }, unit, now, maxPoints }, signal) {
  if (unit !== 's') {
    return lines.map(() => none('Functions need timestamps in seconds.'));
  }
  const { from, to } = bounds ? { from: query.from, to: query.to } : await daysOf(lines, now, signal);
  const ends = [Math.floor(Number(from)), Math.ceil(Number(to))];
  const answers = await ask(lines, { from: String(ends[0]), until: String(Math.max(ends[1], ends[0] + 1)), maxDataPoints: String(maxPoints) }, signal);
  return answers.map((answer) => (answer instanceof Error ? none(answer.message) : lineOf(answer)));
}

/**
 * The points of lines.
 * @param {string[]} lines
 * @param {{range: {query: object, bounds: object | null}, unit: string, now: number, maxPoints: number}} what
 * @returns {Promise<Map<string, {points: [number, number][], count: number, mean: number | null, step?: number, problem?: string}>>}
 *   by line; `step` is the distance of points if it is known, `problem` why there are none
 */
export async function fetchLines(lines, what, signal) {
  const [keys, others] = [lines.filter((line) => !isComputed(line)), lines.filter(isComputed)];
  const [series, made] = await Promise.all([
    keys.length ? points(keys, what.range.query, what.maxPoints, signal) : new Map(),
    others.length ? computed(others, what, signal) : [],
  ]);
  others.forEach((line, index) => series.set(line, made[index]));
  return series;
}
