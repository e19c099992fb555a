/** The legend: a table of the chosen series with their values at the cursor, else the last ones. */
import { byId, element, keyText, swatch } from './dom.js';
import { compact, exact } from './numbers.js';
import { full, toX } from './time.js';

export class Legend {
  /**
   * @param {object} owner
   * @param {(key: string) => void} owner.toggleHidden
   * @param {(key: string) => void} owner.remove
   * @param {(index: number) => void} owner.emphasize
   */
  constructor(owner) {
    this.owner = owner;
    this.body = byId('legend-rows');
    this.heading = byId('legend-at');
    this.series = [];
  }

  /** @param {{key: string, points: [number, number][], look: object, hidden: boolean}[]} series */
  show(series, unit, utc) {
    Object.assign(this, { series, unit, utc });
    const focused = document.activeElement?.closest('#legend') ? document.activeElement.dataset.id : null;
    const form = JSON.stringify(series.map(({ key, look, hidden }) => [key, look, hidden]));
    if (this.form !== form) {
      this.form = form;
      this.body.replaceChildren(...series.map((one, index) => this.row(one, index)));
      if (focused) {
        [...this.body.querySelectorAll('button')].find((button) => button.dataset.id === focused)?.focus();
      }
    }
    series.forEach(({ points }, index) => {
      let [min, max] = [Infinity, -Infinity];
      for (const [, value] of points) {
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
      this.cell(index, 'min', points.length ? min : null);
      this.cell(index, 'max', points.length ? max : null);
    });
    this.showCursor(this.cursor ?? null);
  }

  row({ key, look, hidden }, index) {
    return element('tr', {
      class: hidden ? 'hidden-series' : '',
      onmouseenter: () => this.owner.emphasize(index),
      onmouseleave: () => this.owner.emphasize(-1),
    },
    element('th', { scope: 'row' },
      element('button', {
        class: 'name', type: 'button', 'aria-label': key, 'aria-pressed': String(!hidden), 'data-id': `show ${key}`,
        title: hidden ? 'Draw the line' : 'Hide the line', onclick: () => this.owner.toggleHidden(key),
      }, swatch(look), keyText(key))),
    element('td', { class: 'number now' }), element('td', { class: 'number min' }), element('td', { class: 'number max' }),
    element('td', { class: 'action' }, element('button', {
      type: 'button', class: 'icon', 'data-id': `remove ${key}`, 'aria-label': `Remove ${key} from the chart`, title: 'Remove from the chart',
      onclick: () => this.owner.remove(key),
    }, '×')));
  }

  cell(index, name, value) {
    const cell = this.body.children[index]?.querySelector(`.${name}`);
    if (cell) {
      cell.textContent = compact(value);
      cell.title = exact(value);
    }
  }

  /** @param {{x: number, values: (number | null)[]} | null} cursor */
  showCursor(cursor) {
    this.cursor = cursor;
    this.heading.textContent = cursor ? full(cursor.x, this.unit, this.utc) : 'Last';
    this.series.forEach(({ points }, index) => this.cell(index, 'now', cursor ? cursor.values[index] : points.at(-1)?.[1]));
  }

  /** What the chart shows, for users who can't see it. */
  describe(bounds) {
    const at = (x) => full(x, this.unit, this.utc);
    const parts = this.series.slice(0, 10).map(({ key, points }) => (points.length
      ? `${key}: ${points.length} points, last ${exact(points.at(-1)[1])} at ${at(toX(points.at(-1)[0], this.unit))}`
      : `${key}: no points`));
    const more = this.series.length > 10 ? `; and ${this.series.length - 10} more` : '';
    return `From ${at(bounds.from)} to ${at(bounds.to)}. ${parts.join('; ')}${more}.`;
  }

  /** The values at the cursor in words. */
  describeCursor() {
    if (!this.cursor) {
      return '';
    }
    const values = this.series.map(({ key, hidden }, index) => (hidden || this.cursor.values[index] === null ? null : `${key} ${exact(this.cursor.values[index])}`));
    return `${full(this.cursor.x, this.unit, this.utc)}: ${values.filter(Boolean).slice(0, 8).join(', ')}`;
  }
}
