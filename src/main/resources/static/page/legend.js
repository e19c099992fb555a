/** The legend: a table of the chosen series with their values at the cursor, else the last ones. Each column sorts it. */
import { element, nameOf, nameText, swatch } from './dom.js';
import { functionOf, functions, withFunction } from './lines.js';
import { compact, exact } from './numbers.js';
import { remember, remembered } from './settings.js';
import { full, toX } from './time.js';

const COLUMNS = ['name', 'now', 'min', 'max', 'mean'];

export class Legend {
  /**
   * @param {(id: string) => any} at finds the elements of the chart
   * @param {object} owner
   * @param {(key: string) => void} owner.toggleHidden
   * @param {(key: string) => void} owner.remove
   * @param {(line: string, other: string) => void} owner.exchange
   * @param {(index: number) => void} owner.emphasize
   */
  constructor(at, owner) {
    this.owner = owner;
    this.body = at('legend-rows');
    this.heading = at('legend-at');
    this.series = [];
    this.rows = [];
    const [column, direction] = remembered('legend-order', '').split(' ');
    this.order = COLUMNS.includes(column) ? { column, descending: direction === 'down' } : null;
    this.buttons = COLUMNS.map((name) => at(`sort-${name}`));
    this.buttons.forEach((button, index) => button.addEventListener('click', () => this.sortBy(COLUMNS[index])));
  }

  /** Numbers sort downwards first and names upwards; the third click brings back the order in which they were chosen. */
  sortBy(column) {
    const first = column !== 'name';
    if (this.order?.column !== column) {
      this.order = { column, descending: first };
    } else {
      this.order = this.order.descending === first ? { column, descending: !first } : null;
    }
    remember('legend-order', this.order ? `${column} ${this.order.descending ? 'down' : 'up'}` : '');
    this.arrange();
  }

  /** @param {object} content as for the chart; `mean` of a series is that of all of its points */
  show({ series, unit, utc, axis }) {
    Object.assign(this, { series, unit, utc, axis });
    const focused = document.activeElement?.closest('tbody') === this.body ? document.activeElement.dataset.id : null;
    const form = JSON.stringify(series.map(({ key, look, hidden, problem, earlier }) => [key, look, hidden, problem, earlier]));
    if (this.form !== form) {
      this.form = form;
      this.rows = series.map((one, index) => this.row(one, index));
      this.body.replaceChildren(...this.rows);
    }
    this.statistics = series.map(({ points, mean }) => {
      let [min, max] = [Infinity, -Infinity];
      for (const [, value] of points) {
        min = Math.min(min, value);
        max = Math.max(max, value);
      }
      return points.length ? { now: points.at(-1)[1], min, max, mean } : { now: null, min: null, max: null, mean: null };
    });
    this.statistics.forEach((values, index) => ['min', 'max', 'mean'].forEach((name) => this.cell(index, name, values[name])));
    this.showCursor(this.cursor ?? null);
    this.arrange();
    if (focused && document.activeElement?.dataset.id !== focused) {
      [...this.body.querySelectorAll('[data-id]')].find((one) => one.dataset.id === focused)?.focus();
    }
  }

  /** Puts the rows in the chosen order. Series without a value come last in both directions. */
  arrange() {
    const { column, descending } = this.order ?? {};
    const sign = descending ? -1 : 1;
    const compare = (a, b) => {
      if (column === 'name') {
        return sign * nameOf(this.series[a]).localeCompare(nameOf(this.series[b]), undefined, { numeric: true });
      }
      const [one, other] = [this.statistics[a][column], this.statistics[b][column]];
      return one === null || other === null ? (one === null) - (other === null) : sign * (one - other);
    };
    const indexes = this.series.map((_, index) => index);
    if (column) {
      indexes.sort(compare);
    }
    if (indexes.some((index, place) => this.body.children[place] !== this.rows[index])) {
      const { activeElement } = document;
      this.body.replaceChildren(...indexes.map((index) => this.rows[index]));
      activeElement?.focus();
    }
    this.buttons.forEach((button, index) => button.closest('th')
      .setAttribute('aria-sort', COLUMNS[index] !== column ? 'none' : descending ? 'descending' : 'ascending'));
  }

  row(one, index) {
    const { key, slot, look, hidden, problem, earlier } = one;
    return element('tr', {
      class: hidden ? 'hidden-series' : '',
      onmouseenter: () => this.owner.emphasize(hidden ? -1 : index),
      onmouseleave: () => this.owner.emphasize(-1),
    },
    element('th', { scope: 'row' },
      // An earlier line goes with that of the present.
      earlier ? element('span', { class: 'name' }, swatch(look), ...nameText(one)) : element('button', {
        class: 'name', type: 'button', 'aria-label': key, 'aria-pressed': String(!hidden), 'data-id': `show ${key}`,
        title: hidden ? 'Draw the line' : 'Hide the line', onclick: () => this.owner.toggleHidden(key),
      }, swatch(look), ...nameText(one), ...(problem ? [element('span', { class: 'wrong', title: problem }, problem)] : []))),
    element('td', { class: 'number now' }), element('td', { class: 'number statistic min' }), element('td', { class: 'number statistic max' }),
    element('td', { class: 'number statistic mean' }),
    element('td', { class: 'action' }, ...(earlier ? [] : [this.functionChoice(key, slot), element('button', {
      type: 'button', class: 'icon', 'data-id': `remove ${key}`, 'aria-label': `Remove ${key} from the chart`, title: 'Remove from the chart',
      onclick: () => this.owner.remove(key),
    }, '×')])));
  }

  functionChoice(key, slot) {
    const chosen = functionOf(key);
    return element('select', {
      class: 'function', 'data-id': `function ${slot}`, 'aria-label': `Function of ${key}`, title: 'A function of the line',
      onchange: (event) => this.owner.exchange(key, withFunction(key, event.target.value)),
    }, element('option', { value: '' }, 'as it is'), ...functions.map(({ name, label }) => element('option', { value: name, selected: name === chosen }, label)));
  }

  cell(index, name, value) {
    const cell = this.rows[index]?.querySelector(`.${name}`);
    if (cell) {
      cell.textContent = compact(value, this.axis.unit);
      cell.title = exact(value);
    }
  }

  /** @param {import('./chart.js').Cursor | null} cursor */
  showCursor(cursor) {
    this.cursor = cursor;
    this.heading.textContent = cursor ? full(cursor.x, this.unit, this.utc) : 'Last';
    this.series.forEach((_, index) => this.cell(index, 'now', cursor ? cursor.values[index] : this.statistics[index].now));
  }

  /** What the chart shows, for users who can't see it. */
  describe(bounds, gaps) {
    const at = (x) => full(x, this.unit, this.utc);
    const parts = this.series.slice(0, 10).map((one) => {
      const last = one.points.at(-1);
      return last ? `${nameOf(one)}: ${one.points.length} points, last ${exact(last[1])} at ${at(toX(last[0], this.unit))}` : `${nameOf(one)}: no points`;
    });
    const more = this.series.length > 10 ? `; and ${this.series.length - 10} more` : '';
    const broken = gaps ? ` Lines have ${gaps === 1 ? 'a gap' : `${gaps} gaps`}.` : '';
    return `From ${at(bounds.from)} to ${at(bounds.to)}. ${parts.join('; ')}${more}.${broken}`;
  }

  /** The values at the cursor in words. */
  describeCursor() {
    if (!this.cursor) {
      return '';
    }
    const values = this.series.map((one, index) => (one.hidden || this.cursor.values[index] === null ? null : `${nameOf(one)} ${exact(this.cursor.values[index])}`));
    return `${full(this.cursor.x, this.unit, this.utc)}: ${values.filter(Boolean).slice(0, 8).join(', ')}`;
  }
}
