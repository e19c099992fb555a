/** Connects the parts: the view in the address, the data of the server, and the screen. */
import { nowSeconds } from './api.js';
import { Panel, nothing } from './chart-panel.js';
import { fitting, withChosen, withExchanged } from './choosing.js';
import { isDark, nextTheme, onSystemChange, showTheme } from './colours.js';
import { Combine } from './combine.js';
import { askRange, showHelp } from './dialogs.js';
import { announce, byId } from './dom.js';
import { copy, fillEmptyState } from './empty.js';
import { Finding } from './finding.js';
import { listenToShortcuts } from './keys.js';
import { SeriesList } from './list.js';
import { listenToOperator } from './operator.js';
import { MAX_SERIES, look } from './palette.js';
import { Poller } from './poller.js';
import { moves } from './range.js';
import { Ranges } from './ranges.js';
import { remember, remembered } from './settings.js';
import { SharedCursor } from './shared-cursor.js';
import { isNarrow, openList } from './sheet.js';
import { fillPresets, showSurroundings } from './surroundings.js';
import { PointTable } from './table.js';
import { fullRange, zoneName } from './time.js';
import { flash, hideAhead, showTrouble } from './trouble.js';
import { emptyChart, readView, writeView } from './view.js';

const EMPTY_INTERVAL_MILLIS = 1000;
const LIST_INTERVAL_MILLIS = 5000;

let view = readView(location.hash);
let utc = remembered('zone', 'local') === 'utc';
/** The last answers for the charts; they are drawn again when only their look changes. */
let drawn = { charts: [], bounds: { from: 0, to: 1 }, stale: true };
let charting = null;
let empty = false;
let steps = history.state?.steps ?? 0;

const active = () => view.charts[view.active];
const hasSeries = () => view.charts.some(({ series }) => series.size);
const ranges = new Ranges({
  view: () => view, bounds: () => drawn.bounds, utc: () => utc,
  chosen: (range) => {
    change({ range, rangeChosen: true });
    return trying(refreshCharts);
  },
});
const list = new SeriesList({
  choose: (keys, chosen) => choose(keys, chosen),
  lookOf: (key) => (active().series.has(key) ? look(active().series.get(key), isDark()) : null),
  failed: (error) => poller.failed(error),
  chooseAll,
  left: () => goToChart(),
});
const combine = new Combine({ chooseAll, add: (line) => choose([line], true) });
const finding = new Finding(list, combine, {
  searched: (search) => change({ search }, { step: false }), ordered: (order) => change({ order }), trying, left: () => openList(false),
});
const table = new PointTable();
const poller = new Poller({ refresh, intervalMillis, onState: (error, retryMillis) => showTrouble(error, retryMillis, utc) });
const panels = [];
const cursor = new SharedCursor(() => panels.slice(0, view.charts.length));

/** The panel of a chart, which is made when it is needed first. */
function panelOf(index) {
  panels[index] ??= new Panel(index + 1, {
    change: (changes) => {
      const before = view.charts[index].axis.before;
      changeChart(index, changes);
      return view.charts[index].axis.before === before ? drawCharts() : trying(refreshCharts);
    },
    choose: (keys, chosen) => choose(keys, chosen, index),
    exchange: (line, other) => {
      announce(`${other} instead of ${line}.`);
      changeChart(index, withExchanged(view.charts[index], line, other));
      return trying(refreshCharts);
    },
    zoom: (from, to) => ranges.zoom(view.charts[index], { from, to }),
    zoomIn: () => ranges.zoomIn(),
    zoomOut: () => ranges.zoomOut(),
    move: (share) => ranges.move(share),
    cursorMoved: (place) => cursor.moved(panels[index], place),
    drawn: () => queueMicrotask(() => cursor.align()),
    activate: () => activate(index),
    showAll: () => ranges.set({ preset: 'all' }),
    toggleTable: () => toggleTable(index),
    remove: () => removeChart(index),
    query: () => ranges.requestFor(view.charts[index]).query,
  });
  return panels[index];
}

// --- the view and the address --------------------------------------------------------------------------------------

/** Changes the view. The browser's back button undoes a step; intermediate typing does not count as a step. */
function change(changes, { step = true } = {}) {
  view = { ...view, ...changes };
  const address = writeView(view);
  if (step && address !== location.hash) {
    history.pushState({ steps: ++steps }, '', address);
  } else {
    history.replaceState({ steps }, '', address);
  }
  showView();
}

function changeChart(index, changes, shared = {}) {
  change({ ...shared, charts: view.charts.map((chart, other) => (other === index ? { ...chart, ...changes } : chart)) });
}

async function restore() {
  steps = history.state?.steps ?? 0;
  view = readView(location.hash);
  showView();
  poller.setRunning(view.live);
  await trying(async () => {
    await finding.restore(view);
    await refreshCharts();
  });
}

/** Shows a view that was saved. */
function openView(address) {
  history.pushState({ steps: ++steps }, '', `#${address}`);
  restore();
}

/** Runs a request to the server that the user has caused. Failures are shown and retried in one place. */
async function trying(action) {
  try {
    await action();
  } catch (error) {
    if (error.name !== 'AbortError') {
      poller.failed(error);
    }
  }
}

// --- charts and what is in them ------------------------------------------------------------------------------------

function choose(keys, chosen, index = view.active) {
  const { changed, left, ...changes } = withChosen(view.charts[index], keys, chosen);
  if (left) {
    announce(`A chart can show ${MAX_SERIES} series.`);
    flash(`A chart can show at most ${MAX_SERIES} series.`);
  } else if (changed.length) {
    announce(`${changed.length === 1 ? changed[0] : `${changed.length} series`} ${chosen ? 'added to' : 'removed from'} the chart.`);
  }
  const { unit: fittingUnit, ...range } = fitting(view, view.charts[index], changes.series, list);
  changeChart(index, { ...changes, unit: fittingUnit }, range);
  return trying(refreshCharts);
}

/** All that the list has, or as many as a chart can show. */
function chooseAll() {
  return trying(async () => {
    const { total } = list;
    const found = await list.firstKeys(MAX_SERIES);
    const { changed, left, series } = withChosen(active(), found, true);
    await choose(found.filter((key) => series.has(key)), true);
    const text = total > found.length || left ? `Added ${changed.length} of ${list.summary}. A chart shows at most ${MAX_SERIES}.` : `Added ${changed.length} series.`;
    announce(text);
    flash(text);
  });
}

function activate(index) {
  if (index !== view.active && index < view.charts.length) {
    change({ active: index }, { step: false });
    drawTable();
  }
}

function addChart() {
  change({ charts: [...view.charts, emptyChart()], active: view.charts.length });
  announce(`Chart ${view.charts.length} added. It takes what you choose in the list.`);
  drawCharts();
  panels[view.active].at('card').scrollIntoView({ block: 'nearest' });
  if (isNarrow()) {
    openList(true);
  }
}

function removeChart(index) {
  const without = (all) => all.filter((_, other) => other !== index);
  drawn.charts = without(drawn.charts);
  const charts = without(view.charts);
  cursor.hide();
  change({ charts, active: Math.min(view.active > index ? view.active - 1 : view.active, charts.length - 1) });
  announce(`Chart ${index + 1} removed.`);
  drawCharts();
  panels[view.active].at('chart').focus();
  return trying(refreshCharts);
}

// --- asking the server ---------------------------------------------------------------------------------------------

async function refresh() {
  const wasEmpty = empty;
  await Promise.all([finding.refresh(view.search), !wasEmpty && wantsNewPoints() && refreshCharts()]);
  empty = list.total === 0 && !view.search && !hasSeries();
  showWhetherEmpty();
  if (empty) {
    fillEmptyState();
  } else if (wasEmpty) {
    const first = list.at(0).key;
    announce(`The first point has arrived: ${first}.`);
    choose([first], true);
  }
}

/** A range in the past does not change from second to second. */
function wantsNewPoints() {
  return hasSeries() && (moves(view.range) || drawn.stale || view.charts.some((chart) => chart.unit === 'n') || view.range.to >= nowSeconds() - 60);
}

async function refreshCharts() {
  charting?.abort();
  if (!hasSeries()) {
    drawn = { charts: [], bounds: drawn.bounds, stale: true };
    drawCharts();
    return;
  }
  charting = new AbortController();
  const { signal } = charting;
  drawn.stale = true;
  const now = nowSeconds();
  const charts = await Promise.all(view.charts.map((chart, index) => panelOf(index).load(chart, ranges.requestFor(chart, now), now, signal)));
  if (signal.aborted) {
    return;
  }
  if (charts.some((loaded, index) => loaded.unit !== view.charts[index].unit)) {
    change({ charts: view.charts.map((chart, index) => ({ ...chart, unit: charts[index].unit })) }, { step: false });
  }
  drawn = { charts, bounds: commonBounds(charts), stale: false };
  drawCharts();
  // For measurements: when the first chart was there.
  if (!performance.getEntriesByName('eardrum-chart').length) {
    performance.mark('eardrum-chart');
  }
  const reasons = await Promise.all(charts.map((loaded, index) => panels[index].explain(loaded, signal)));
  if (!signal.aborted && reasons.some(Boolean)) {
    charts.forEach((loaded, index) => {
      loaded.unknown = reasons[index];
    });
    drawCharts();
  }
}

/** The ends of the range. If it has all points, they are those of all charts together. */
function commonBounds(charts) {
  const own = charts.filter((_, index) => view.charts[index].series.size && !ranges.isOther(view.charts[index]));
  const bounds = { from: Math.min(...own.map(({ bounds: { from } }) => from)), to: Math.max(...own.map(({ bounds: { to } }) => to)) };
  own.forEach((loaded) => {
    loaded.bounds = bounds;
  });
  return bounds;
}

function intervalMillis() {
  if (empty) {
    return EMPTY_INTERVAL_MILLIS;
  }
  const seconds = drawn.bounds.to - drawn.bounds.from;
  // No more often than the chart could move by a pixel or two.
  return hasSeries() && moves(view.range) && ranges.unit !== 'n'
    ? Math.min(LIST_INTERVAL_MILLIS, Math.max(2000, (seconds / panels[0].chart.pixels) * 2000)) : LIST_INTERVAL_MILLIS;
}

// --- showing -------------------------------------------------------------------------------------------------------

function showView() {
  showSurroundings(view, { unit: ranges.unit, utc, steps });
  view.charts.forEach((chart, index) => panelOf(index).showState(chart, {
    active: index === view.active, several: view.charts.length > 1, table: view.table && index === view.active,
  }));
  panels.slice(view.charts.length).forEach((panel) => panel.hide());
  list.draw();
}

function showWhetherEmpty() {
  document.body.dataset.state = empty ? 'empty' : 'working';
  byId('empty').hidden = !empty;
  byId('work').hidden = empty;
}

function drawCharts() {
  const how = { utc, stale: drawn.stale, showsAll: view.range.preset === 'all' };
  view.charts.forEach((chart, index) => panelOf(index).draw(chart, drawn.charts[index] ?? { ...nothing(), bounds: drawn.bounds }, how));
  cursor.checkLeader();
  byId('range').textContent = hasSeries() ? fullRange(drawn.bounds, ranges.unit, utc) : 'Range';
  Object.assign(byId('range').dataset, { from: String(drawn.bounds.from), to: String(drawn.bounds.to) });
  drawTable();
}

function drawTable() {
  if (view.table && active().series.size) {
    table.show(panels[view.active].content, view.charts.length > 1 ? `Points of chart ${view.active + 1}` : 'Points');
  }
}

// --- what the user does --------------------------------------------------------------------------------------------

function changeTheme() {
  nextTheme();
  showView();
  drawCharts();
}

function toggleLive() {
  change({ live: !view.live }, { step: false });
  announce(view.live ? 'Live' : 'Paused');
  poller.setRunning(view.live);
}

function toggleTable(index = view.active) {
  change({ table: !view.table || index !== view.active, active: index });
  drawTable();
  if (view.table) {
    byId('table-box').scrollIntoView({ block: 'nearest' });
  }
}

function toggleZone() {
  utc = !utc;
  remember('zone', utc ? 'utc' : 'local');
  announce(`Times in ${zoneName(utc)}`);
  showView();
  drawCharts();
}

const charted = (action) => () => hasSeries() && action();
const pickRange = charted(() => askRange(drawn.bounds, view.range, ranges.unit, utc, (range) => ranges.set(range)));
const back = () => steps > 0 && history.back();
const goToChart = () => panels[view.active].at('chart').focus();

function listen() {
  const on = (id, action) => byId(id).addEventListener('click', action);
  on('skip', goToChart);
  on('live', toggleLive);
  on('theme', changeTheme);
  on('help', showHelp);
  on('retry', () => poller.now());
  on('ahead-hide', () => {
    hideAhead(list.ahead);
    byId('live').focus();
  });
  on('earlier', () => ranges.move(-0.5));
  on('later', () => ranges.move(0.5));
  on('zoom-out', () => ranges.zoomOut());
  on('back', back);
  on('range', pickRange);
  on('zone', toggleZone);
  on('add-chart', addChart);
  on('link', async () => flash((await copy(location.href)) ? 'Link copied.' : 'The address of this page is the link.'));
  listenToShortcuts({
    '/': () => (isNarrow() ? openList(true) : byId('search').focus()),
    b: back, c: charted(addChart), d: () => toggleTable(), g: goToChart, l: toggleLive, r: pickRange, t: changeTheme, u: toggleZone,
    v: () => byId('views').click(), s: () => byId('server').click(), z: charted(() => ranges.zoomOut()), '[': charted(() => ranges.move(-0.5)), ']': charted(() => ranges.move(0.5)),
  });
  listenToOperator({
    address: () => writeView(view), openView, search: () => view.search, utc: () => utc, changed: () => poller.now(), trying,
  });
  addEventListener('popstate', restore);
  onSystemChange(() => {
    showView();
    drawCharts();
  });
  let resized = 0;
  addEventListener('resize', () => {
    clearTimeout(resized);
    resized = setTimeout(() => hasSeries() && trying(refreshCharts), 300);
  });
}

function start() {
  fillPresets((name) => ranges.set({ preset: name }));
  finding.start(view);
  poller.running = view.live;
  listen();
  showTheme();
  showView();
  drawCharts();
  if (isNarrow() && !hasSeries()) {
    openList(true);
    byId('search').blur();
  }
  poller.now();
}

start();
