/**
 * Where a line breaks: where the next point is further away than three usual distances of the series. A straight line
 * over an outage would look like measured values.
 */
const USUAL_DISTANCES = 3;

/** The distance that most neighbours have, or come close to: the median. */
function usualDistance(xs) {
  const distances = [];
  for (let i = 1; i < xs.length; i++) {
    distances.push(xs[i] - xs[i - 1]);
  }
  distances.sort((a, b) => a - b);
  return distances[Math.floor((distances.length - 1) / 2)] ?? 0;
}

/**
 * The distance from which on a line breaks, and that at which a missing point would have been.
 * @param {number[]} xs ascending
 * @param {{step?: number, span?: number}} known the distance of the points if it is known; the span of time of which the
 *   server has chosen the smallest and the largest point, if it has
 */
export function gapRule(xs, { step, span }) {
  const usual = step || usualDistance(xs);
  return { limit: Math.max(USUAL_DISTANCES * usual * 1.0001, 2 * (span ?? 0)), usual };
}

/**
 * Adds a missing value at both ends of each gap.
 * @returns {[number[], (number | null)[], number]} xs, ys, and the number of gaps
 */
export function withGaps([xs, ys], { limit, usual }) {
  const [allXs, allYs] = [[], []];
  let gaps = 0;
  for (let i = 0; i < xs.length; i++) {
    const before = xs[i - 1];
    if (i > 0 && xs[i] - before > limit) {
      const margin = Math.min(usual, (xs[i] - before) / 3);
      for (const x of [before + margin, xs[i] - margin]) {
        if (x > allXs.at(-1) && x < xs[i]) {
          allXs.push(x);
          allYs.push(null);
        }
      }
      gaps++;
    }
    allXs.push(xs[i]);
    allYs.push(ys[i]);
  }
  return [allXs, allYs, gaps];
}
