/**
 * The chart: uPlot, with axes for times and plain numbers, zoom by dragging and pinching, and a cursor that a keyboard
 * moves as well. Points are [timestamp, value]; x is as in time.js.
 */
import { distinct, exponentOf, lonely, nearest, scaled } from './columns.js';
import { gapRule, withGaps } from './gaps.js';
import { axisLabels, grouped } from './numbers.js';
import { fillStack, stack } from './stack.js';
import { timeLabels, toX } from './time.js';
import { listenToTouches } from './touch.js';

/** The rule for lines that don't break. */
const ANYWHERE = { usual: Infinity, limit: Infinity };
const NUMBER_STEPS = Array.from({ length: 19 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

/**
 * @typedef {object} Cursor
 * @property {number} x
 * @property {(number | null)[]} values of the series, null where it has a gap
 * @property {number} nearest the index of the series whose line is closest to the pointer; -1 for none
 * @property {boolean} pinned
 * @property {boolean} following whether it is that of another chart
 * @property {DOMRect} plot where the plot is in the window
 * @property {number} left of the cursor in the plot
 */

export class Chart {
  /**
   * @param {HTMLElement} box its size is the chart's
   * @param {object} owner
   * @param {(from: number, to: number) => void} owner.zoom
   * @param {() => void} owner.zoomOut
   * @param {(cursor: Cursor | null) => void} owner.cursorMoved
   * @param {() => void} owner.drawn
   */
  constructor(box, owner) {
    this.box = box;
    this.owner = owner;
    this.plot = null;
    this.shown = null;
    /** The x at which the cursor stays, or null. */
    this.pinned = null;
    /** Whether the cursor is that of another chart. */
    this.following = false;
    /** The width of the labels of values, and that of all charts, below each other. */
    this.ownWidth = this.commonWidth = 0;
    /** The lines on top of each other, or null. */
    this.pile = null;
    new ResizeObserver(() => {
      this.plot?.setSize(this.size());
      this.holdPin();
    }).observe(box);
    listenToTouches(this);
  }

  size() {
    return { width: Math.max(200, this.box.clientWidth), height: Math.max(140, this.box.clientHeight) };
  }

  /** How many points the chart can show side by side. */
  get pixels() {
    return Math.round(Math.max(100, this.box.clientWidth - 60) * Math.min(2, devicePixelRatio || 1));
  }

  /**
   * Shows series. If only the points and the range are new, the plot and its cursor are kept.
   * @param {object} content
   * @param {{key: string, points: [number, number][], look: object, hidden: boolean, earlier: string, step?: number,
   *   span?: number}[]} content.series `earlier` is what time they are of, empty for the present
   * @param {{from: number, to: number}} content.bounds in x
   * @param {import('./view.js').Axis} content.axis of the values
   * @param {string} content.unit
   * @param {boolean} content.utc
   * @param {object} content.colors of axes and grid
   */
  show(content) {
    this.shown = content;
    this.exponent = exponentOf(content.series);
    this.rules = [];
    this.gaps = 0;
    const columns = content.series.map((one, index) => this.columns(one, index));
    /** The values of all lines at all x, which are not what is drawn if they are stacked. */
    this.joined = columns.length ? window.uPlot.join(columns, columns.map(() => [1, 2])) : [[]];
    this.pile = content.axis.stacked ? stack(this.joined, content.series.map(({ hidden, earlier }) => (hidden ? -1 : Number(Boolean(earlier))))) : null;
    const data = this.pile ? [this.joined[0], ...this.pile.tops] : this.joined;
    const form = JSON.stringify([content.series.map(({ key, look, earlier }) => [key, look, earlier]), content.unit, content.utc, content.colors, content.axis]);
    if (this.plot && this.form === form) {
      content.series.forEach(({ hidden }, index) => {
        if (this.plot.series[index + 1].show === hidden) {
          this.plot.setSeries(index + 1, { show: !hidden });
        }
      });
      this.plot.setData(data, true);
    } else {
      this.plot?.destroy();
      this.form = form;
      this.plot = new window.uPlot(this.options(content), data, this.box);
      this.plot.root.classList.toggle('following', this.following);
      this.plot.over.classList.add('plot-over');
      this.listenToClicks();
    }
    this.holdPin();
  }

  /** Has the plot begin where those of the other charts do, so that one time is at one place. */
  alignTo(width) {
    if (this.commonWidth !== width) {
      this.commonWidth = width;
      this.plot?.redraw(false, true);
      this.holdPin();
    }
  }

  clear() {
    this.ownWidth = 0;
    this.plot?.destroy();
    this.plot = this.form = this.shown = this.pinned = this.pile = null;
  }

  columns({ points, step, span, earlier }, index) {
    const { unit, axis } = this.shown;
    const xs = new Array(points.length);
    const ys = new Array(points.length);
    for (let i = 0; i < points.length; i++) {
      xs[i] = toX(points[i][0], unit);
      const value = this.exponent ? scaled(points[i][1], -this.exponent) : points[i][1];
      // A logarithmic scale has no place for them.
      ys[i] = axis.log && value <= 0 ? null : value;
    }
    const column = distinct(xs, ys);
    this.rules[index] = gapRule(column[0], { step, span });
    if (axis.connect) {
      return column;
    }
    const [allXs, allYs, gaps] = withGaps(column, this.rules[index]);
    this.gaps += earlier ? 0 : gaps;
    return [allXs, allYs];
  }

  /** The ends of the value axis, which the user may have chosen, each or both. */
  yRange(min, max) {
    const { axis } = this.shown;
    const [from, to] = [axis.from, axis.to].map((end) => (end === null || !this.exponent ? end : scaled(end, -this.exponent)));
    if (axis.log) {
      const [low, high] = min === null || min <= 0 ? [1, 10] : window.uPlot.rangeLog(min, max, 10, false);
      const start = from > 0 ? from : low;
      return [start, to > start ? to : Math.max(high, start * 10)];
    }
    if (axis.stacked && min !== null) {
      [min, max] = [Math.min(0, min), Math.max(0, max)];
    }
    const [low, high] = min === null ? [0, 1] : window.uPlot.rangeNum(Math.min(min, from ?? min), Math.max(max, to ?? max), 0.1, true);
    const start = from ?? (to !== null && low >= to ? to - (Math.abs(to) || 1) : low);
    return [start, to ?? (high > start ? high : start + (Math.abs(start) || 1))];
  }

  options({ series, unit, utc, colors, axis: values }) {
    const time = unit !== 'n';
    const axis = { stroke: colors.text, font: colors.font, grid: { stroke: colors.grid, width: 1 }, ticks: { show: false }, gap: 8 };
    return {
      ...this.size(),
      legend: { show: false },
      padding: [12, 28, 0, 0],
      scales: {
        x: { time, range: () => [this.shown.bounds.from, this.shown.bounds.to] },
        y: { distr: values.log ? 3 : 1, range: (_, min, max) => this.yRange(min, max) },
      },
      ...(utc ? { tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1e3), 'Etc/UTC') } : {}),
      cursor: {
        drag: { x: true, y: false, setScale: false, dist: 4 },
        points: { size: 8 },
        dataIdx: (plot, index, closest) => (index === 0 ? closest
          : nearest(this.joined[0], this.joined[index], closest, values.connect ? ANYWHERE : this.rules[index - 1] ?? ANYWHERE)),
        bind: { dblclick: () => () => this.owner.zoomOut() },
      },
      focus: { alpha: 0.25 },
      axes: [
        {
          ...axis,
          size: 48,
          space: (_, index, min, max) => (time ? 90 : 24 + 8 * String(Math.round(Math.max(Math.abs(min), Math.abs(max)))).length),
          ...(time ? {} : { incrs: NUMBER_STEPS }),
          values: (_, splits, index, space, increment) =>
            (time ? timeLabels(splits, increment, utc) : splits.map(grouped)),
        },
        {
          ...axis,
          size: (plot, labels) => {
            this.ownWidth = 20 + Math.ceil(Math.max(24, ...(labels ?? []).map((label) => plot.ctx.measureText(label).width / devicePixelRatio)));
            return Math.max(this.ownWidth, this.commonWidth);
          },
          values: (_, splits, index, space, increment) => axisLabels(splits, values.log ? 0 : increment, this.exponent, values.unit),
        },
      ],
      series: [{}, ...series.map(({ key, look, hidden }, index) => ({
        label: key,
        show: !hidden,
        stroke: look.color,
        dash: look.dash,
        width: 1.5,
        points: {
          show: () => this.isSparse(index),
          filter: (plot, number, show) => this.marked(plot.data[number], index, show),
          size: 6, width: 1.5, fill: look.color,
        },
      }))],
      hooks: {
        setSelect: [(plot) => this.selected(plot)],
        setCursor: [(plot) => this.cursorMoved(plot)],
        draw: [() => this.owner.drawn()],
        drawAxes: [(plot) => this.pile && fillStack(plot, this.pile, this.shown.series.map(({ hidden, earlier, look }) => (hidden || earlier ? null : look.color)))],
      },
    };
  }

  /** Points are marked where there is room for them, because a line can't show a single one. */
  isSparse(index) {
    const { points = [], earlier } = this.shown.series[index] ?? {};
    return !earlier && points.length < this.box.clientWidth / 14;
  }

  /** Which points are marked; null for all, or for none if none are to be shown. A stack has points where a line has none. */
  marked(ys, index, show) {
    if (!this.pile) {
      return show ? null : lonely(ys);
    }
    return show ? this.joined[index + 1].flatMap((value, i) => (value === undefined || value === null ? [] : [i])) : lonely(ys);
  }

  selected(plot) {
    if (plot.select.width > 3) {
      const [from, to] = [plot.posToVal(plot.select.left, 'x'), plot.posToVal(plot.select.left + plot.select.width, 'x')];
      plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
      this.owner.zoom(from, to);
    }
  }

  cursorMoved(plot) {
    const { idx, idxs } = plot.cursor;
    if (idx === null || idx === undefined || plot.cursor.left < 0) {
      this.owner.cursorMoved(null);
      return;
    }
    let [nearestIndex, distance] = [-1, Infinity];
    const values = this.shown.series.map(({ hidden }, index) => {
      const value = this.joined[index + 1]?.[idxs[index + 1]];
      if (value === undefined || value === null) {
        return null;
      }
      const away = Math.abs(plot.valToPos(plot.data[index + 1][idxs[index + 1]], 'y') - plot.cursor.top);
      if (!hidden && !this.following && away < distance) {
        [nearestIndex, distance] = [index, away];
      }
      return this.original(value);
    });
    this.owner.cursorMoved({
      x: plot.data[0][idx], values, nearest: nearestIndex, pinned: this.pinned !== null, following: this.following,
      plot: plot.over.getBoundingClientRect(), left: plot.cursor.left,
    });
  }

  original(value) {
    return this.exponent ? scaled(value, this.exponent) : value;
  }

  /** Moves the cursor by points; if it is outside, it enters at the newest one. */
  step(count) {
    const { plot } = this;
    const xs = plot?.data[0] ?? [];
    if (!xs.length) {
      return;
    }
    const { from, to } = this.shown.bounds;
    const first = xs.findIndex((x) => x >= from);
    const last = xs.findLastIndex((x) => x <= to);
    if (first < 0 || last < first) {
      return;
    }
    this.lead();
    const now = plot.cursor.left >= 0 ? plot.cursor.idx : null;
    let index = now === null ? last : Math.max(first, Math.min(last, now + count));
    const direction = now === null ? -1 : Math.sign(count);
    while (this.isGap(index) && index + direction >= first && index + direction <= last) {
      index += direction;
    }
    plot.setCursor({ left: plot.valToPos(xs[index], 'x'), top: plot.over.clientHeight / 2 });
    if (this.pinned !== null) {
      this.pinned = xs[index];
    }
  }

  /** Whether no series has a point at an x: it is at the end of a gap. */
  isGap(index) {
    return this.joined.every((ys, column) => column === 0 || ys[index] === null || ys[index] === undefined);
  }

  /** Has the cursor stay where it is, or follow the pointer again. */
  togglePin() {
    const { plot } = this;
    if (!plot) {
      return;
    }
    this.lead();
    this.pinned = this.pinned === null && plot.cursor.left >= 0 && plot.cursor.idx !== null ? plot.data[0][plot.cursor.idx] : null;
    plot.cursor._lock = this.pinned !== null;
    this.cursorMoved(plot);
  }

  /** Puts a pinned cursor back to its x, after the chart has moved below it. uPlot knows its new scales in a microtask. */
  holdPin() {
    queueMicrotask(() => {
      if (this.pinned === null || !this.plot) {
        return;
      }
      const { from, to } = this.shown.bounds;
      if (this.pinned < from || this.pinned > to) {
        this.hideCursor();
        return;
      }
      this.plot.cursor._lock = true;
      this.plot.setCursor({ left: this.plot.valToPos(this.pinned, 'x'), top: this.plot.over.clientHeight / 2 });
    });
  }

  /** This chart's cursor is the user's, and no longer that of another chart. */
  lead() {
    this.following = false;
    this.plot?.root.classList.remove('following');
  }

  /**
   * Has the cursor be where that of another chart is.
   * @param {number | null} x null for nowhere
   * @param {boolean} pinned whether it stays there
   */
  follow(x, pinned) {
    if (!this.plot) {
      return;
    }
    const { from, to } = this.shown.bounds;
    const seen = x !== null && x >= from && x <= to;
    this.following = true;
    this.plot.root.classList.add('following');
    this.pinned = seen && pinned ? x : null;
    this.plot.cursor._lock = this.pinned !== null;
    this.plot.setCursor(seen ? { left: this.plot.valToPos(x, 'x'), top: this.plot.over.clientHeight / 2 } : { left: -10, top: -10 });
  }

  /** A click pins the cursor, unless it is the end of dragging. */
  listenToClicks() {
    let start = 0;
    // Before uPlot moves its cursor.
    this.plot.root.addEventListener('mousemove', () => this.pinned === null && this.lead(), { capture: true });
    this.plot.over.addEventListener('mousedown', ({ clientX }) => {
      start = clientX;
    });
    this.plot.over.addEventListener('click', ({ clientX, detail }) => {
      if (detail === 1 && Math.abs(clientX - start) < 4) {
        this.togglePin();
      }
    });
  }

  hideCursor() {
    this.pinned = null;
    if (this.plot) {
      this.plot.cursor._lock = false;
    }
    this.plot?.setCursor({ left: -10, top: -10 });
  }

  /** Brings one series forward; -1 for none. */
  emphasize(index) {
    this.plot?.setSeries(index < 0 ? null : index + 1, { focus: index >= 0 }, false);
  }
}
