/**
 * The chart: uPlot, with axes for times and plain numbers, zoom by dragging and pinching, and a cursor that a keyboard
 * moves as well. Points are [timestamp, value]; x is as in time.js.
 */
import { axisLabels } from './numbers.js';
import { timeLabels, toX } from './time.js';

const NUMBER_STEPS = Array.from({ length: 19 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

export class Chart {
  /**
   * @param {HTMLElement} box its size is the chart's
   * @param {object} owner
   * @param {(from: number, to: number) => void} owner.zoom
   * @param {() => void} owner.zoomOut
   * @param {(cursor: {x: number, values: (number | null)[]} | null) => void} owner.cursorMoved
   */
  constructor(box, owner) {
    this.box = box;
    this.owner = owner;
    this.plot = null;
    this.shown = null;
    new ResizeObserver(() => this.plot?.setSize(this.size())).observe(box);
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
   * @param {{key: string, points: [number, number][], look: object, hidden: boolean}[]} content.series
   * @param {{from: number, to: number}} content.bounds in x
   * @param {string} content.unit
   * @param {boolean} content.utc
   * @param {object} content.colors of axes and grid
   */
  show(content) {
    this.shown = content;
    this.exponent = exponentOf(content.series);
    const columns = content.series.map(({ points }) => this.columns(points, content.unit));
    const data = columns.length ? window.uPlot.join(columns) : [[]];
    const form = JSON.stringify([content.series.map(({ key, look }) => [key, look]), content.unit, content.utc, content.colors]);
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
    }
  }

  clear() {
    this.plot?.destroy();
    this.plot = this.form = this.shown = null;
  }

  columns(points, unit) {
    const xs = new Array(points.length);
    const ys = new Array(points.length);
    for (let i = 0; i < points.length; i++) {
      xs[i] = toX(points[i][0], unit);
      ys[i] = this.exponent ? scaled(points[i][1], -this.exponent) : points[i][1];
    }
    return distinct(xs, ys);
  }

  options({ series, unit, utc, colors }) {
    const time = unit !== 'n';
    const axis = { stroke: colors.text, font: colors.font, grid: { stroke: colors.grid, width: 1 }, ticks: { show: false }, gap: 8 };
    return {
      ...this.size(),
      legend: { show: false },
      padding: [12, 16, 0, 0],
      scales: {
        x: { time, range: () => [this.shown.bounds.from, this.shown.bounds.to] },
        y: { range: (_, min, max) => (min === null ? [0, 1] : window.uPlot.rangeNum(min, max, 0.1, true)) },
      },
      ...(utc ? { tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1e3), 'Etc/UTC') } : {}),
      cursor: {
        drag: { x: true, y: false, setScale: false, dist: 4 },
        points: { size: 8 },
        dataIdx: (plot, index, closest) => (index === 0 ? closest : nearest(plot.data[0], plot.data[index], closest)),
        bind: { dblclick: () => () => this.owner.zoomOut() },
      },
      focus: { alpha: 0.25 },
      axes: [
        {
          ...axis,
          size: 48,
          space: (_, index, min, max) => (time ? 80 : 24 + 8 * String(Math.round(Math.max(Math.abs(min), Math.abs(max)))).length),
          ...(time ? {} : { incrs: NUMBER_STEPS }),
          values: (_, splits, index, space, increment) =>
            (time ? timeLabels(splits, increment, utc) : axisLabels(splits, increment, 0)),
        },
        {
          ...axis,
          size: (plot, labels) => 20 + Math.ceil(Math.max(24, ...(labels ?? []).map((label) => plot.ctx.measureText(label).width / devicePixelRatio))),
          values: (_, splits, index, space, increment) => axisLabels(splits, increment, this.exponent),
        },
      ],
      series: [{}, ...series.map(({ key, points, look, hidden }, index) => ({
        label: key,
        show: !hidden,
        stroke: look.color,
        dash: look.dash,
        width: 1.5,
        points: { show: () => this.isSparse(index), size: 6, width: 1.5, fill: look.color },
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
    const values = this.shown.series.map((_, index) => {
      const value = plot.data[index + 1]?.[idxs[index + 1]];
      return value === undefined || value === null ? null : this.original(value);
    });
    this.owner.cursorMoved({ x: plot.data[0][idx], values });
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
    const index = now === null ? last : Math.max(first, Math.min(last, now + count));
    plot.setCursor({ left: plot.valToPos(xs[index], 'x'), top: plot.over.clientHeight / 2 });
  }

  hideCursor() {
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

/** The series' own point closest to the cursor, because most series have no point at most of the common x values. */
function nearest(xs, ys, closest) {
  let before = closest;
  let after = closest;
  while (before >= 0 && (ys[before] === undefined || ys[before] === null)) {
    before--;
  }
  while (after < ys.length && (ys[after] === undefined || ys[after] === null)) {
    after++;
  }
  if (before < 0 || after >= ys.length) {
    return before < 0 ? (after >= ys.length ? null : after) : before;
  }
  return xs[closest] - xs[before] <= xs[after] - xs[closest] ? before : after;
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
