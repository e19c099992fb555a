/** The values at the cursor, beside it: all series, the largest value first. A click on the chart keeps it there. */
import { byId, element, nameText, swatch } from './dom.js';
import { compact, exact } from './numbers.js';
import { full } from './time.js';

const DISTANCE = 14;

export class Tooltip {
  /** @param {() => void} unpin */
  constructor(unpin) {
    this.box = byId('tooltip');
    byId('tooltip-close').addEventListener('click', unpin);
  }

  /**
   * @param {import('./chart.js').Cursor | null} cursor
   * @param {object} content as for the chart
   */
  show(cursor, content) {
    this.box.hidden = !cursor || !content;
    if (this.box.hidden) {
      return;
    }
    const { series, unit, utc, axis } = content;
    const rows = series.map((one, index) => ({ ...one, value: cursor.values[index], index })).filter(({ hidden }) => !hidden);
    rows.sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
    byId('tooltip-time').textContent = full(cursor.x, unit, utc);
    byId('tooltip-close').hidden = !cursor.pinned;
    this.box.classList.toggle('pinned', cursor.pinned);
    const number = (value) => element('td', { class: 'number', title: exact(value) }, compact(value, axis.unit));
    byId('tooltip-rows').replaceChildren(...rows.map((one) => element('tr', { class: one.index === cursor.nearest ? 'nearest' : '' },
      element('th', { scope: 'row' }, element('span', { class: 'line' }, swatch(one.look), ...nameText(one))), number(one.value))));
    byId('tooltip-sums').replaceChildren(...(axis.stacked ? sums(rows) : []).map(({ label, sum }) => element('tr', {},
      element('th', { scope: 'row' }, label), number(sum))));
    this.place(cursor);
  }

  /** On the side of the cursor where there is more room, and inside the window. */
  place({ plot, left }) {
    const { width, height } = this.box.getBoundingClientRect();
    const x = plot.left + left;
    const beside = x + DISTANCE + width <= innerWidth - 4 && left < plot.width * 0.6 ? x + DISTANCE : x - DISTANCE - width;
    this.box.style.left = `${Math.max(4, Math.min(beside, innerWidth - width - 4))}px`;
    this.box.style.top = `${Math.max(4, Math.min(plot.top + 8, innerHeight - height - 4))}px`;
  }
}

/** What the heights of a stack are: the sum of the values, and that of the earlier ones if they are there. */
function sums(rows) {
  return ['', rows.find(({ earlier }) => earlier)?.earlier ?? null].filter((time) => time !== null).map((time) => {
    const values = rows.filter(({ earlier, value }) => (earlier ?? '') === time && value !== null).map(({ value }) => value);
    return { label: time ? `Sum, ${time}` : 'Sum', sum: values.length ? values.reduce((sum, value) => sum + value, 0) : null };
  });
}
