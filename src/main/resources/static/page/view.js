/**
 * What the page shows, and its form in the address: a link restores the charts, their series with their colours, the range,
 * the search and the table. It is in the part after the #, whose length no server limits, and which no log keeps. The
 * first chart comes first, and so an address of one chart has nothing else; `chart=2` begins the second one.
 */
import { isBefore } from './before.js';
import { isOrder } from './list.js';
import { UNITS } from './numbers.js';
import { MAX_SERIES } from './palette.js';
import { isRelative } from './range.js';
import { PRESETS, isUnit } from './time.js';

/**
 * @typedef {{preset: string} | {from: number, to: number} | {since: string, until: string}} Range from and to in x, see
 *   time.js; since and until move with the clock, see range.js
 * @typedef {object} ChartView
 * @property {Map<string, number>} series the slots of the chosen series, see palette.js, by key
 * @property {Set<string>} hidden keys of series whose lines are not drawn
 * @property {string} unit of timestamps, see time.js
 * @property {Axis} axis
 *
 * @typedef {object} Axis
 * @property {string} unit of values, see numbers.js
 * @property {number | null} from one end of the values, if it is chosen
 * @property {number | null} to the other end
 * @property {boolean} log whether the scale is logarithmic
 * @property {boolean} connect whether lines go on over gaps
 * @property {boolean} stacked whether lines are put on top of each other
 * @property {string} before which earlier time is shown too, see before.js; empty for none
 *
 * @typedef {object} View
 * @property {ChartView[]} charts from the top, at least one
 * @property {number} active the index of the chart that takes what is chosen in the list
 * @property {Range} range of all charts
 * @property {boolean} rangeChosen whether the user has chosen it
 * @property {string} search
 * @property {string} order of the list, see list.js
 * @property {boolean} table
 * @property {boolean} live
 */

/** More would be neither read nor fetched at once. */
export const MAX_CHARTS = 8;

const SAME = { unit: 'none', from: null, to: null, log: false, connect: false, stacked: false, before: '' };

/** @returns {ChartView} */
export const emptyChart = () => ({ series: new Map(), hidden: new Set(), unit: 's', axis: SAME });

function readAxis(query) {
  const end = (name) => {
    const value = Number(query.get(name) || NaN);
    return Number.isFinite(value) ? value : null;
  };
  const unit = query.get('values');
  const stacked = query.get('stacked') === 'on';
  return {
    unit: Object.hasOwn(UNITS, unit) ? unit : SAME.unit, from: end('y-from'), to: end('y-to'),
    // A sum has no place on a logarithmic scale.
    log: query.get('scale') === 'log' && !stacked, connect: query.get('gaps') === 'connect',
    stacked, before: isBefore(query.get('before')) ? query.get('before') : '',
  };
}

function writeAxis({ unit, from, to, log, connect, stacked, before }, query) {
  for (const [name, value] of [['values', unit === SAME.unit ? null : unit], ['y-from', from], ['y-to', to],
    ['scale', log ? 'log' : null], ['gaps', connect ? 'connect' : null], ['stacked', stacked ? 'on' : null], ['before', before || null]]) {
    if (value !== null) {
      query.set(name, String(value));
    }
  }
}

/** Whether the user has set something of the value axis. */
export const isChanged = (axis) => Object.keys(SAME).some((name) => axis[name] !== SAME[name]);

function readRange(query) {
  const [since, until] = [query.get('from') ?? '', query.get('to') ?? ''];
  const [from, to] = [since, until].map((end) => Number(end || NaN));
  if (Number.isFinite(from) && Number.isFinite(to) && from < to) {
    return { from, to };
  }
  const isEnd = (text) => isRelative(text) || Number.isFinite(Number(text || NaN));
  if (isEnd(since) && isEnd(until) && (isRelative(since) || isRelative(until))) {
    return { since, until };
  }
  return { preset: PRESETS.find(({ name }) => name === query.get('range'))?.name ?? '1h' };
}

/** @returns {ChartView} */
function readChart(query) {
  const keys = [...new Set(query.getAll('key'))].slice(0, MAX_SERIES);
  const slots = (query.get('colors') ?? '').split('.').filter(Boolean).map(Number);
  const usable = slots.length === keys.length && new Set(slots).size === slots.length
    && slots.every((slot) => Number.isInteger(slot) && slot >= 0 && slot < MAX_SERIES);
  const hidden = new Set(query.getAll('hide'));
  const unit = query.get('unit');
  return {
    series: new Map(keys.map((key, index) => [key, usable ? slots[index] : index])),
    hidden: new Set(keys.filter((key) => hidden.has(key))),
    unit: isUnit(unit) ? unit : 's',
    axis: readAxis(query),
  };
}

/** @param {ChartView} chart */
function writeChart({ series, hidden, unit, axis }, query) {
  const slots = [...series.values()];
  series.forEach((_, key) => query.append('key', key));
  if (slots.some((slot, index) => slot !== index)) {
    query.set('colors', slots.join('.'));
  }
  hidden.forEach((key) => query.append('hide', key));
  if (unit !== 's' && series.size) {
    query.set('unit', unit);
  }
  writeAxis(axis, query);
}

/** @returns {View} */
export function readView(hash) {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const parts = [new URLSearchParams()];
  for (const [name, value] of query) {
    if (name === 'chart') {
      parts.push(new URLSearchParams());
    } else {
      parts.at(-1).append(name, value);
    }
  }
  const charts = parts.slice(0, MAX_CHARTS).map(readChart);
  const active = Number(query.get('active')) - 1;
  return {
    charts,
    active: charts[active] ? active : 0,
    range: readRange(query),
    rangeChosen: query.has('range') || query.has('from'),
    search: query.get('search') ?? '',
    order: isOrder(query.get('order')) ? query.get('order') : 'put',
    table: query.has('table'),
    live: query.get('live') !== 'off',
  };
}

/** @param {View} view */
export function writeView(view) {
  const [query, ...others] = view.charts.map((chart, index) => {
    const part = new URLSearchParams(index ? { chart: String(index + 1) } : {});
    writeChart(chart, part);
    return part;
  });
  if (view.range.preset && (view.rangeChosen || view.charts.some(({ series }) => series.size))) {
    query.set('range', view.range.preset);
  } else if (!view.range.preset) {
    query.set('from', String(view.range.from ?? view.range.since));
    query.set('to', String(view.range.to ?? view.range.until));
  }
  if (view.search) {
    query.set('search', view.search);
  }
  if (view.order !== 'put') {
    query.set('order', view.order);
  }
  if (view.table) {
    query.set('table', 'on');
  }
  if (!view.live) {
    query.set('live', 'off');
  }
  if (view.active) {
    query.set('active', String(view.active + 1));
  }
  return `#${[query, ...others].join('&')}`;
}

/** The first look that no chosen series has. */
export function freeSlot(series) {
  const taken = new Set(series.values());
  let slot = 0;
  while (taken.has(slot)) {
    slot++;
  }
  return slot;
}
