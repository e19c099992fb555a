/** What is in a chart: series are added and removed, and a chart that had none gets a unit and a range. */
import { nowSeconds } from './api.js';
import { sourceOf } from './lines.js';
import { MAX_SERIES } from './palette.js';
import { commonUnit, rangeFor } from './time.js';
import { freeSlot } from './view.js';

/**
 * A chart with series more or less.
 * @param {import('./view.js').ChartView} chart
 * @param {string[]} keys
 * @param {boolean} chosen whether they are to be in it
 * @returns {{series: Map<string, number>, hidden: Set<string>, changed: string[], left: number}} the keys that came or went,
 *   and how many there was no room for
 */
export function withChosen(chart, keys, chosen) {
  const series = new Map(chart.series);
  const changed = [];
  let left = 0;
  for (const key of keys.filter((one) => series.has(one) !== chosen)) {
    if (chosen && series.size >= MAX_SERIES) {
      left++;
      continue;
    }
    if (chosen) {
      series.set(key, freeSlot(series));
    } else {
      series.delete(key);
    }
    changed.push(key);
  }
  return { series, hidden: new Set([...chart.hidden].filter((key) => series.has(key))), changed, left };
}

/** A chart with another line in the place of one, with its colour. */
export function withExchanged({ series, hidden }, line, other) {
  return {
    series: new Map([...series].filter(([key]) => key !== other).map(([key, slot]) => [key === line ? other : key, slot])),
    hidden: new Set([...hidden].map((key) => (key === line ? other : key))),
  };
}

const lastTimestamps = new Map();

/**
 * The unit of chosen series, and the range that shows their end unless the user has chosen another one.
 * @param {import('./view.js').View} view before they are chosen
 * @param {import('./view.js').ChartView} chart the one that they are chosen for
 * @param {Map<string, number>} series that it will have
 * @param {import('./list.js').SeriesList} list
 * @returns {{unit: string, range?: object, rangeChosen?: boolean}} no range if it stays
 */
export function fitting(view, chart, series, list) {
  list.forEachKnown(({ key, timestamp }) => lastTimestamps.set(key, timestamp));
  // What a search has found is what a line over its pattern is made of.
  lastTimestamps.set(view.search, list.newest);
  const known = [...series.keys()].map((line) => lastTimestamps.get(sourceOf(line))).filter((timestamp) => typeof timestamp === 'number');
  const unit = (known.length === series.size && commonUnit(known)) || (series.size ? chart.unit : 's');
  if (view.charts.some((other) => other !== chart && other.series.size)) {
    return { unit };
  }
  if (!series.size) {
    return { unit, rangeChosen: false, range: { preset: view.range.preset ?? '1h' } };
  }
  const areTimes = unit !== 'n' && chart.unit !== 'n';
  if (unit === chart.unit ? view.rangeChosen || chart.series.size : view.rangeChosen && view.range.preset && areTimes) {
    return { unit };
  }
  return { unit, rangeChosen: false, range: { preset: rangeFor(known.length ? Math.max(...known) : null, unit, nowSeconds()) } };
}
