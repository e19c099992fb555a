/**
 * The list of series, in one of several orders, or as a tree. Only visible rows are elements, and only visible pages are fetched, so the number of
 * series makes no difference. To a screen reader it is a list box of all of them, or a tree. To sort them, and for the tree,
 * all that the search finds are fetched, if they are not too many.
 */
import { listSeries } from './api.js';
import { byId, element } from './dom.js';
import { listenToListKeys } from './list-keys.js';
import { grouped } from './numbers.js';
import { fillAge, fillBranch, fillSeries } from './rows.js';
import { RemoteTree, compareKeys, treeRows } from './tree.js';

export const PAGE = 100;
export const ROW_HEIGHT = 36;
/** Browsers limit heights to some 17 to 33 million pixels. Users search instead of scrolling that far. */
const MAX_ROWS = 250_000;
const ROWS_AROUND = 6;
/** As many series as one request may ask for. */
export const MAX_SORTED = 10_000;
/** Many series are not sorted again with each refresh. */
const MANY = 1000;
const SORT_AGAIN_MILLIS = 30_000;
/** A search that finds no more than that shows its tree with all branches open. */
const FEW = 100;

/** What goes before what; series without points come last. */
const ORDERS = {
  name: (a, b) => compareKeys(a.key, b.key),
  age: (a, b) => (b.timestamp ?? -Infinity) - (a.timestamp ?? -Infinity) || compareKeys(a.key, b.key),
  value: (a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity) || compareKeys(a.key, b.key),
};

export const isOrder = (text) => ['put', 'name', 'age', 'value', 'tree'].includes(text);

export class SeriesList {
  /**
   * @param {object} owner
   * @param {(keys: string[], chosen: boolean) => void} owner.choose
   * @param {(key: string) => object | null} owner.lookOf null for a series that is not chosen
   * @param {(error: Error) => void} owner.failed
   * @param {() => void} owner.chooseAll
   * @param {() => void} owner.left the user wants to go from the list to the chart
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
    /** The keys of all rows in their order, once the user has looked for one. */
    this.everyKey = null;
    this.active = 0;
    this.anchor = 0;
    this.search = '';
    this.order = 'put';
    /** All series that are found, and the rows of the order that is shown; null while rows are fetched page by page. */
    this.all = this.items = null;
    /** The tree of more series than that. */
    this.remote = null;
    /** Branches that the user has opened (true) or closed. */
    this.toggled = new Map();
    this.box.addEventListener('scroll', () => this.draw(), { passive: true });
    listenToListKeys(this);
    this.box.addEventListener('focus', () => this.draw());
    this.box.addEventListener('blur', () => this.draw());
    this.canvas.addEventListener('click', (event) => this.onClick(event));
    new ResizeObserver(() => this.draw()).observe(this.box);
    setInterval(() => document.hidden || this.drawAges(), 1000);
  }

  /** Shows the results of another search from the top, as soon as the first page has arrived. */
  async setSearch(search) {
    this.search = search;
    this.everyKey = null;
    this.abortAll();
    const controller = new AbortController();
    this.searching = controller;
    this.remote = null;
    const answer = await this.firstPage(controller.signal);
    this.remote = this.order === 'tree' && !search && answer.total > MAX_SORTED ? new RemoteTree() : null;
    await this.remote?.load('');
    this.take(answer);
    this.active = this.anchor = 0;
    this.box.scrollTop = 0;
    this.draw();
  }

  /** Shows the same series in another order, or as a tree. */
  async setOrder(order) {
    this.order = order;
    await this.setSearch(this.search);
  }

  /** As many series as the order needs, or as the first rows show. */
  firstPage(signal) {
    return listSeries(this.search, 0, this.order === 'put' || this.remote ? PAGE : MAX_SORTED, signal);
  }

  take({ series, total, ahead }) {
    this.total = total;
    this.ahead = ahead ?? null;
    this.all = this.order === 'put' || this.remote || total > MAX_SORTED ? null : series;
    this.sortedAt = performance.now();
    this.pages = new Map(this.all ? [] : [[0, series.slice(0, PAGE)]]);
    this.arrange();
  }

  /** Brings the rows into their order. */
  arrange() {
    if (this.remote) {
      this.items = this.remote.rows((path) => this.toggled.get(path) && this.remote.nodes.has(path));
    } else if (!this.all) {
      this.items = null;
    } else if (this.order === 'tree') {
      const open = Boolean(this.search) && this.total <= FEW;
      this.items = treeRows(this.all, (path) => this.toggled.get(path) ?? open);
    } else {
      this.items = [...this.all].sort(ORDERS[this.order]);
    }
    const isTree = Boolean(this.items) && this.order === 'tree';
    if (isTree !== this.isTree) {
      this.isTree = isTree;
      this.box.setAttribute('role', isTree ? 'tree' : 'listbox');
      this.rows.forEach((row) => row.remove());
      this.rows.clear();
    }
    this.active = Math.max(0, Math.min(this.active, this.shown - 1));
  }

  /** Whether there are too many series to bring them into the order that is chosen. */
  get tooMany() {
    return this.order !== 'put' && !this.remote && this.total > MAX_SORTED;
  }

  abortAll() {
    this.searching?.abort();
    this.loading.forEach((controller) => controller.abort());
    this.loading.clear();
  }

  /** Fetches the visible pages again. Others are discarded, and fetched when they become visible. */
  async refresh() {
    if (!(this.all ?? this.remote) && ((this.order === 'tree' && !this.search) || (this.order !== 'put' && !this.tooMany))) {
      await this.setSearch(this.search);
      return;
    }
    if (this.order !== 'put' && !this.tooMany) {
      if (this.total <= MANY || performance.now() - this.sortedAt > SORT_AGAIN_MILLIS) {
        this.searching?.abort();
        this.searching = new AbortController();
        this.take(await this.firstPage(this.searching.signal));
        this.draw();
      }
      return;
    }
    const numbers = this.pagesInSight();
    const controller = new AbortController();
    this.searching?.abort();
    this.searching = controller;
    const { search } = this;
    this.everyKey = null;
    const answers = await Promise.all(numbers.map((number) => listSeries(search, number * PAGE, PAGE, controller.signal)));
    this.pages = new Map(answers.map((answer, index) => [numbers[index], answer.series]));
    this.total = answers[0].total;
    this.ahead = answers[0].ahead ?? null;
    this.draw();
  }

  /** How many rows there are. */
  get shown() {
    return this.items?.length ?? Math.min(this.total, MAX_ROWS);
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

  /** The series of a row; undefined for a branch of the tree, and for a row that is not there yet. */
  at(index) {
    if (this.items) {
      return this.isTree ? this.items[index]?.series : this.items[index];
    }
    return this.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Calls back with each series that the list knows. */
  forEachKnown(action) {
    (this.all ?? [...this.pages.values()].flat()).forEach(action);
  }

  /** The newest time of all series that the list knows; null if there is none. */
  get newest() {
    let newest = null;
    this.forEachKnown(({ timestamp }) => {
      newest = timestamp !== null && (newest === null || timestamp > newest) ? timestamp : newest;
    });
    return newest;
  }

  /** The first keys in the order of the list. */
  async firstKeys(count) {
    if (!this.items && !this.pages.has(0)) {
      await this.load(0);
    }
    const series = this.isTree ? [...(this.all ?? this.items.flatMap(({ series }) => series ?? []))].sort(ORDERS.name) : this.items ?? this.pages.get(0) ?? [];
    return series.slice(0, count).map(({ key }) => key);
  }

  /** Loads visible pages that are missing, after a short delay, because dragging the scroll bar passes many pages. */
  loadMissing() {
    clearTimeout(this.loadTimer);
    if (this.items || this.pagesInSight().every((number) => this.pages.has(number))) {
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
        row = element('div', { role: this.isTree ? 'treeitem' : 'option', id: `row-${index}`, class: 'row' });
        row.style.transform = `translateY(${index * ROW_HEIGHT}px)`;
        this.rows.set(index, row);
        this.canvas.append(row);
      }
      this.fill(row, index);
    }
    byId('more-rows').hidden = Boolean(this.items) || this.total <= MAX_ROWS;
    if (this.shown) {
      this.box.setAttribute('aria-activedescendant', `row-${this.active}`);
    } else {
      this.box.removeAttribute('aria-activedescendant');
    }
    this.loadMissing();
  }

  fill(row, index) {
    const node = this.isTree ? this.items[index] : null;
    row.classList.toggle('active', index === this.active && document.activeElement === this.box);
    row.setAttribute('aria-setsize', String(node ? node.of : this.items ? this.shown : this.total));
    row.setAttribute('aria-posinset', String(node ? node.place : index + 1));
    if (node) {
      row.setAttribute('aria-level', String(node.level));
      row.style.setProperty('--level', String(node.level - 1));
    }
    if (node?.path) {
      fillBranch(row, node);
    } else {
      const series = this.at(index);
      fillSeries(row, series, series && this.owner.lookOf(series.key), node?.name);
    }
  }

  drawAges() {
    this.rows.forEach((row, index) => fillAge(row, this.at(index)));
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
    if (this.isTree && !series) {
      this.openBranch(index, !this.items[index].open);
      return;
    }
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

  goTo(index) {
    this.active = Math.max(0, Math.min(this.shown - 1, index));
    this.reveal();
  }

  /** Opens or closes the branch at the cursor, or goes into it or out of it. */
  goSideways(inwards) {
    const { path, open, level } = this.items[this.active];
    if (path && open !== inwards) {
      this.openBranch(this.active, inwards);
      return;
    }
    const parent = this.items.findLastIndex((row, index) => index < this.active && row.level < level);
    if (inwards ? path : parent >= 0) {
      this.active = inwards ? this.active + 1 : parent;
      this.reveal();
    }
  }

  async openBranch(index, open) {
    const { path } = this.items[index];
    this.toggled.set(path, open);
    try {
      await this.remote?.load(path);
    } catch (error) {
      this.owner.failed(error);
    }
    this.arrange();
    this.draw();
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
