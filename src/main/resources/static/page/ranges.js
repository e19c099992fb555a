/** How the user moves in time: all charts have one range. */
import { nowSeconds } from './api.js';
import { announce } from './dom.js';
import { moves, requestFor, wholeRange, widened } from './range.js';
import { PRESETS, full } from './time.js';
import { flash } from './trouble.js';

export class Ranges {
  /**
   * @param {object} owner
   * @param {() => import('./view.js').View} owner.view
   * @param {() => {from: number, to: number}} owner.bounds what the charts show
   * @param {() => boolean} owner.utc
   * @param {(range: import('./view.js').Range) => void} owner.chosen
   */
  constructor(owner) {
    this.owner = owner;
  }

  /** The unit of timestamps in whose terms the range is: that of the first chart with series. */
  get unit() {
    return this.owner.view().charts.find(({ series }) => series.size)?.unit ?? 's';
  }

  /** A chart of plain numbers has nothing in a range of times, so it shows all of its points, and the other way round. */
  isOther(chart) {
    return (chart.unit === 'n') !== (this.unit === 'n');
  }

  /** What the server is asked for, for a chart. */
  requestFor(chart, now = nowSeconds()) {
    return requestFor(this.isOther(chart) ? { preset: 'all' } : this.owner.view().range, chart.unit, now);
  }

  /** @param {import('./view.js').Range} range */
  set(range) {
    const chosen = moves(range) ? range : wholeRange(range, this.unit);
    announce(this.describe(chosen));
    return this.owner.chosen(chosen);
  }

  describe(range) {
    if (range.preset) {
      return PRESETS.find(({ name }) => name === range.preset).label;
    }
    const { from, to } = requestFor(range, this.unit, nowSeconds()).bounds;
    return `From ${full(from, this.unit, this.owner.utc())} to ${full(to, this.unit, this.owner.utc())}.`;
  }

  /** Shows what the user has marked in a chart. */
  zoom(chart, range) {
    if (this.isOther(chart)) {
      flash('The time range is that of other charts. This one shows all of its points.');
      return undefined;
    }
    return this.set(range);
  }

  zoomOut() {
    return this.set(widened(this.owner.bounds(), this.unit, nowSeconds()));
  }

  zoomIn() {
    const { from, to } = this.owner.bounds();
    const quarter = (to - from) / 4;
    return this.set({ from: from + quarter, to: to - quarter });
  }

  /** @param {number} share of the range, below zero for the past */
  move(share) {
    const { from, to } = this.owner.bounds();
    const distance = (to - from) * share;
    return this.set({ from: from + distance, to: to + distance });
  }
}
