/**
 * The list of series. Only visible rows are elements, and only visible pages are fetched, so the number of
 * series makes no difference. To a screen reader it is a list box of all of them.
 */
import { listSeries, nowSeconds } from './api.js';
import { byId, element, keyText, swatch } from './dom.js';
import { compact, exact, grouped } from './numbers.js';
import { age } from './time.js';

const PAGE = 100;
const ROW_HEIGHT = 36;
/** Browsers limit heights to some 17 to 33 million pixels. Users search instead of scrolling that far. */
const MAX_ROWS = 250_000;
const ROWS_AROUND = 6;

export class SeriesList {
  /**
   * @param {object} owner
   * @param {(keys: string[], chosen: boolean) => void} owner.choose
   * @param {(key: string) => object | null} owner.lookOf null for a series that is not chosen
   * @param {(error: Error) => void} owner.failed
   */
  constructor(owner) {
    this.owner = owner;
    this.box = byId('list');
    this.canvas = byId('rows');
    this.pages = new Map();
    this.loading = new Map();
    this.rows = new Map();
    this.total = 0;
    this.ahead = null;
    this.active = 0;
    this.anchor = 0;
    this.search = '';
    this.box.addEventListener('scroll', () => this.draw(), { passive: true });
    this.box.addEventListener('keydown', (event) => this.onKey(event));
    this.box.addEventListener('focus', () => this.draw());
    this.box.addEventListener('blur', () => this.draw());
    this.canvas.addEventListener('click', (event) => this.onClick(event));
    new ResizeObserver(() => this.draw()).observe(this.box);
    setInterval(() => document.hidden || this.drawAges(), 1000);
  }

  /** Shows the results of another search from the top, as soon as the first page has arrived. */
  async setSearch(search) {
    this.search = search;
    this.abortAll();
    const controller = new AbortController();
    this.searching = controller;
    const answer = await listSeries(search, 0, PAGE, controller.signal);
    this.pages = new Map([[0, answer.series]]);
    this.total = answer.total;
    this.ahead = answer.ahead ?? null;
    this.active = this.anchor = 0;
    this.box.scrollTop = 0;
    this.draw();
  }

  abortAll() {
    this.searching?.abort();
    this.loading.forEach((controller) => controller.abort());
    this.loading.clear();
  }

  /** Fetches the visible pages again. Others are discarded, and fetched when they become visible. */
  async refresh() {
    const numbers = this.pagesInSight();
    const controller = new AbortController();
    this.searching?.abort();
    this.searching = controller;
    const { search } = this;
    const answers = await Promise.all(numbers.map((number) => listSeries(search, number * PAGE, PAGE, controller.signal)));
    this.pages = new Map(answers.map((answer, index) => [numbers[index], answer.series]));
    this.total = answers[0].total;
    this.ahead = answers[0].ahead ?? null;
    this.draw();
  }

  get shown() {
    return Math.min(this.total, MAX_ROWS);
  }

  firstInSight() {
    return Math.max(0, Math.floor(this.box.scrollTop / ROW_HEIGHT) - ROWS_AROUND);
  }

  lastInSight() {
    return Math.max(0, Math.min(this.shown, Math.ceil((this.box.scrollTop + this.box.clientHeight) / ROW_HEIGHT) + ROWS_AROUND) - 1);
  }

  pagesInSight() {
    const numbers = [];
    for (let number = Math.floor(this.firstInSight() / PAGE); number <= Math.floor(this.lastInSight() / PAGE); number++) {
      numbers.push(number);
    }
    return numbers.length ? numbers : [0];
  }

  at(index) {
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Loads visible pages that are missing, after a short delay, because dragging the scroll bar passes many pages. */
  loadMissing() {
    clearTimeout(this.loadTimer);
    if (this.pagesInSight().every((number) => this.pages.has(number))) {
      return;
    }
    this.loadTimer = setTimeout(() => this.pagesInSight().forEach((number) => this.load(number)), 60);
  }

  async load(number) {
    if (this.pages.has(number) || this.loading.has(number) || number * PAGE >= this.shown) {
      return;
    }
    const controller = new AbortController();
    this.loading.set(number, controller);
    try {
      const answer = await listSeries(this.search, number * PAGE, PAGE, controller.signal);
      this.pages.set(number, answer.series);
      this.draw();
    } catch (error) {
      if (!controller.signal.aborted) {
        this.owner.failed(error);
      }
    } finally {
      if (this.loading.get(number) === controller) {
        this.loading.delete(number);
      }
    }
  }

  /** Positions the visible rows, and reuses the existing elements. */
  draw() {
    const [first, last] = [this.firstInSight(), this.lastInSight()];
    this.canvas.style.height = `${this.shown * ROW_HEIGHT}px`;
    for (const [index, row] of this.rows) {
      if (index < first || index > last || index >= this.shown) {
        row.remove();
        this.rows.delete(index);
      }
    }
    for (let index = first; index <= last && index < this.shown; index++) {
      let row = this.rows.get(index);
      if (!row) {
        row = element('div', { role: 'option', id: `row-${index}`, class: 'row', 'aria-posinset': String(index + 1) });
        row.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
        this.rows.set(index, row);
        this.canvas.append(row);
      }
      this.fill(row, index);
    }
    byId('more-rows').hidden = this.total <= MAX_ROWS;
    if (this.shown) {
      this.box.setAttribute('aria-activedescendant', `row-${this.active}`);
    } else {
      this.box.removeAttribute('aria-activedescendant');
    }
    this.loadMissing();
  }

  fill(row, index) {
    const series = this.at(index);
    const look = series && this.owner.lookOf(series.key);
    const focused = index === this.active && document.activeElement === this.box;
    row.setAttribute('aria-setsize', String(this.total));
    row.setAttribute('aria-selected', String(Boolean(look)));
    row.classList.toggle('active', focused);
    const state = series ? `${series.key}\n${series.value}\n${look?.color}\n${look?.dashIndex}` : '';
    if (row.dataset.state !== state) {
      row.dataset.state = state;
      // The pieces of a key are separate boxes, which would be read with a pause between them.
      row.setAttribute('aria-label', series ? `${series.key}, ${exact(series.value)}` : 'Loading');
      if (series) {
        row.replaceChildren(look ? swatch(look) : element('span', { class: 'swatch none' }), keyText(series.key),
          element('span', { class: 'value', title: exact(series.value) }, compact(series.value)), element('span', { class: 'age' }));
      } else {
        row.replaceChildren(element('span', { class: 'pending' }, 'Loading…'));
      }
    }
    this.fillAge(row, series);
  }

  fillAge(row, series) {
    const cell = row.querySelector('.age');
    if (cell) {
      const text = age(series?.timestamp, nowSeconds());
      if (cell.textContent !== text) {
        cell.textContent = text;
      }
    }
  }

  drawAges() {
    this.rows.forEach((row, index) => this.fillAge(row, this.at(index)));
  }

  onClick(event) {
    const row = event.target.closest('.row');
    const index = [...this.rows].find(([, other]) => other === row)?.[0];
    if (index !== undefined) {
      this.active = index;
      this.toggle(index, event.shiftKey);
    }
  }

  /** Adds or removes a series; with Shift, all from the previous one to this one. */
  toggle(index, range) {
    const series = this.at(index);
    if (!series) {
      return;
    }
    if (range && index !== this.anchor) {
      const keys = [];
      for (let i = Math.min(this.anchor, index); i <= Math.max(this.anchor, index); i++) {
        const other = this.at(i);
        if (other) {
          keys.push(other.key);
        }
      }
      this.owner.choose(keys, true);
    } else {
      this.owner.choose([series.key], !this.owner.lookOf(series.key));
    }
    this.anchor = index;
  }

  onKey(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / ROW_HEIGHT) - 1);
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity };
    if (event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    if (event.key in steps) {
      event.preventDefault();
      this.active = Math.max(0, Math.min(this.shown - 1, this.active + steps[event.key]));
      this.reveal();
    } else if (event.key === ' ' || event.key === 'Enter') {
      event.preventDefault();
      this.toggle(this.active, event.shiftKey);
    }
  }

  /** Scrolls as little as needed to show the active row. */
  reveal() {
    const top = this.active * ROW_HEIGHT;
    if (top < this.box.scrollTop) {
      this.box.scrollTop = top;
    } else if (top + ROW_HEIGHT > this.box.scrollTop + this.box.clientHeight) {
      this.box.scrollTop = top + ROW_HEIGHT - this.box.clientHeight;
    }
    this.draw();
  }

  /** Describes the list in words. */
  get summary() {
    const series = this.total === 1 ? '1 series' : `${grouped(this.total)} series`;
    return this.search ? `${series} found` : series;
  }
}
