/** The server, as the page sees it. Addresses are relative, so that the page works behind a proxy's prefix too. */

const TIMEOUT_MILLIS = 30_000;
/** For all points of a range, without downsampling. */
const DOWNLOAD_TIMEOUT_MILLIS = 600_000;
/** Servers and proxies refuse longer addresses. */
const MAX_URL = 4000;

let clockOffsetMillis = 0;

/** The server can't be reached or can't answer now, so trying again makes sense. */
export class Unreachable extends Error {}

/** The server refuses the request as it is, and says why. */
export class Refused extends Error {
  /** @param {{title?: string, detail?: string, parameter?: string}} problem */
  constructor(problem) {
    super(problem.detail || problem.title || 'The server refused the request.');
    this.parameter = problem.parameter;
  }
}

/** The time on the server's clock, in seconds. */
export const nowSeconds = () => (Date.now() + clockOffsetMillis) / 1000;

/** Removes a user and a password that the page's address may contain, because the browser refuses to fetch with them. */
const absolute = (url) => new URL(url, location.origin + location.pathname);

/** Sends a request, and reads a successful answer in one of the ways that a response offers. */
async function ask(url, signal, timeoutMillis = TIMEOUT_MILLIS, read = (response) => response.json(), init = {}) {
  const limits = [AbortSignal.timeout(timeoutMillis), ...(signal ? [signal] : [])];
  try {
    const sent = Date.now();
    const response = await fetch(absolute(url), { ...init, signal: AbortSignal.any(limits), cache: 'no-store' });
    readClock(response.headers.get('Date'), sent);
    if (response.ok) {
      return await read(response);
    }
    const problem = await response.json().catch(() => ({}));
    // 401: the password was changed while the page was open. The browser has asked for the new one.
    if (response.status >= 500 || response.status === 429 || response.status === 401) {
      throw new Unreachable(problem.detail || `The server answered with status ${response.status}.`);
    }
    throw new Refused(problem);
  } catch (error) {
    if (error instanceof Refused || error instanceof Unreachable || signal?.aborted) {
      throw error;
    }
    throw new Unreachable(error.name === 'TimeoutError' ? 'The server does not answer.' : 'The server can’t be reached.');
  }
}

/** The header has whole seconds, so offsets below two seconds are noise. */
function readClock(header, sentMillis) {
  const offset = Date.parse(header) + 500 - (sentMillis + Date.now()) / 2;
  if (!Number.isNaN(offset)) {
    clockOffsetMillis = Math.abs(offset) < 2000 ? 0 : offset;
  }
}

/** Changes something on the server. */
const send = (method, url, body) => ask(url, undefined, DOWNLOAD_TIMEOUT_MILLIS, undefined,
  { method, ...(body ? { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } } : {}) });

/** A search as parameters: words, and patterns. */
function filterOf(search, more) {
  const query = new URLSearchParams(more);
  for (const word of search.split(/\s+/).filter(Boolean)) {
    query.append(/[*?[{]/.test(word) ? 'match' : 'contains', word);
  }
  return query;
}

/**
 * One page of the list of series.
 * @param {string} search words that the key has to contain in any order; one with one of * ? [ { is a pattern for the key
 * @returns {Promise<{total: number, ahead?: {count: number, example: string},
 *   series: {key: string, timestamp: number | null, value: number | null}[]}>} ahead: all series with points ahead of the clock
 */
export function listSeries(search, offset, limit, signal) {
  return ask(`api/series?${filterOf(search, { limit: String(limit), offset: String(offset) })}`, signal);
}

/** The first series that deleting what a search finds would delete, and the number of all. */
export const wouldDelete = (search, limit) => send('DELETE', `api/series?${filterOf(search, { 'dry-run': 'true', limit: String(limit) })}`);

/** Deletes all series that a search finds. */
export const deleteSeries = (search) => send('DELETE', `api/series?${filterOf(search)}`);

/** @returns {Promise<{views: {name: string, address: string, saved: string}[], writable: boolean, problem?: string}>} */
export const savedViews = () => ask('api/views');

const viewUrl = (name) => `api/views/${encodeURIComponent(name)}`;

export const saveView = (name, address) => send('PUT', viewUrl(name), { address });

export const deleteView = (name) => send('DELETE', viewUrl(name));

/** The server in numbers, which count from its start. */
export const serverState = () => ask('api/stat');

/** A text as a pattern that finds just this text. */
const literal = (text) => text.replace(/[\\*?[\]{}]/g, '\\$&');

/**
 * The nodes below one of the tree of keys, branches first.
 * @param {string} path with its dot at the end; empty for the top
 * @returns {Promise<{text: string, leaf: number, expandable: number}[]>}
 */
export const nodesBelow = (path) => ask(`metrics/find?${new URLSearchParams({ query: `${literal(path)}*` })}`);

/** Whether anybody has put a series, whenever that was. */
export async function exists(key, signal) {
  const query = new URLSearchParams({ match: literal(key), limit: '1' });
  return (await ask(`api/series?${query}`, signal)).total > 0;
}

/** Where clients connect to put points; the defaults if health doesn't say. */
export async function tcpEndpoint() {
  let details = {};
  try {
    details = (await ask('actuator/health')).components.tcp.details;
  } catch {
    // Health may be on another port, or may show less.
  }
  const anyAddress = !details.address || ['0.0.0.0', '::', '0:0:0:0:0:0:0:0'].includes(details.address);
  return { host: anyAddress ? location.hostname : details.address, port: details.port || 8888 };
}

function queries(keys, range, more) {
  const rest = new URLSearchParams({ ...range, ...more });
  const made = [];
  let query = '';
  for (const key of keys) {
    const piece = `key=${encodeURIComponent(key)}&`;
    if (query && query.length + piece.length > MAX_URL) {
      made.push(query + rest);
      query = '';
    }
    query += piece;
  }
  return query ? [...made, query + rest] : made;
}

/**
 * The points of series, downsampled by the server to what a chart can show.
 * @param {string[]} keys
 * @param {{from?: string, to?: string}} range
 * @returns {Promise<Map<string, {points: [number, number][], count: number, mean: number | null}>>} by key; the number and
 *   the mean of all points, also of those that the server has left out
 */
export async function points(keys, range, maxPoints, signal) {
  const urls = queries(keys, range, { 'max-points': String(maxPoints) });
  const answers = await Promise.all(urls.map((query) => ask(`api/points?${query}`, signal)));
  return new Map(answers.flatMap((answer) => answer.series.map((series) => [series.key, series])));
}

/**
 * The values of Graphite's targets.
 * @param {string[]} targets
 * @param {Record<string, string>} query from, until and more
 * @returns {Promise<[number | null, number][][]>} for each target, values and timestamps; none if it finds no series
 */
export async function rendered(targets, query, signal) {
  const made = [];
  for (const [index, target] of targets.entries()) {
    const piece = `target=${encodeURIComponent(`alias(${target},'${index}')`)}&`;
    if (made.length && made.at(-1).length + piece.length <= MAX_URL) {
      made[made.length - 1] += piece;
    } else {
      made.push(piece);
    }
  }
  const rest = new URLSearchParams({ ...query, format: 'json' });
  const answers = await Promise.all(made.map((pieces) => ask(`render?${pieces}${rest}`, signal)));
  const byName = new Map(answers.flat().map((series) => [series.target, series.datapoints]));
  return targets.map((_, index) => byName.get(String(index)) ?? []);
}

/** The addresses of all points of a range as CSV; several if the keys don't fit into one. */
export const csvUrls = (keys, range) => queries(keys, range, { format: 'csv' }).map((query) => `api/points?${query}`);

/** The whole text at an address. */
export const text = (url) => ask(url, undefined, DOWNLOAD_TIMEOUT_MILLIS, (response) => response.text());
