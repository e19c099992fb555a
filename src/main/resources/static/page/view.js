/**
 * What the page shows, and its form in the address: a link restores the series with their colours, the range, the
 * search and the table. It is in the part after the #, whose length no server limits, and which no log keeps.
 */
import { isOrder } from './list.js';
import { UNITS } from './numbers.js';
import { MAX_SERIES } from './palette.js';
import { isRelative } from './range.js';
import { PRESETS, isUnit } from './time.js';

/**
 * @typedef {{preset: string} | {from: number, to: number} | {since: string, until: string}} Range from and to in x, see
 *   time.js; since and until move with the clock, see range.js
 * @typedef {object} View
 * @property {Map<string, number>} series the slots of the chosen series, see palette.js, by key
 * @property {Set<string>} hidden keys of series whose lines are not drawn
 * @property {Range} range
 * @property {boolean} rangeChosen whether the user has chosen it
 * @property {string} unit of timestamps, see time.js
 * @property {string} search
 * @property {string} order of the list, see list.js
 * @property {{unit: string, from: number | null, to: number | null, log: boolean, connect: boolean}} axis the unit of
 *   values, see numbers.js; the ends of their axis, if they are chosen; whether lines go on over gaps
 * @property {boolean} table
 * @property {boolean} live
 */

const SAME = { unit: 'none', from: null, to: null, log: false, connect: false };

function readAxis(query) {
  const end = (name) => {
    const value = Number(query.get(name) || NaN);
    return Number.isFinite(value) ? value : null;
  };
  const unit = query.get('values');
  return {
    unit: Object.hasOwn(UNITS, unit) ? unit : SAME.unit, from: end('y-from'), to: end('y-to'),
    log: query.get('scale') === 'log', connect: query.get('gaps') === 'connect',
  };
}

function writeAxis({ unit, from, to, log, connect }, query) {
  for (const [name, value] of [['values', unit === SAME.unit ? null : unit], ['y-from', from], ['y-to', to],
    ['scale', log ? 'log' : null], ['gaps', connect ? 'connect' : null]]) {
    if (value !== null) {
      query.set(name, String(value));
    }
  }
}

/** Whether an axis differs from the usual one. */
export const isChanged = (axis) => Object.keys(SAME).some((name) => axis[name] !== SAME[name]);

function readRange(query) {
  const [since, until] = [query.get('from') ?? '', query.get('to') ?? ''];
  const [from, to] = [Number(since || NaN), Number(until || NaN)];
  if (Number.isFinite(from) && Number.isFinite(to) && from < to) {
    return { from, to };
  }
  const isEnd = (text) => isRelative(text) || Number.isFinite(Number(text || NaN));
  if (isEnd(since) && isEnd(until) && (isRelative(since) || isRelative(until))) {
    return { since, until };
  }
  return { preset: PRESETS.find(({ name }) => name === query.get('range'))?.name ?? '1h' };
}

/** @returns {View} */
export function readView(hash) {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const keys = [...new Set(query.getAll('key'))].slice(0, MAX_SERIES);
  const slots = (query.get('colors') ?? '').split('.').filter(Boolean).map(Number);
  const usable = slots.length === keys.length && new Set(slots).size === slots.length
    && slots.every((slot) => Number.isInteger(slot) && slot >= 0 && slot < MAX_SERIES);
  const hidden = new Set(query.getAll('hide'));
  const unit = query.get('unit');
  return {
    series: new Map(keys.map((key, index) => [key, usable ? slots[index] : index])),
    hidden: new Set(keys.filter((key) => hidden.has(key))),
    range: readRange(query),
    rangeChosen: query.has('range') || query.has('from'),
    unit: isUnit(unit) ? unit : 's',
    search: query.get('search') ?? '',
    order: isOrder(query.get('order')) ? query.get('order') : 'put',
    axis: readAxis(query),
    table: query.has('table'),
    live: query.get('live') !== 'off',
  };
}

/** @param {View} view */
export function writeView(view) {
  const query = new URLSearchParams();
  const slots = [...view.series.values()];
  view.series.forEach((_, key) => query.append('key', key));
  if (slots.some((slot, index) => slot !== index)) {
    query.set('colors', slots.join('.'));
  }
  view.hidden.forEach((key) => query.append('hide', key));
  if (view.range.preset && (view.rangeChosen || view.series.size)) {
    query.set('range', view.range.preset);
  } else if (!view.range.preset) {
    query.set('from', String(view.range.from ?? view.range.since));
    query.set('to', String(view.range.to ?? view.range.until));
  }
  if (view.unit !== 's' && view.series.size) {
    query.set('unit', view.unit);
  }
  writeAxis(view.axis, query);
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
  return `#${query}`;
}

/** The first look that no chosen series has. */
export function freeSlot(view) {
  const taken = new Set(view.series.values());
  let slot = 0;
  while (taken.has(slot)) {
    slot++;
  }
  return slot;
}
