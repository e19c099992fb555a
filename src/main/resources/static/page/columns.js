/** The columns of a chart: x and y of each line, apart or joined with those of the others. */

/** Timestamps that are too large for a double to distinguish have the same x; the last one is kept. */
export function distinct(xs, ys) {
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
export function nearest(xs, ys, closest, { usual, limit }) {
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
export function lonely(ys) {
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
export function exponentOf(series) {
  let largest = 0;
  for (const { points } of series) {
    for (const [, value] of points) {
      largest = Math.max(largest, Math.abs(value));
    }
  }
  return largest === 0 || (largest < 1e15 && largest > 1e-9) ? 0 : Math.floor(Math.log10(largest));
}

/** value · 10^exponent, in two steps, because 10^324 is not a finite number. */
export function scaled(value, exponent) {
  const half = Math.trunc(exponent / 2);
  return value * 10 ** half * 10 ** (exponent - half);
}
