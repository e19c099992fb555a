/** The same points as a table, newest first, for users who can't see the chart or want figures. */
import { byId, element } from './dom.js';
import { exact, grouped } from './numbers.js';
import { full, toX } from './time.js';

const ROWS_AT_ONCE = 200;

export class PointTable {
  constructor() {
    this.box = byId('table-box');
    this.rows = ROWS_AT_ONCE;
    byId('table-more').addEventListener('click', () => {
      this.rows += ROWS_AT_ONCE;
      this.show(this.content, this.title);
    });
  }

  /** @param {object} content as for the chart @param {string} title */
  show(content, title) {
    Object.assign(this, { content, title });
    byId('table-title').textContent = title;
    const { unit, utc } = content;
    const series = content.series.filter(({ earlier }) => !earlier);
    const byTime = new Map();
    series.forEach(({ points }, column) => {
      // A column can't add rows that are older than its own newest ones.
      for (const [timestamp, value] of points.slice(-this.rows)) {
        if (!byTime.has(timestamp)) {
          byTime.set(timestamp, new Array(series.length));
        }
        byTime.get(timestamp)[column] = value;
      }
    });
    const times = [...byTime.keys()].sort((a, b) => b - a).slice(0, this.rows);
    const most = series.reduce((sum, { points }) => Math.max(sum, points.length), 0);
    byId('table-head').replaceChildren(element('tr', {}, element('th', { scope: 'col' }, unit === 'n' ? 'Timestamp' : 'Time'),
      ...series.map(({ key }) => element('th', { scope: 'col', class: 'number' }, key))));
    byId('table-rows').replaceChildren(...times.map((time) => element('tr', {},
      element('th', { scope: 'row' }, full(toX(time, unit), unit, utc)),
      ...Array.from(byTime.get(time), (value) => element('td', { class: 'number' }, value === undefined ? '' : exact(value))))));
    byId('table-note').textContent = `The newest ${grouped(times.length)} rows of what the chart shows. CSV has all points of the range.`;
    byId('table-more').hidden = most <= this.rows && times.length < this.rows;
  }
}
