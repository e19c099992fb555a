/** Fingers on a chart: one moves the cursor, two zoom. */

/** @param {import('./chart.js').Chart} chart */
export function listenToTouches(chart) {
  let pinch = null;
  const fractions = (event) => {
    const { left, width } = chart.plot.over.getBoundingClientRect();
    return [...event.touches].map(({ clientX }) => (clientX - left) / width).sort((a, b) => a - b);
  };
  const moveCursor = (event) => {
    const { left, top } = chart.plot.over.getBoundingClientRect();
    chart.lead();
    chart.plot.setCursor({ left: event.touches[0].clientX - left, top: event.touches[0].clientY - top });
  };
  chart.box.addEventListener('touchstart', (event) => {
    if (chart.plot && event.touches.length === 2) {
      pinch = { from: fractions(event), to: fractions(event) };
    } else if (chart.plot && event.touches.length === 1) {
      moveCursor(event);
    }
  }, { passive: true });
  chart.box.addEventListener('touchmove', (event) => {
    if (pinch && event.touches.length === 2) {
      pinch.to = fractions(event);
    } else if (chart.plot && !pinch) {
      moveCursor(event);
    }
  }, { passive: true });
  chart.box.addEventListener('touchend', (event) => {
    if (pinch && event.touches.length < 2) {
      const { from: [a, b], to: [c, d] } = pinch;
      const { from, to } = chart.shown.bounds;
      const width = ((b - a) / Math.max(0.02, d - c)) * (to - from);
      const start = from + a * (to - from) - c * width;
      pinch = null;
      if (Math.abs(width - (to - from)) > 0.05 * (to - from)) {
        chart.owner.zoom(start, start + width);
      }
    }
  }, { passive: true });
}
