/** Connects the parts: the view in the address, the data of the server, and the screen. */
import { Refused, nowSeconds, points } from './api.js';
import { Chart } from './chart.js';
import { askRange, shortcutsOn, showHelp } from './dialogs.js';
import { announce, byId, element } from './dom.js';
import { saveCsv, savePng } from './download.js';
import { copy, fillEmptyState } from './empty.js';
import { Legend } from './legend.js';
import { SeriesList } from './list.js';
import { grouped } from './numbers.js';
import { MAX_SERIES, look } from './palette.js';
import { Poller } from './poller.js';
import { remember, remembered } from './settings.js';
import { PointTable } from './table.js';
import { PRESETS, commonUnit, full, rangeFor, toTimestamp, toX, zoneName } from './time.js';
import { freeSlot, readView, writeView } from './view.js';

const SEARCH_DELAY_MILLIS = 150;
const EMPTY_INTERVAL_MILLIS = 1000;
const LIST_INTERVAL_MILLIS = 5000;

let view = readView(location.hash);
let utc = remembered('zone', 'local') === 'utc';
/** The last answer for the chart; it is drawn again when only its look changes. */
let drawn = { bySeries: new Map(), bounds: { from: 0, to: 1 } };
let charting = null;
let empty = false;
let steps = history.state?.steps ?? 0;
let aheadSeen = Number(remembered('ahead', '0'));

const darkWanted = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (document.documentElement.dataset.theme ?? (darkWanted.matches ? 'dark' : 'light')) === 'dark';

const list = new SeriesList({
  choose,
  lookOf: (key) => (view.series.has(key) ? look(view.series.get(key), isDark()) : null),
  failed: (error) => poller.failed(error),
});
const legend = new Legend({ toggleHidden, remove: (key) => choose([key], false), emphasize: (index) => chart.emphasize(index) });
const table = new PointTable();
const chart = new Chart(byId('chart'), {
  zoom: (from, to) => setRange({ from, to }),
  zoomOut,
  cursorMoved: (cursor) => legend.showCursor(cursor),
});
const poller = new Poller({ refresh, intervalMillis, onState: showTrouble });

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
    await refreshChart();
  });
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

const lastTimestamps = new Map();

/** The unit of the chosen series, and the range that shows their end unless the user has chosen another one. */
function fittingRange(series) {
  list.pages.forEach((page) => page.forEach(({ key, timestamp }) => lastTimestamps.set(key, timestamp)));
  const known = [...series.keys()].map((key) => lastTimestamps.get(key)).filter((timestamp) => typeof timestamp === 'number');
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
  change({ range: range.preset ? range : wholeRange(range), rangeChosen: true });
  announce(view.range.preset ? PRESETS.find(({ name }) => name === view.range.preset).label : `From ${full(view.range.from, view.unit, utc)} to ${full(view.range.to, view.unit, utc)}.`);
  return trying(refreshChart);
}

/** The ends of a range are whole timestamps, and differ. */
function wholeRange({ from, to }) {
  const start = Number(toTimestamp(from, view.unit));
  const end = Math.max(Number(toTimestamp(to, view.unit)), start + Math.max(1, Math.abs(start) * Number.EPSILON * 4));
  return { from: toX(start, view.unit), to: toX(end, view.unit) };
}

function zoomOut() {
  const { from, to } = drawn.bounds;
  const half = (to - from) / 2;
  return setRange({ from: from - half, to: to + half });
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

/** What to request, and the bounds to show. The bounds of all points are known once the points are. */
function request() {
  const { range, unit } = view;
  if (range.preset === 'all' || (range.preset && unit === 'n')) {
    return { query: {}, bounds: null };
  }
  const now = nowSeconds();
  const seconds = PRESETS.find(({ name }) => name === range.preset)?.seconds;
  const bounds = range.preset ? { from: now - seconds, to: now } : range;
  // One point from a clock that is years ahead must not stretch the range that the server downsamples.
  const slack = range.preset ? Math.max(5, seconds / 100) : 0;
  return { query: { from: toTimestamp(bounds.from, unit), to: toTimestamp(bounds.to + slack, unit) }, bounds };
}

function boundsOf(bySeries, unit) {
  let [from, to] = [Infinity, -Infinity];
  bySeries.forEach((series) => {
    if (series.length) {
      from = Math.min(from, toX(series[0][0], unit));
      to = Math.max(to, toX(series.at(-1)[0], unit));
    }
  });
  if (from > to) {
    const now = nowSeconds();
    return unit === 'n' ? { from: 0, to: 1 } : { from: now - 3600, to: now };
  }
  const room = from < to ? 0 : Math.max(unit === 'n' ? 1 : 60, Math.abs(from) * Number.EPSILON * 8);
  return { from: from - room, to: to + room };
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
  return view.series.size > 0 && (Boolean(view.range.preset) || drawn.stale !== false || view.unit === 'n' || view.range.to >= nowSeconds() - 60);
}

async function refreshChart() {
  charting?.abort();
  if (!view.series.size) {
    drawn = { bySeries: new Map(), bounds: drawn.bounds };
    drawChart();
    return;
  }
  charting = new AbortController();
  const { signal } = charting;
  drawn.stale = true;
  const { query, bounds } = request();
  const bySeries = await points([...view.series.keys()], query, chart.pixels, signal);
  if (signal.aborted) {
    return;
  }
  if (!bounds) {
    const ends = [...bySeries.values()].filter((series) => series.length).flatMap((series) => [series[0][0], series.at(-1)[0]]);
    const unit = commonUnit(ends) ?? view.unit;
    if (unit !== view.unit) {
      change({ unit }, { step: false });
    }
  }
  drawn = { bySeries, bounds: bounds ?? boundsOf(bySeries, view.unit), stale: false };
  drawChart();
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
  return view.series.size && view.range.preset && view.unit !== 'n'
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
  for (const id of ['earlier', 'later', 'zoom-out', 'range', 'csv', 'png', 'clear', 'table', 'link']) {
    byId(id).disabled = view.series.size === 0;
  }
  document.title = view.series.size ? `${[...view.series.keys()].slice(0, 3).join(', ')}${view.series.size > 3 ? ', …' : ''} · Eardrum` : 'Eardrum';
  list.draw();
}

function showList() {
  document.body.dataset.state = empty ? 'empty' : 'working';
  byId('empty').hidden = !empty;
  byId('work').hidden = empty;
  byId('count').textContent = list.summary;
  byId('no-match').hidden = list.total > 0 || !view.search;
  const all = byId('choose-all');
  all.hidden = !view.search || list.total < 2 || list.total > MAX_SERIES;
  all.textContent = `Chart all ${list.total}`;
  showAhead();
}

/** Reports series ahead of the server's clock, until the user has hidden the report of this number. */
function showAhead() {
  const { count, example } = list.ahead ?? { count: 0 };
  aheadSeen = Math.min(aheadSeen, count);
  const shown = count > aheadSeen;
  if (shown) {
    const text = count === 1 ? `The newest point of ${example} is more than a day in the future.`
      : `The newest points of ${grouped(count)} series are more than a day in the future, such as ${example}.`;
    // Replaced only when it differs, because it is read aloud each time.
    if (byId('ahead-text').textContent !== text) {
      byId('ahead-text').textContent = text;
    }
  }
  byId('ahead').hidden = !shown;
}

function hideAhead() {
  aheadSeen = list.ahead?.count ?? 0;
  remember('ahead', String(aheadSeen));
  showAhead();
  byId('live').focus();
}

function colors() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(name).trim();
  return { text: value('--quiet'), grid: value('--grid'), surface: value('--surface'), font: '12px system-ui, sans-serif' };
}

function drawChart() {
  const { bounds } = drawn;
  const series = [...view.series].map(([key, slot]) => ({
    key, look: look(slot, isDark()), hidden: view.hidden.has(key), points: drawn.bySeries.get(key) ?? [],
  }));
  const content = { series, bounds, unit: view.unit, utc, colors: colors() };
  document.body.classList.toggle('charting', series.length > 0);
  if (series.length) {
    chart.show(content);
    byId('range').textContent = rangeText(bounds);
  } else {
    chart.clear();
    byId('range').textContent = 'Range';
  }
  legend.show(series, view.unit, utc);
  byId('description').textContent = series.length ? legend.describe(bounds) : '';
  byId('chart').setAttribute('aria-label', series.length ? `Chart of ${series.length} series. ${legend.describe(bounds)}` : 'Chart, no series chosen');
  showOverChart(series);
  if (view.table && series.length) {
    table.show(content);
  }
}

function rangeText({ from, to }) {
  const [start, end] = [full(from, view.unit, utc), full(to, view.unit, utc)];
  const sameDay = view.unit !== 'n' && start.slice(0, 10) === end.slice(0, 10);
  return `${start} – ${sameDay ? end.slice(11) : end}`;
}

function showOverChart(series) {
  const nothing = series.every((one) => one.points.length === 0);
  byId('over-chart').hidden = series.length > 0 && !(nothing && drawn.stale === false);
  byId('over-text').textContent = series.length ? 'No points in this range.' : 'Choose a series to see it here.';
  byId('show-all').hidden = series.length === 0 || view.range.preset === 'all';
}

let countdown = 0;

/** @param {Error | null} error @param {number} retryMillis */
function showTrouble(error, retryMillis) {
  clearInterval(countdown);
  const trouble = byId('trouble');
  document.body.classList.toggle('in-trouble', Boolean(error));
  if (!error) {
    if (!trouble.hidden) {
      announce('The server is back.');
      trouble.hidden = true;
    }
    if (!flashing) {
      byId('status').textContent = `Updated ${full(Date.now() / 1000, 's', utc).slice(11)}`;
    }
    return;
  }
  // Replaced only when it differs, because an alert is read aloud each time.
  if (byId('trouble-text').textContent !== error.message) {
    byId('trouble-text').textContent = error.message;
  }
  trouble.hidden = false;
  const until = Date.now() + retryMillis;
  const tell = () => {
    byId('trouble-retry').textContent = `Trying again in ${Math.max(1, Math.ceil((until - Date.now()) / 1000))} s.`;
  };
  tell();
  countdown = setInterval(tell, 1000);
}

let flashing = 0;

/** A short remark beside the name of the page. A refresh leaves it there long enough to be read. */
function flash(text) {
  clearTimeout(flashing);
  byId('status').textContent = text;
  byId('status').classList.add('flash');
  flashing = setTimeout(() => {
    flashing = 0;
    byId('status').textContent = '';
    byId('status').classList.remove('flash');
  }, 4000);
}

// --- what the user does --------------------------------------------------------------------------------------------

const THEMES = ['automatic', 'light', 'dark'];

function showTheme() {
  const theme = remembered('theme', 'automatic');
  byId('theme').setAttribute('aria-label', `Colours: ${theme}`);
  byId('theme').title = `Colours: ${theme} (T)`;
}

function nextTheme() {
  const theme = THEMES[(THEMES.indexOf(remembered('theme', 'automatic')) + 1) % THEMES.length];
  remember('theme', theme);
  if (theme === 'automatic') {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = theme;
  }
  announce(`Colours: ${theme}`);
  showTheme();
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
  try {
    await saveCsv([...view.series.keys()], request().query);
  } catch (error) {
    const text = `No CSV: ${error.message}`;
    announce(text);
    flash(text);
  }
}

const pickRange = () => view.series.size && askRange(drawn.bounds, view.unit, utc, (from, to) => setRange({ from, to }));
const back = () => steps > 0 && history.back();

function onChartKey(event) {
  const actions = {
    ArrowLeft: () => (event.shiftKey ? move(-0.25) : chart.step(-1)),
    ArrowRight: () => (event.shiftKey ? move(0.25) : chart.step(1)),
    PageUp: () => chart.step(-20),
    PageDown: () => chart.step(20),
    Home: () => chart.step(-Infinity),
    End: () => chart.step(Infinity),
    Escape: () => chart.hideCursor(),
    '+': zoomIn,
    '=': zoomIn,
    '-': zoomOut,
  };
  if (event.ctrlKey || event.metaKey || event.altKey || !actions[event.key] || !view.series.size) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  actions[event.key]();
  if (/Arrow|Page|Home|End/.test(event.key) && !event.shiftKey) {
    // uPlot moves its cursor with the next frame.
    requestAnimationFrame(() => requestAnimationFrame(() => announce(legend.describeCursor())));
  }
}

function onShortcut(event) {
  const typing = event.target.matches?.('input, textarea, select');
  if (event.ctrlKey || event.metaKey || event.altKey || typing || document.querySelector('dialog[open]') || !shortcutsOn()) {
    return;
  }
  const number = '1234567890'.indexOf(event.key);
  const actions = {
    '/': () => (narrow.matches ? openList(true) : byId('search').focus()),
    '?': showHelp, b: back, d: toggleTable, g: () => byId('chart').focus(), l: toggleLive, r: pickRange, t: nextTheme, u: toggleZone,
    z: () => view.series.size && zoomOut(), '[': () => view.series.size && move(-0.5), ']': () => view.series.size && move(0.5),
  };
  const action = number >= 0 ? () => byId('presets').children[number].click() : actions[event.key.toLowerCase()];
  if (action) {
    event.preventDefault();
    action();
  }
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
  on('choose-all', () => choose([...(list.pages.get(0) ?? [])].map(({ key }) => key), true));
  on('skip', () => byId('chart').focus());
  on('live', toggleLive);
  on('theme', nextTheme);
  on('help', showHelp);
  on('retry', () => poller.now());
  on('ahead-hide', hideAhead);
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
  on('png', () => savePng(chart.plot.ctx.canvas, rangeText(drawn.bounds), chart.shown.series.filter(({ hidden }) => !hidden), colors()));
  on('csv', takeCsv);
  byId('chart').addEventListener('keydown', onChartKey);
  document.addEventListener('keydown', onShortcut);
  addEventListener('popstate', restore);
  darkWanted.addEventListener('change', () => {
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
  byId('presets').append(...PRESETS.map(({ name, label }, index) => element('button', {
    type: 'button', 'data-name': name, 'aria-label': label, title: `${label} (${(index + 1) % 10})`, 'aria-pressed': 'false',
    onclick: () => setRange({ preset: name }),
  }, name === 'all' ? 'All' : name)));
  byId('search').value = list.search = view.search;
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
