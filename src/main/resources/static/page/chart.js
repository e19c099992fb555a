/**
 * The chart: uPlot, with axes for times and plain numbers, zoom by dragging and pinching, and a cursor that a keyboard
 * moves as well. Points are [timestamp, value]; x is as in time.js.
 */
import { gapRule, withGaps } from './gaps.js';
import { axisLabels, grouped } from './numbers.js';
import { timeLabels, toX } from './time.js';

/** The rule for lines that don't break. */
const ANYWHERE = { usual: Infinity, limit: Infinity };
const NUMBER_STEPS = Array.from({ length: 19 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

/**
 * @typedef {object} Cursor
 * @property {number} x
 * @property {(number | null)[]} values of the series, null where it has a gap
 * @property {number} nearest the index of the series whose line is closest to the pointer; -1 for none
 * @property {boolean} pinned
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
   */
  constructor(box, owner) {
    this.box = box;
    this.owner = owner;
    this.plot = null;
    this.shown = null;
    /** The x at which the cursor stays, or null. */
    this.pinned = null;
    new ResizeObserver(() => {
      this.plot?.setSize(this.size());
      this.holdPin();
    }).observe(box);
    this.listenToTouches();
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
   * @param {{key: string, points: [number, number][], look: object, hidden: boolean, step?: number, span?: number}[]} content.series
   * @param {{from: number, to: number}} content.bounds in x
   * @param {{unit: string, from: number | null, to: number | null, log: boolean, connect: boolean}} content.axis of the values
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
    const data = columns.length ? window.uPlot.join(columns, columns.map(() => [1, 2])) : [[]];
    const form = JSON.stringify([content.series.map(({ key, look }) => [key, look]), content.unit, content.utc, content.colors, content.axis]);
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
      this.plot.over.classList.add('plot-over');
      this.listenToClicks();
    }
    this.holdPin();
  }

  clear() {
    this.plot?.destroy();
    this.plot = this.form = this.shown = this.pinned = null;
  }

  columns({ points, step, span }, index) {
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
    this.gaps += gaps;
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
          : nearest(plot.data[0], plot.data[index], closest, values.connect ? ANYWHERE : this.rules[index - 1] ?? ANYWHERE)),
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
          size: (plot, labels) => 20 + Math.ceil(Math.max(24, ...(labels ?? []).map((label) => plot.ctx.measureText(label).width / devicePixelRatio))),
          values: (_, splits, index, space, increment) => axisLabels(splits, values.log ? 0 : increment, this.exponent, values.unit),
        },
      ],
      series: [{}, ...series.map(({ key, points, look, hidden }, index) => ({
        label: key,
        show: !hidden,
        stroke: look.color,
        dash: look.dash,
        width: 1.5,
        points: {
          show: () => this.isSparse(index),
          filter: (plot, number, show) => (show ? null : lonely(plot.data[number])),
          size: 6, width: 1.5, fill: look.color,
        },
      }))],
      hooks: {
        setSelect: [(plot) => this.selected(plot)],
        setCursor: [(plot) => this.cursorMoved(plot)],
      },
    };
  }

  /** Points are marked where there is room for them, because a line can't show a single one. */
  isSparse(index) {
    return (this.shown.series[index]?.points.length ?? 0) < this.box.clientWidth / 14;
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
      const value = plot.data[index + 1]?.[idxs[index + 1]];
      if (value === undefined || value === null) {
        return null;
      }
      const away = Math.abs(plot.valToPos(value, 'y') - plot.cursor.top);
      if (!hidden && away < distance) {
        [nearestIndex, distance] = [index, away];
      }
      return this.original(value);
    });
    this.owner.cursorMoved({
      x: plot.data[0][idx], values, nearest: nearestIndex, pinned: this.pinned !== null,
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
    return this.plot.data.every((ys, column) => column === 0 || ys[index] === null || ys[index] === undefined);
  }

  /** Has the cursor stay where it is, or follow the pointer again. */
  togglePin() {
    const { plot } = this;
    if (!plot) {
      return;
    }
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

  /** A click pins the cursor, unless it is the end of dragging. */
  listenToClicks() {
    let start = 0;
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

  /** One finger moves the cursor, two fingers zoom. */
  listenToTouches() {
    let pinch = null;
    const fractions = (event) => {
      const { left, width } = this.plot.over.getBoundingClientRect();
      return [...event.touches].map(({ clientX }) => (clientX - left) / width).sort((a, b) => a - b);
    };
    const moveCursor = (event) => {
      const { left, top } = this.plot.over.getBoundingClientRect();
      this.plot.setCursor({ left: event.touches[0].clientX - left, top: event.touches[0].clientY - top });
    };
    this.box.addEventListener('touchstart', (event) => {
      if (this.plot && event.touches.length === 2) {
        pinch = { from: fractions(event), to: fractions(event) };
      } else if (this.plot && event.touches.length === 1) {
        moveCursor(event);
      }
    }, { passive: true });
    this.box.addEventListener('touchmove', (event) => {
      if (pinch && event.touches.length === 2) {
        pinch.to = fractions(event);
      } else if (this.plot && !pinch) {
        moveCursor(event);
      }
    }, { passive: true });
    this.box.addEventListener('touchend', (event) => {
      if (pinch && event.touches.length < 2) {
        const { from: [a, b], to: [c, d] } = pinch;
        const { from, to } = this.shown.bounds;
        const width = ((b - a) / Math.max(0.02, d - c)) * (to - from);
        const start = from + a * (to - from) - c * width;
        pinch = null;
        if (Math.abs(width - (to - from)) > 0.05 * (to - from)) {
          this.owner.zoom(start, start + width);
        }
      }
    }, { passive: true });
  }
}

/** Timestamps that are too large for a double to distinguish have the same x; the last one is kept. */
function distinct(xs, ys) {
  let kept = 0;
  for (let i = 0; i < xs.length; i++) {
    if (kept && xs[i] === xs[kept - 1]) {
      kept--;
    }
    xs[kept] = xs[i];
    ys[kept++] = ys[i];
  }
  xs.length = ys.length = kept;
  return [xs, ys];
}

/**
 * The series' own point closest to the cursor, because most series have no point at most of the common x values. In a gap
 * and beyond the ends of a line, only a point that is close enough counts.
 */
function nearest(xs, ys, closest, { usual, limit }) {
  const has = (index) => ys[index] !== undefined && ys[index] !== null;
  let before = closest;
  let after = closest;
  while (before >= 0 && !has(before)) {
    before--;
  }
  while (after < ys.length && !has(after)) {
    after++;
  }
  const left = before < 0 ? Infinity : xs[closest] - xs[before];
  const right = after >= ys.length ? Infinity : xs[after] - xs[closest];
  const most = ys[closest] === null ? usual * 1.0001 : left === Infinity || right === Infinity ? limit : Infinity;
  const found = left <= right ? before : after;
  return Math.min(left, right) === Infinity || Math.min(left, right) > most ? null : found;
}

/** The points between two gaps, which no line shows; null if there are none. */
function lonely(ys) {
  const found = [];
  let [broken, candidate] = [true, -1];
  for (let i = 0; i <= ys.length; i++) {
    const value = i === ys.length ? null : ys[i];
    if (value === null) {
      if (candidate >= 0) {
        found.push(candidate);
      }
      [broken, candidate] = [true, -1];
    } else if (value !== undefined) {
      candidate = broken ? i : -1;
      broken = false;
    }
  }
  return found.length ? found : null;
}

/** The power of ten in whose units values are drawn that are too large or small to add and divide safely; else 0. */
function exponentOf(series) {
  let largest = 0;
  for (const { points } of series) {
    for (const [, value] of points) {
      largest = Math.max(largest, Math.abs(value));
    }
  }
  return largest === 0 || (largest < 1e15 && largest > 1e-9) ? 0 : Math.floor(Math.log10(largest));
}

/** value · 10^exponent, in two steps, because 10^324 is not a finite number. */
function scaled(value, exponent) {
  const half = Math.trunc(exponent / 2);
  return value * 10 ** half * 10 ** (exponent - half);
}
