/** Connects the parts: the view in the address, the data of the server, and the screen. */
import { Refused, exists, nowSeconds } from './api.js';
import { AxisForm } from './axis.js';
import { Chart } from './chart.js';
import { colors, isDark, nextTheme, onSystemChange, showTheme } from './colours.js';
import { Combine } from './combine.js';
import { askRange, showHelp } from './dialogs.js';
import { announce, byId, element } from './dom.js';
import { saveCsv, savePng } from './download.js';
import { copy, fillEmptyState } from './empty.js';
import { listenToChartKeys, listenToShortcuts } from './keys.js';
import { Legend } from './legend.js';
import { fetchLines, isComputed, sourceOf } from './lines.js';
import { SeriesList } from './list.js';
import { listenToOperator, offerDeletion } from './operator.js';
import { MAX_SERIES, look } from './palette.js';
import { Poller } from './poller.js';
import { boundsOfAll, moves, requestFor, wholeRange, widened } from './range.js';
import { remember, remembered } from './settings.js';
import { PointTable } from './table.js';
import { PRESETS, commonUnit, full, fullRange, rangeFor, toX, zoneName } from './time.js';
import { Tooltip } from './tooltip.js';
import { flash, hideAhead, showAhead, showTrouble } from './trouble.js';
import { freeSlot, isChanged, readView, writeView } from './view.js';

const SEARCH_DELAY_MILLIS = 150;
const EMPTY_INTERVAL_MILLIS = 1000;
const LIST_INTERVAL_MILLIS = 5000;

let view = readView(location.hash);
let utc = remembered('zone', 'local') === 'utc';
/** The last answer for the chart; it is drawn again when only its look changes. */
let drawn = { lines: new Map(), bounds: { from: 0, to: 1 } };
let charting = null;
let empty = false;
let steps = history.state?.steps ?? 0;

const list = new SeriesList({
  choose,
  lookOf: (key) => (view.series.has(key) ? look(view.series.get(key), isDark()) : null),
  failed: (error) => poller.failed(error),
  chooseAll,
});
const combine = new Combine({ chooseAll, add: (line) => choose([line], true) });
const legend = new Legend({ toggleHidden, remove: (key) => choose([key], false), exchange, emphasize: (index) => chart.emphasize(index) });
const table = new PointTable();
const tooltip = new Tooltip(() => chart.hideCursor());
const axisForm = new AxisForm((axis) => {
  change({ axis });
  drawChart();
});
const chart = new Chart(byId('chart'), {
  zoom: (from, to) => setRange({ from, to }),
  zoomOut,
  cursorMoved: (cursor) => {
    legend.showCursor(cursor);
    tooltip.show(cursor, chart.shown);
  },
});
const poller = new Poller({ refresh, intervalMillis, onState: (error, retryMillis) => showTrouble(error, retryMillis, utc) });

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

async function restore() {
  const { search } = view;
  steps = history.state?.steps ?? 0;
  view = readView(location.hash);
  showView();
  poller.setRunning(view.live);
  await trying(async () => {
    if (view.search !== search) {
      byId('search').value = view.search;
      await searchFor(view.search);
    }
    if (view.order !== list.order) {
      await showOrder();
    }
    await refreshChart();
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

// --- choosing ------------------------------------------------------------------------------------------------------

function choose(keys, chosen) {
  const series = new Map(view.series);
  const changed = keys.filter((key) => series.has(key) !== chosen);
  let left = false;
  for (const key of changed) {
    if (!chosen) {
      series.delete(key);
    } else if (series.size < MAX_SERIES) {
      series.set(key, freeSlot({ series }));
    } else {
      left = true;
    }
  }
  if (left) {
    announce(`A chart can show ${MAX_SERIES} series.`);
    flash(`A chart can show at most ${MAX_SERIES} series.`);
  } else if (changed.length) {
    announce(`${changed.length === 1 ? changed[0] : `${changed.length} series`} ${chosen ? 'added to' : 'removed from'} the chart.`);
  }
  const hidden = new Set([...view.hidden].filter((key) => series.has(key)));
  change({ series, hidden, ...fittingRange(series) });
  return trying(refreshChart);
}

/** All that the list has, or as many as a chart can show. */
function chooseAll() {
  return choose(list.firstKeys(MAX_SERIES), true);
}

/** Puts another line into the place of one, with its colour. */
function exchange(line, other) {
  const series = new Map([...view.series].filter(([key]) => key !== other).map(([key, slot]) => [key === line ? other : key, slot]));
  const hidden = new Set([...view.hidden].map((key) => (key === line ? other : key)));
  announce(`${other} instead of ${line}.`);
  change({ series, hidden });
  return trying(refreshChart);
}

const lastTimestamps = new Map();

/** The unit of the chosen series, and the range that shows their end unless the user has chosen another one. */
function fittingRange(series) {
  list.forEachKnown(({ key, timestamp }) => lastTimestamps.set(key, timestamp));
  // What a search has found is what a line over its pattern is made of.
  lastTimestamps.set(view.search, list.newest);
  const known = [...series.keys()].map((line) => lastTimestamps.get(sourceOf(line))).filter((timestamp) => typeof timestamp === 'number');
  const unit = (known.length === series.size && commonUnit(known)) || view.unit;
  const newest = known.length ? Math.max(...known) : null;
  if (!series.size) {
    return { unit: 's', rangeChosen: false, range: { preset: view.range.preset ?? '1h' } };
  }
  if (unit === view.unit && view.rangeChosen) {
    return { unit };
  }
  if (unit !== view.unit && view.rangeChosen && view.range.preset && unit !== 'n' && view.unit !== 'n') {
    return { unit };
  }
  if (view.series.size && unit === view.unit) {
    return { unit };
  }
  return { unit, rangeChosen: false, range: { preset: rangeFor(newest, unit, nowSeconds()) } };
}

function toggleHidden(key) {
  const hidden = new Set(view.hidden);
  if (!hidden.delete(key)) {
    hidden.add(key);
  }
  change({ hidden });
  drawChart();
}

// --- ranges --------------------------------------------------------------------------------------------------------

function setRange(range) {
  change({ range: moves(range) ? range : wholeRange(range, view.unit), rangeChosen: true });
  announce(describeRange(view.range));
  return trying(refreshChart);
}

function describeRange(range) {
  if (range.preset) {
    return PRESETS.find(({ name }) => name === range.preset).label;
  }
  const { from, to } = request().bounds;
  return `From ${full(from, view.unit, utc)} to ${full(to, view.unit, utc)}.`;
}

function zoomOut() {
  return setRange(widened(drawn.bounds, view.unit, nowSeconds()));
}

function zoomIn() {
  const { from, to } = drawn.bounds;
  const quarter = (to - from) / 4;
  return setRange({ from: from + quarter, to: to - quarter });
}

function move(share) {
  const { from, to } = drawn.bounds;
  const distance = (to - from) * share;
  return setRange({ from: from + distance, to: to + distance });
}

function request() {
  return requestFor(view.range, view.unit, nowSeconds());
}

// --- asking the server ---------------------------------------------------------------------------------------------

async function refresh() {
  const wasEmpty = empty;
  await trySearch(() => list.refresh());
  empty = list.total === 0 && !view.search && view.series.size === 0;
  showList();
  if (empty) {
    fillEmptyState();
  } else if (wasEmpty) {
    const first = list.at(0).key;
    announce(`The first point has arrived: ${first}.`);
    choose([first], true);
    return;
  }
  if (!wasEmpty && wantsNewPoints()) {
    await refreshChart();
  }
}

/** A range in the past does not change from second to second. */
function wantsNewPoints() {
  return view.series.size > 0 && (moves(view.range) || drawn.stale !== false || view.unit === 'n' || view.range.to >= nowSeconds() - 60);
}

async function refreshChart() {
  charting?.abort();
  if (!view.series.size) {
    drawn = { lines: new Map(), bounds: drawn.bounds };
    drawChart();
    return;
  }
  charting = new AbortController();
  const { signal } = charting;
  drawn.stale = true;
  const [range, now, maxPoints] = [request(), nowSeconds(), chart.pixels];
  const lines = await fetchLines([...view.series.keys()], { range, unit: view.unit, now, maxPoints }, signal);
  if (signal.aborted) {
    return;
  }
  if (!range.bounds) {
    const ends = [...lines.values()].flatMap(({ points }) => (points.length ? [points[0][0], points.at(-1)[0]] : []));
    const unit = commonUnit(ends) ?? view.unit;
    if (unit !== view.unit) {
      change({ unit }, { step: false });
    }
  }
  const bounds = range.bounds ?? boundsOfAll(lines.values(), view.unit, now);
  drawn = { lines, bounds, maxPoints, stale: false };
  drawChart();
  await explainNothing(signal);
}

/** A chart without points may be one of a key that nobody has put, or of a line that can't be computed. */
async function explainNothing(signal) {
  if ([...drawn.lines.values()].some(({ points, problem }) => points.length || problem)) {
    return;
  }
  const keys = [...drawn.lines.keys()].filter((line) => !isComputed(line));
  const known = await Promise.all(keys.slice(0, 5).map((key) => exists(key, signal)));
  if (!signal.aborted && known.length && known.every((one) => !one)) {
    drawn.unknown = keys.length === 1 ? `There is no series ${keys[0]}.` : 'There are no series with these names.';
    drawChart();
  }
}

/** A search that the server can't parse is reported beside the search field, and not as trouble. */
async function trySearch(action) {
  const wrong = byId('search-wrong');
  try {
    await action();
    wrong.hidden = true;
    byId('search').removeAttribute('aria-invalid');
  } catch (error) {
    if (!(error instanceof Refused) || !view.search) {
      throw error;
    }
    if (wrong.textContent !== error.message || wrong.hidden) {
      wrong.textContent = error.message;
      wrong.hidden = false;
    }
    byId('search').setAttribute('aria-invalid', 'true');
  }
}

async function showOrder() {
  byId('order').value = view.order;
  await trySearch(() => list.setOrder(view.order));
  showList();
}

async function searchFor(search) {
  await trySearch(() => list.setSearch(search));
  showList();
}

function intervalMillis() {
  if (empty) {
    return EMPTY_INTERVAL_MILLIS;
  }
  const seconds = drawn.bounds.to - drawn.bounds.from;
  // No more often than the chart could move by a pixel or two.
  return view.series.size && moves(view.range) && view.unit !== 'n'
    ? Math.min(LIST_INTERVAL_MILLIS, Math.max(2000, (seconds / chart.pixels) * 2000)) : LIST_INTERVAL_MILLIS;
}

// --- showing -------------------------------------------------------------------------------------------------------

function showView() {
  byId('presets').querySelectorAll('button').forEach((button) => {
    button.setAttribute('aria-pressed', String(view.range.preset === button.dataset.name));
    button.disabled = view.unit === 'n' && button.dataset.name !== 'all';
  });
  byId('live').setAttribute('aria-pressed', String(view.live));
  byId('live').querySelector('.word').textContent = view.live ? 'Live' : 'Paused';
  byId('table').setAttribute('aria-pressed', String(view.table));
  byId('table-section').hidden = !view.table || !view.series.size;
  byId('back').disabled = steps === 0;
  byId('zone').textContent = `Times in ${zoneName(utc)}`;
  byId('open-list').textContent = view.series.size ? `Series (${view.series.size})` : 'Series';
  for (const id of ['earlier', 'later', 'zoom-out', 'range', 'csv', 'png', 'clear', 'table', 'link', 'axis']) {
    byId(id).disabled = view.series.size === 0;
  }
  axisForm.show(view.axis, isChanged(view.axis));
  document.title = view.series.size ? `${[...view.series.keys()].slice(0, 3).join(', ')}${view.series.size > 3 ? ', …' : ''} · Eardrum` : 'Eardrum';
  list.draw();
}

function showList() {
  document.body.dataset.state = empty ? 'empty' : 'working';
  byId('empty').hidden = !empty;
  byId('work').hidden = empty;
  byId('count').textContent = list.summary;
  byId('no-match').hidden = list.total > 0 || !view.search;
  combine.show(view.search, list.total);
  offerDeletion(view.search, list.total);
  byId('too-many').hidden = !list.tooMany;
  showAhead(list.ahead);
}

function drawChart() {
  const { bounds } = drawn;
  const series = [...view.series].map(([key, slot]) => ({
    ...NO_LINE, ...drawn.lines.get(key), key, slot, look: look(slot, isDark()), hidden: view.hidden.has(key), span: spanOf(drawn.lines.get(key)),
  }));
  const content = { series, bounds, unit: view.unit, utc, axis: view.axis, colors: colors() };
  document.body.classList.toggle('charting', series.length > 0);
  legend.show(content);
  if (series.length) {
    chart.show(content);
  } else {
    chart.clear();
    tooltip.show(null);
  }
  byId('range').textContent = series.length ? fullRange(bounds, view.unit, utc) : 'Range';
  Object.assign(byId('range').dataset, { from: String(bounds.from), to: String(bounds.to) });
  byId('description').textContent = series.length ? legend.describe(bounds, chart.gaps) : '';
  byId('chart').setAttribute('aria-label', series.length ? `Chart of ${series.length} series. ${legend.describe(bounds, chart.gaps)}` : 'Chart, no series chosen');
  showOverChart(series);
  if (view.table && series.length) {
    table.show(content);
  }
}

const NO_LINE = { points: [], count: 0, mean: null };

/** The length of the spans of time from each of which the server has chosen two points; undefined if it has all. */
function spanOf({ points, count } = NO_LINE) {
  return points.length < count
    ? (drawn.bounds.to - toX(points[0][0], view.unit)) / Math.max(1, Math.floor((drawn.maxPoints - 2) / 2) - 1) : undefined;
}

function showOverChart(series) {
  const nothing = series.every((one) => one.points.length === 0);
  const problem = series.find((one) => one.problem)?.problem;
  byId('over-chart').hidden = series.length > 0 && !(nothing && drawn.stale === false);
  byId('over-text').textContent = !series.length ? 'Choose a series to see it here.' : problem ?? drawn.unknown ?? 'No points in this range.';
  byId('show-all').hidden = series.length === 0 || view.range.preset === 'all' || Boolean(problem ?? drawn.unknown);
}

// --- what the user does --------------------------------------------------------------------------------------------

function changeTheme() {
  nextTheme();
  showView();
  drawChart();
}

function toggleLive() {
  change({ live: !view.live }, { step: false });
  announce(view.live ? 'Live' : 'Paused');
  poller.setRunning(view.live);
}

function toggleTable() {
  change({ table: !view.table });
  drawChart();
  if (view.table) {
    byId('table-box').scrollIntoView({ block: 'nearest' });
  }
}

function toggleZone() {
  utc = !utc;
  remember('zone', utc ? 'utc' : 'local');
  announce(`Times in ${zoneName(utc)}`);
  showView();
  drawChart();
}

const narrow = matchMedia('(max-width: 760px)');

function openList(open) {
  document.body.classList.toggle('list-open', open);
  byId('open-list').setAttribute('aria-expanded', String(open));
  coverMain();
  if (open) {
    byId('search').focus();
  } else if (narrow.matches) {
    byId('open-list').focus();
  }
  list.draw();
}

/** Content below the list can't be reached by keyboard either; content beside the list can. */
function coverMain() {
  byId('main').inert = narrow.matches && document.body.classList.contains('list-open');
}

async function takeCsv() {
  const lines = [...view.series.keys()].filter((line) => !view.hidden.has(line));
  try {
    await saveCsv(lines, request().query, drawn.lines);
  } catch (error) {
    const text = `No CSV: ${error.message}`;
    announce(text);
    flash(text);
  }
}

const charted = (action) => () => view.series.size && action();
const pickRange = charted(() => askRange(drawn.bounds, view.range, view.unit, utc, setRange));
const back = () => steps > 0 && history.back();

function listenToKeys() {
  listenToChartKeys({
    chart, charting: () => view.series.size > 0, move, zoomIn, zoomOut, moved: () => announce(legend.describeCursor()),
  });
  listenToShortcuts({
    '/': () => (narrow.matches ? openList(true) : byId('search').focus()),
    b: back, d: toggleTable, g: () => byId('chart').focus(), l: toggleLive, r: pickRange, t: changeTheme, u: toggleZone,
    v: () => byId('views').click(), s: () => byId('server').click(), z: charted(zoomOut), '[': charted(() => move(-0.5)), ']': charted(() => move(0.5)),
  });
}

function listen() {
  const on = (id, action) => byId(id).addEventListener('click', action);
  let typed = 0;
  byId('search').addEventListener('input', () => {
    clearTimeout(typed);
    typed = setTimeout(() => {
      change({ search: byId('search').value.trim() }, { step: false });
      trying(async () => {
        await searchFor(view.search);
        announce(list.summary);
      });
    }, SEARCH_DELAY_MILLIS);
  });
  byId('search').addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      byId('list').focus();
    } else if (event.key === 'Escape' && !byId('search').value) {
      openList(false);
    }
  });
  byId('order').addEventListener('change', () => {
    change({ order: byId('order').value });
    trying(showOrder);
  });
  on('skip', () => byId('chart').focus());
  on('live', toggleLive);
  on('theme', changeTheme);
  on('help', showHelp);
  on('retry', () => poller.now());
  on('ahead-hide', () => {
    hideAhead(list.ahead);
    byId('live').focus();
  });
  on('open-list', () => openList(true));
  on('close-list', () => openList(false));
  on('earlier', () => move(-0.5));
  on('later', () => move(0.5));
  on('zoom-out', zoomOut);
  on('back', back);
  on('range', pickRange);
  on('show-all', () => setRange({ preset: 'all' }));
  on('zone', toggleZone);
  on('clear', () => choose([...view.series.keys()], false));
  on('table', toggleTable);
  on('link', async () => flash((await copy(location.href)) ? 'Link copied.' : 'The address of this page is the link.'));
  on('png', () => savePng(chart.plot.ctx.canvas, fullRange(drawn.bounds, view.unit, utc), chart.shown.series.filter(({ hidden }) => !hidden), colors()));
  on('csv', takeCsv);
  listenToKeys();
  listenToOperator({
    address: () => writeView(view), openView, search: () => view.search, utc: () => utc, changed: () => poller.now(), trying,
  });
  byId('main').addEventListener('scroll', () => chart.pinned !== null && chart.cursorMoved(chart.plot), { passive: true });
  addEventListener('popstate', restore);
  onSystemChange(() => {
    showView();
    drawChart();
  });
  narrow.addEventListener('change', coverMain);
  let resized = 0;
  addEventListener('resize', () => {
    clearTimeout(resized);
    resized = setTimeout(() => view.series.size && trying(refreshChart), 300);
  });
}

function start() {
  byId('presets').append(...PRESETS.map(({ name, label, digit }) => element('button', {
    type: 'button', 'data-name': name, 'data-digit': digit ?? false, 'aria-label': label, title: digit ? `${label} (${digit})` : label, 'aria-pressed': 'false',
    onclick: () => setRange({ preset: name }),
  }, name === 'all' ? 'All' : name)));
  byId('search').value = list.search = view.search;
  byId('order').value = list.order = view.order;
  poller.running = view.live;
  listen();
  showTheme();
  showView();
  drawChart();
  if (narrow.matches && !view.series.size) {
    openList(true);
    byId('search').blur();
  }
  poller.now();
}

start();
