/** A chart on the page with what belongs to it: its points, its legend, the form of its axis, and its buttons. */
import { exists } from './api.js';
import { AxisForm } from './axis.js';
import { BEFORE, fetchEarlier } from './before.js';
import { Chart } from './chart.js';
import { colors, isDark } from './colours.js';
import { announce } from './dom.js';
import { saveCsv, savePng } from './download.js';
import { listenToChartKeys } from './keys.js';
import { Legend } from './legend.js';
import { fetchLines, isComputed } from './lines.js';
import { EARLIER_DASH, look } from './palette.js';
import { partsOf } from './parts.js';
import { boundsOfAll } from './range.js';
import { commonUnit, fullRange, toX } from './time.js';
import { flash } from './trouble.js';
import { isChanged } from './view.js';

const NO_LINE = { points: [], count: 0, mean: null };

/** What a chart has before anything is fetched, and without series. */
export const nothing = () => ({ lines: new Map(), earlier: new Map(), bounds: null, maxPoints: 0, unknown: '' });

/**
 * @typedef {object} Loaded the points of a chart
 * @property {Map<string, object>} lines
 * @property {Map<string, object>} earlier the same lines at an earlier time, as if it were the present
 * @property {{from: number, to: number} | null} bounds null while those of all points are not known
 * @property {number} maxPoints
 * @property {string} unit of the timestamps, if the points tell; else what the view says
 * @property {string} unknown why there is nothing
 */

export class Panel {
  /**
   * @param {number} number from 1, from the top
   * @param {object} owner
   * @param {(changes: object) => void} owner.change changes the view of this chart
   * @param {(keys: string[], chosen: boolean) => void} owner.choose
   * @param {(line: string, other: string) => void} owner.exchange
   * @param {(from: number, to: number) => void} owner.zoom
   * @param {() => void} owner.zoomIn
   * @param {() => void} owner.zoomOut
   * @param {(share: number) => void} owner.move
   * @param {(cursor: import('./chart.js').Cursor | null) => void} owner.cursorMoved
   * @param {() => void} owner.drawn the plot has been painted
   * @param {() => void} owner.activate
   * @param {() => void} owner.showAll
   * @param {() => void} owner.toggleTable
   * @param {() => void} owner.remove
   * @param {() => object} owner.query the range as the server is asked for it
   */
  constructor(number, owner) {
    this.number = number;
    this.owner = owner;
    const at = partsOf(number);
    this.at = at;
    this.legend = new Legend(at, {
      toggleHidden: (key) => this.toggleHidden(key),
      remove: (key) => owner.choose([key], false),
      exchange: owner.exchange,
      emphasize: (index) => this.chart.emphasize(index),
    });
    this.axisForm = new AxisForm(at, (axis) => owner.change({ axis }));
    this.chart = new Chart(at('chart'), {
      zoom: owner.zoom,
      zoomOut: owner.zoomOut,
      drawn: owner.drawn,
      cursorMoved: (cursor) => {
        this.legend.showCursor(cursor);
        owner.cursorMoved(cursor);
      },
    });
    const on = (id, action) => at(id).addEventListener('click', action);
    on('clear', () => owner.choose([...this.view.series.keys()], false));
    on('table', owner.toggleTable);
    on('show-all', owner.showAll);
    on('remove-chart', owner.remove);
    on('png', () => savePng(this.chart.plot.ctx.canvas, this.title, this.content.series.filter(({ hidden }) => !hidden), colors()));
    on('csv', () => this.takeCsv());
    for (const type of ['pointerdown', 'focusin']) {
      // That button shows the table, or hides it if it was that of this chart before.
      at('card').addEventListener(type, ({ target }) => at('table').contains(target) || owner.activate());
    }
    listenToChartKeys(at('chart'), {
      chart: this.chart, charting: () => this.view.series.size > 0, move: owner.move, zoomIn: owner.zoomIn, zoomOut: owner.zoomOut,
      moved: () => announce(this.legend.describeCursor()),
    });
  }

  toggleHidden(key) {
    const hidden = new Set(this.view.hidden);
    if (!hidden.delete(key)) {
      hidden.add(key);
    }
    this.owner.change({ hidden });
  }

  async takeCsv() {
    const lines = [...this.view.series.keys()].filter((line) => !this.view.hidden.has(line));
    try {
      await saveCsv(lines, this.owner.query(), this.loaded.lines);
    } catch (error) {
      const text = `No CSV: ${error.message}`;
      announce(text);
      flash(text);
    }
  }

  /**
   * Fetches the points of a chart.
   * @param {import('./view.js').ChartView} view
   * @param {{query: object, bounds: object | null}} range
   * @returns {Promise<Loaded>}
   */
  async load({ series, unit, axis }, range, now, signal) {
    if (!series.size) {
      return { ...nothing(), unit, bounds: range.bounds };
    }
    const keys = [...series.keys()];
    const what = { range, unit, now, maxPoints: this.chart.pixels };
    const [lines, earlier] = await Promise.all([fetchLines(keys, what, signal), fetchEarlier(keys, axis.before, what, signal)]);
    const loaded = { ...nothing(), lines, earlier, bounds: range.bounds, maxPoints: what.maxPoints, unit };
    if (!range.bounds) {
      const ends = [...lines.values()].flatMap(({ points }) => (points.length ? [points[0][0], points.at(-1)[0]] : []));
      loaded.unit = commonUnit(ends) ?? unit;
      loaded.bounds = boundsOfAll(lines.values(), loaded.unit, now);
    }
    return loaded;
  }

  /**
   * A chart without points may be one of a key that nobody has put, or of a line that can't be computed.
   * @param {Loaded} loaded
   * @returns {Promise<string>} what is to be said about it; empty for nothing
   */
  async explain({ lines }, signal) {
    if ([...lines.values()].some(({ points, problem }) => points.length || problem)) {
      return '';
    }
    const keys = [...lines.keys()].filter((line) => !isComputed(line));
    const known = await Promise.all(keys.slice(0, 5).map((key) => exists(key, signal)));
    return !known.length || known.some(Boolean) ? ''
      : keys.length === 1 ? `There is no series ${keys[0]}.` : 'There are no series with these names.';
  }

  /**
   * Shows the chart.
   * @param {import('./view.js').ChartView} view
   * @param {Loaded} loaded
   * @param {{utc: boolean, stale: boolean, showsAll: boolean}} how stale: whether other points are on their way; showsAll:
   *   whether the range is that of all points
   */
  draw(view, loaded, { utc, stale, showsAll }) {
    Object.assign(this, { view, loaded });
    const { at } = this;
    const bounds = loaded.bounds ?? { from: 0, to: 1 };
    const line = (key, slot, lines, more) => ({
      ...NO_LINE, ...lines.get(key), key, slot, hidden: view.hidden.has(key), span: this.spanOf(lines.get(key), bounds, view.unit), ...more,
    });
    const series = [...view.series].map(([key, slot]) => line(key, slot, loaded.lines, { look: look(slot, isDark()), earlier: '' }));
    const ghosts = [...view.series].filter(([key]) => loaded.earlier.has(key)).map(([key, slot]) => line(key, slot, loaded.earlier,
      { look: { ...look(slot, isDark()), ...EARLIER_DASH }, earlier: BEFORE[view.axis.before]?.label ?? '' }));
    this.content = { series: view.axis.before ? [...series, ...ghosts] : series, bounds, unit: view.unit, utc, axis: view.axis, colors: colors() };
    at('card').classList.toggle('charting', series.length > 0);
    this.legend.show(this.content);
    if (series.length) {
      this.chart.show(this.content);
    } else {
      this.chart.clear();
    }
    this.title = fullRange(bounds, view.unit, utc);
    const description = series.length ? this.legend.describe(bounds, this.chart.gaps) : '';
    at('description').textContent = description;
    at('chart').setAttribute('aria-label', series.length ? `Chart of ${series.length} series. ${description}` : 'Chart, no series chosen');
    this.showOver(series, stale, showsAll);
  }

  /** The length of the spans of time from each of which the server has chosen two points; undefined if it has all. */
  spanOf({ points, count } = NO_LINE, { to }, unit) {
    return points.length && points.length < count
      ? (to - toX(points[0][0], unit)) / Math.max(1, Math.floor((this.loaded.maxPoints - 2) / 2) - 1) : undefined;
  }

  showOver(series, stale, showsAll) {
    const { at } = this;
    const problem = series.find((one) => one.problem)?.problem;
    const reason = problem ?? this.loaded.unknown;
    at('over-chart').hidden = series.length > 0 && (stale || series.some(({ points }) => points.length));
    at('over-text').textContent = !series.length ? 'Choose a series to see it here.' : reason || 'No points in this range.';
    at('show-all').hidden = series.length === 0 || showsAll || Boolean(reason);
  }

  /**
   * Shows what the view says about the chart's surroundings.
   * @param {import('./view.js').ChartView} view
   * @param {{active: boolean, several: boolean, table: boolean}} how
   */
  showState(view, { active, several, table }) {
    this.view = view;
    const { at } = this;
    at('card').hidden = false;
    at('card').classList.toggle('active', active && several);
    at('card-head').hidden = !several;
    at('chart-title').textContent = several ? `Chart ${this.number}` : 'Chart';
    // Regions of the page have different names.
    const suffix = several ? ` of chart ${this.number}` : '';
    at('legend').setAttribute('aria-label', `Legend${suffix}`);
    at('axis-form').setAttribute('aria-label', `Axis${suffix}`);
    at('active-note').textContent = active && several ? 'takes what you choose in the list' : '';
    at('remove-chart').setAttribute('aria-label', `Remove chart ${this.number}`);
    at('table').setAttribute('aria-pressed', String(table));
    for (const id of ['csv', 'png', 'clear', 'table', 'axis']) {
      at(id).disabled = view.series.size === 0;
    }
    // There is no room for those of several charts.
    this.axisForm.show(view.axis, !several && isChanged(view.axis));
  }

  /** Shows nothing, because the view has fewer charts. */
  hide() {
    this.at('card').hidden = true;
    this.chart.clear();
  }
}
