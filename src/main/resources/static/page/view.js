/**
 * What the page shows, and its form in the address: a link restores the series with their colours, the range, the
 * search and the table. It is in the part after the #, whose length no server limits, and which no log keeps.
 */
import { MAX_SERIES } from './palette.js';
import { PRESETS, isUnit } from './time.js';

/**
 * @typedef {{preset: string} | {from: number, to: number}} Range from and to in x, see time.js
 * @typedef {object} View
 * @property {Map<string, number>} series the slots of the chosen series, see palette.js, by key
 * @property {Set<string>} hidden keys of series whose lines are not drawn
 * @property {Range} range
 * @property {boolean} rangeChosen whether the user has chosen it
 * @property {string} unit of timestamps, see time.js
 * @property {string} search
 * @property {boolean} table
 * @property {boolean} live
 */

/** @returns {View} */
export function readView(hash) {
  const query = new URLSearchParams(hash.replace(/^#/, ''));
  const keys = [...new Set(query.getAll('key'))].slice(0, MAX_SERIES);
  const slots = (query.get('colors') ?? '').split('.').filter(Boolean).map(Number);
  const usable = slots.length === keys.length && new Set(slots).size === slots.length
    && slots.every((slot) => Number.isInteger(slot) && slot >= 0 && slot < MAX_SERIES);
  const hidden = new Set(query.getAll('hide'));
  const from = Number(query.get('from') ?? NaN);
  const to = Number(query.get('to') ?? NaN);
  const preset = PRESETS.find(({ name }) => name === query.get('range'));
  const unit = query.get('unit');
  return {
    series: new Map(keys.map((key, index) => [key, usable ? slots[index] : index])),
    hidden: new Set(keys.filter((key) => hidden.has(key))),
    range: Number.isFinite(from) && Number.isFinite(to) && from < to ? { from, to } : { preset: preset?.name ?? '1h' },
    rangeChosen: query.has('range') || query.has('from'),
    unit: isUnit(unit) ? unit : 's',
    search: query.get('search') ?? '',
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
    query.set('from', String(view.range.from));
    query.set('to', String(view.range.to));
  }
  if (view.unit !== 's' && view.series.size) {
    query.set('unit', view.unit);
  }
  if (view.search) {
    query.set('search', view.search);
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
