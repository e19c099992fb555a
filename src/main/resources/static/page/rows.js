/** What a row of the list shows. Rows are filled again and again, so they are changed only where they differ. */
import { nowSeconds } from './api.js';
import { element, keyText, swatch } from './dom.js';
import { compact, exact, grouped } from './numbers.js';
import { age, secondsSince } from './time.js';

/** Series whose last point is older have probably come to their end. */
const STALE_SECONDS = 3600;

/** @param {{path: string, name: string, open: boolean, count?: number}} node a branch of the tree */
export function fillBranch(row, { path, name, open, count }) {
  row.setAttribute('aria-expanded', String(open));
  row.removeAttribute('aria-selected');
  row.classList.add('branch');
  row.classList.remove('stale');
  const state = `${path}\n${open}\n${count}`;
  if (row.dataset.state !== state) {
    row.dataset.state = state;
    const many = count === undefined ? '' : grouped(count);
    const word = name.slice(0, -1);
    row.setAttribute('aria-label', many ? `${word}, ${many} series` : word);
    row.replaceChildren(element('span', { class: 'opener' }, open ? '▾' : '▸'), element('span', { class: 'key', title: path }, word),
      element('span', { class: 'age' }, many));
  }
}

/**
 * @param {{key: string, value?: number | null} | undefined} series undefined while it is being fetched
 * @param {object | null} look null if it is not in the chart
 * @param {string} [name] what to show instead of the key
 */
export function fillSeries(row, series, look, name) {
  row.removeAttribute('aria-expanded');
  row.setAttribute('aria-selected', String(Boolean(look)));
  row.classList.remove('branch');
  const state = series ? `${series.key}\n${series.value}\n${look?.color}\n${look?.dashIndex}` : '';
  if (row.dataset.state !== state) {
    row.dataset.state = state;
    const isKnown = series?.value !== undefined;
    // The pieces of a key are separate boxes, which would be read with a pause between them.
    row.setAttribute('aria-label', series ? (name ?? series.key) + (isKnown ? `, ${exact(series.value)}` : '') : 'Loading');
    row.replaceChildren(...(series ? [
      look ? swatch(look) : element('span', { class: 'swatch none' }),
      name === undefined ? keyText(series.key) : element('span', { class: 'key', title: series.key }, name),
      element('span', { class: 'value', title: isKnown ? exact(series.value) : '' }, isKnown ? compact(series.value) : ''),
      element('span', { class: 'age' }),
    ] : [element('span', { class: 'pending' }, 'Loading…')]));
  }
  fillAge(row, series);
}

/** How old the last point is, which changes from second to second. */
export function fillAge(row, series) {
  const cell = row.querySelector('.age');
  const stale = Boolean(series) && secondsSince(series.timestamp, nowSeconds()) > STALE_SECONDS;
  row.classList.toggle('stale', stale);
  if (cell && series) {
    const title = stale ? 'No point for more than an hour' : '';
    if (cell.title !== title) {
      cell.title = title;
    }
    const text = age(series.timestamp, nowSeconds());
    if (cell.textContent !== text) {
      cell.textContent = text;
    }
  }
}
