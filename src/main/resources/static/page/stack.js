/**
 * Lines on top of each other. Values above zero go up from it, and values below go down, so that neither hides the other.
 * Where a line has no point but its neighbours have, its straight line counts; where it has a gap, it counts as nothing.
 */

/** The values of a line at all x, as it is drawn; null in gaps and beyond its ends. */
function filled(xs, ys) {
  const all = new Array(xs.length).fill(null);
  let before = -1;
  let broken = true;
  for (let i = 0; i < xs.length; i++) {
    if (ys[i] === null) {
      broken = true;
    } else if (ys[i] !== undefined) {
      all[i] = ys[i];
      for (let j = before + 1; !broken && j < i; j++) {
        all[j] = ys[before] + ((ys[i] - ys[before]) * (xs[j] - xs[before])) / (xs[i] - xs[before]);
      }
      [before, broken] = [i, false];
    }
  }
  return all;
}

/**
 * Puts lines on top of each other.
 * @param {(number | null | undefined)[][]} data x, and the values of each line: null in a gap, undefined where it has no point
 * @param {number[]} piles for each line, on which pile it goes; below zero for none
 * @returns {{tops: (number | null)[][], bases: (number | null)[][]}} for each line
 */
export function stack([xs, ...lines], piles) {
  const sums = new Map();
  const [tops, bases] = [[], []];
  lines.forEach((ys, line) => {
    const values = filled(xs, ys);
    if (!sums.has(piles[line])) {
      sums.set(piles[line], { up: new Float64Array(xs.length), down: new Float64Array(xs.length) });
    }
    const { up, down } = sums.get(piles[line]);
    // Zero has no sign, and stays on the side of the others.
    const zero = values.some((value) => value > 0) || !values.some((value) => value < 0) ? up : down;
    const shown = piles[line] >= 0;
    bases.push(values.map((value, i) => (value === null || !shown ? null : (value > 0 ? up : value < 0 ? down : zero)[i])));
    tops.push(values.map((value, i) => {
      if (value === null || !shown) {
        return null;
      }
      const sum = value > 0 ? up : value < 0 ? down : zero;
      sum[i] += value;
      return sum[i];
    }));
  });
  return { tops, bases };
}

/**
 * Fills the areas between the lines of a stack, below the lines themselves.
 * @param {object} plot of uPlot
 * @param {{tops: (number | null)[][], bases: (number | null)[][]}} stack
 * @param {(string | null)[]} fills a colour for each line, null for none
 */
export function fillStack(plot, { tops, bases }, fills) {
  const { ctx, bbox, data: [xs] } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const x = (i) => plot.valToPos(xs[i], 'x', true);
  fills.forEach((fill, line) => {
    if (!fill) {
      return;
    }
    const [top, base] = [tops[line], bases[line]];
    ctx.beginPath();
    for (let start = 0; start < xs.length; start++) {
      if (top[start] === null) {
        continue;
      }
      let end = start;
      while (end + 1 < xs.length && top[end + 1] !== null) {
        end++;
      }
      ctx.moveTo(x(start), plot.valToPos(top[start], 'y', true));
      for (let i = start + 1; i <= end; i++) {
        ctx.lineTo(x(i), plot.valToPos(top[i], 'y', true));
      }
      for (let i = end; i >= start; i--) {
        ctx.lineTo(x(i), plot.valToPos(base[i], 'y', true));
      }
      ctx.closePath();
      start = end;
    }
    ctx.globalAlpha = 0.35 * (plot.series[line + 1].alpha ?? 1);
    ctx.fillStyle = fill;
    ctx.fill();
  });
  ctx.restore();
}
