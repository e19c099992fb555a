/**
 * How series look. Eight colours that can be distinguished with each kind of colour blindness, after Okabe and Ito. They
 * are darker on white and lighter on black, so that a line has a contrast of at least 3:1. Then the same colours, dashed.
 */
const LIGHT = ['#0072b2', '#d55e00', '#00825f', '#b8508f', '#9a7400', '#2a93d1', '#6a4fb8', '#55606c'];
const DARK = ['#4ba9ea', '#f58b4a', '#2fc79a', '#e591c3', '#e6bd3d', '#93d3ff', '#a893f5', '#b9c2cc'];
const DASHES = [[], [8, 4], [2, 4], [10, 3, 2, 3], [16, 6]];

/** How a line of an earlier time differs from that of the present. */
export const EARLIER_DASH = { dash: [4, 3], dashIndex: 'earlier' };

/** How many series a chart can show, each with a look of its own. */
export const MAX_SERIES = LIGHT.length * DASHES.length;

/** @param {number} slot from 0 to MAX_SERIES - 1 @param {boolean} dark */
export function look(slot, dark) {
  const dashIndex = Math.floor(slot / LIGHT.length) % DASHES.length;
  return { color: (dark ? DARK : LIGHT)[slot % LIGHT.length], dash: DASHES[dashIndex], dashIndex };
}
